/** JSON bodies as text: in UTF-8 and nothing else, so that no character is replaced on the way. */

import type { HonoRequest, MiddlewareHandler } from 'hono'
import { z } from 'zod'
import { invalidRequest } from '../../../executor/boundary/invalid-request.ts'
import { fieldProblems } from '../../../executor/execution/plan.ts'
import { isNestedTooDeep, MAX_NESTING } from '../../../protocol/base/nesting.ts'
import { LatchdError } from '../../../protocol/errors.ts'
import type { HttpEnvironment } from '../dependencies.ts'

const decoder = new TextDecoder('utf-8', { fatal: true })

const JSON_TYPE = /^application\/(?:[a-z-.]+\+)?json\b/i
const CHARSET = /;\s*charset\s*=\s*"?([^";\s]+)/i

/** Reads the text of JSON bodies, for the routes that parse it. */
export function readJsonBodies(): MiddlewareHandler<HttpEnvironment> {
  return async ({ req }, next) => {
    const type = req.header('content-type')
    if (type === undefined || !JSON_TYPE.test(type) || !hasBody(req)) return await next()
    const charset = CHARSET.exec(type)?.[1] ?? 'utf-8'
    if (!/^utf-?8$/i.test(charset)) throw unsupported(`charset ${charset}: JSON is in UTF-8`)
    const encoding = req.header('content-encoding') ?? 'identity'
    if (encoding !== 'identity') throw unsupported(`content-encoding ${encoding}`)
    const text = decoded(await req.arrayBuffer())
    if (isNestedTooDeep(text)) {
      const message = `Cannot read the body: it is nested deeper than ${MAX_NESTING} levels`
      throw new LatchdError('INVALID_REQUEST', message)
    }
    // The framework declares the text itself here, and awaits it.
    req.bodyCache.text = Promise.resolve(text) as never
    return await next()
  }
}

/**
 * Refuses fields in the body of a route that has none, so that no wish of a caller is passed over. No
 * body, an empty one and `{}` do.
 *
 * @throws {LatchdError} `INVALID_REQUEST`
 */
export async function refuseFields(req: HonoRequest): Promise<void> {
  const type = req.header('content-type')
  if (type === undefined || !JSON_TYPE.test(type) || !hasBody(req)) return
  const text = await req.text()
  if (text === '') return
  const read = z.strictObject({}).safeParse(parsed(text))
  if (!read.success) throw invalidRequest('Cannot read the request', fieldProblems(read.error))
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new LatchdError('INVALID_REQUEST', 'Cannot read the body: it is not JSON', {
      cause: error,
    })
  }
}

/**
 * Whether there is a body. The headers say so wherever they can: to ask a request of the server for
 * its stream makes a whole request of the platform's, which costs more than reading the body.
 */
function hasBody(req: HonoRequest): boolean {
  const isFramed = req.header('content-length') ?? req.header('transfer-encoding')
  return isFramed !== undefined || req.raw.body !== null
}

function decoded(bytes: ArrayBuffer): string {
  try {
    return decoder.decode(bytes)
  } catch (error) {
    const message = 'Cannot read the body: it is not UTF-8'
    throw new LatchdError('INVALID_REQUEST', message, { cause: error })
  }
}

function unsupported(what: string): LatchdError {
  return new LatchdError('UNSUPPORTED_MEDIA_TYPE', `Cannot read a body with ${what}`)
}
