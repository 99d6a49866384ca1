/** Refusals as RFC 9457 problem details. */

import { z } from 'zod'
import { type ErrorCode, errorTable, type LatchdError } from '../../protocol/errors.ts'
import { RETRY_AFTER_SECONDS } from '../base/retry-after.ts'

/** The body of a refusal: RFC 9457, with latchd's `code` and the fields at fault. */
export const Problem = z
  .strictObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.string(),
    errors: z
      .array(z.strictObject({ pointer: z.string(), detail: z.string() }))
      .optional()
      .describe('The fields at fault, by JSON pointer'),
  })
  .meta({ id: 'Problem' })
export type Problem = z.infer<typeof Problem>

/** The HTTP status of an error; 500 for a code that is not a refusal. */
export function statusOf(code: ErrorCode): number {
  const row = errorTable[code]
  return 'status' in row ? row.status : 500
}

/** What a caller may send again as it was, later. */
const LATER: ReadonlySet<number> = new Set([429, 503])

/** Seconds for `Retry-After`, which each 429 and 503 carries; `undefined`: no such header. */
export function retryAfterOf({ code, retryAfterSeconds }: LatchdError): number | undefined {
  return retryAfterSeconds ?? (LATER.has(statusOf(code)) ? RETRY_AFTER_SECONDS : undefined)
}

/** The response for an error. */
export function problemResponse(error: LatchdError): Response {
  const { status, headers, body } = problemAnswer(error)
  return new Response(body, { status, headers })
}

/** The answer to an error as status, headers and body, for routes that write it themselves. */
export function problemAnswer(error: LatchdError) {
  const status = statusOf(error.code)
  const problem: Problem = {
    type: 'about:blank',
    title: errorTable[error.code].title,
    status,
    detail: error.message,
    code: error.code,
    ...(error.errors && { errors: [...error.errors] }),
  }
  const headers: Record<string, string> = { 'content-type': 'application/problem+json' }
  const retryAfterSeconds = retryAfterOf(error)
  if (retryAfterSeconds !== undefined) headers['retry-after'] = String(retryAfterSeconds)
  if (status === 401) headers['www-authenticate'] = 'Bearer'
  return { status, headers, body: JSON.stringify(problem) }
}
