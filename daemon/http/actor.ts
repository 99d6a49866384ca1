/** Who sends a request, as the audit names them. */

import type { IncomingMessage } from 'node:http'
import type { Context } from 'hono'
import type { ErrorCode } from '../../protocol/errors.ts'
import type { Actor, RefusedRequest } from '../auth/audit.ts'
import type { HttpEnvironment } from './powers.ts'

/** The caller of a request that was let in. */
export function actorOf(context: Context<HttpEnvironment>): Actor {
  return { by: context.get('caller').name, address: addressOf(context) }
}

/** What is known of a request that was not. */
export function refusedRequest(context: Context<HttpEnvironment>, code: ErrorCode): RefusedRequest {
  const { method, path } = context.req
  // Refused before anybody asked whose it is.
  const caller = context.get('caller') as ReturnType<typeof context.get> | undefined
  return { by: caller?.name, address: addressOf(context), method, path, code }
}

function addressOf({ env }: Context<HttpEnvironment>): string | undefined {
  const { incoming } = env as { incoming?: IncomingMessage }
  return incoming?.socket.remoteAddress
}
