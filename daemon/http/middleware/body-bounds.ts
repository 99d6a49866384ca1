/** Bodies of requests: refused when they are too long before they are read, and counted. */

import type { MiddlewareHandler } from 'hono'
import { MAX_SOURCE_BYTES } from '../../../executor/execution/plan.ts'
import { LatchdError } from '../../../protocol/errors.ts'
import type { BodyShare, CallerShares } from '../../auth/caller-shares.ts'
import type { HttpEnvironment } from '../dependencies.ts'

/**
 * Longest body: a source of the largest size, every character escaped, and as much again for
 * inputs.
 */
export const MAX_BODY_BYTES = 8 * MAX_SOURCE_BYTES

/** Holds bodies to the longest one, and to what their callers may send. */
export function boundBodies(shares: CallerShares): MiddlewareHandler<HttpEnvironment> {
  return async (context, next) => {
    const { req } = context
    const length = req.header('content-length')
    const isChunked = req.header('transfer-encoding') !== undefined
    if ((length === undefined || length === '0') && !isChunked) return await next()
    const share = shares.body(context.get('caller'))
    try {
      if (isChunked) req.raw = await readChunks(req.raw, share)
      else {
        // Node admits only digits, and reads no more of the body than the number.
        const bytes = Number(length)
        if (bytes > MAX_BODY_BYTES) throw tooLarge()
        share.add(bytes)
      }
      await next()
    } finally {
      share.release()
    }
    return undefined
  }
}

/** Reads a body of unknown length, as far as it may go. */
async function readChunks(request: Request, share: BodyShare): Promise<Request> {
  if (request.body === null) return request
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of request.body) {
    bytes += chunk.length
    if (bytes > MAX_BODY_BYTES) throw tooLarge()
    share.add(chunk.length)
    chunks.push(chunk)
  }
  // The server's own kind of request cannot be copied as a whole.
  const { url, method, headers } = request
  return new Request(url, { method, headers, body: Buffer.concat(chunks) })
}

function tooLarge(): LatchdError {
  return new LatchdError(
    'PAYLOAD_TOO_LARGE',
    `Cannot read the body: more than ${MAX_BODY_BYTES} bytes`,
  )
}
