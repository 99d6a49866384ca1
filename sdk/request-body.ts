/** From an app's request to the body that is sent. */

import type { ExecuteRequest } from '../protocol/execution/executor.ts'
import { EXACT, PLAIN } from '../protocol/values/value-format.ts'
import { encodeValue } from '../protocol/values/values.ts'

/**
 * The body of a request, without its tools and how long to wait.
 *
 * @throws {TypeError} for inputs that cannot cross
 */
export function bodyOf(request: ExecuteRequest): object {
  const { tools, inputs, signal, waitMs, onApproval, idempotencyKey, ...body } = request
  return {
    ...body,
    ...(inputs && inputsOf(inputs)),
  }
}

/** The headers of a request. */
export function headersOf({ idempotencyKey }: ExecuteRequest): Record<string, string> {
  return idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }
}

/** Inputs as JSON when that holds them exactly. */
function inputsOf(inputs: Readonly<Record<string, unknown>>): object {
  const text = encodeValue(inputs, 'inputs')
  if (text[0] === PLAIN) return { inputs }
  return { encodedInputs: text.slice(EXACT.length) }
}
