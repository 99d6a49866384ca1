/** What an app gives as a request, checked before anything of it is read. Loads no schema library. */

import { isRecord } from '../base/predicates.ts'
import { LatchdError } from '../errors.ts'

/**
 * Checks that a request is an object, and its inputs a record where it has any.
 *
 * @throws {LatchdError} `INVALID_REQUEST`
 */
export function checkRequest(request: unknown): void {
  if (!isRecord(request)) {
    const message = `Cannot read the request: an object with a source is expected, not ${kindOf(request)}`
    throw new LatchdError('INVALID_REQUEST', message)
  }
  const { inputs } = request
  if (inputs === undefined || isRecord(inputs)) return
  const detail = `a record of values by name is expected, not ${kindOf(inputs)}`
  throw new LatchdError('INVALID_REQUEST', `Cannot read the request: /inputs: ${detail}`, {
    errors: [{ pointer: '/inputs', detail }],
  })
}

function kindOf(value: unknown): string {
  if (value === undefined || value === null) return String(value)
  return Array.isArray(value) ? 'an array' : `a ${typeof value}`
}
