/** The sender of a request, as the audit names it. */

import type { IncomingMessage } from 'node:http'
import type { Context } from 'hono'
import type { ErrorCode } from '../../../protocol/errors.ts'
import type { Actor, RefusedRequest } from '../../auth/audit.ts'
import type { HttpEnvironment } from '../dependencies.ts'

/** The caller of a request that was let in. */
export function actorOf(context: Context<HttpEnvironment>): Actor {
  return { by: context.get('caller').name, address: context.get('address') }
}

/** The facts of a refused request, for the audit. */
export function refusedRequest(context: Context<HttpEnvironment>, code: ErrorCode): RefusedRequest {
  const { method, path } = context.req
  // The request was refused before its token was read.
  const caller = context.get('caller') as ReturnType<typeof context.get> | undefined
  return { by: caller?.name, address: context.get('address'), method, path, code }
}

/** The request as Node has it. */
export function incomingOf({ env }: Context<HttpEnvironment>): IncomingMessage {
  return (env as unknown as { incoming: IncomingMessage }).incoming
}
