/** From what an app asks for to what is sent. */

import { LatchdError } from '../protocol/errors.ts'
import type { ExecuteRequest, ToolSet } from '../protocol/executor.ts'
import { EXACT, PLAIN } from '../protocol/value-format.ts'
import { encodeValue } from '../protocol/values.ts'

/**
 * The body of a request, without how long to wait.
 *
 * @throws {TypeError} for inputs that cannot cross
 * @throws {LatchdError} `INVALID_REQUEST` for tools of this process
 */
export function bodyOf(request: ExecuteRequest): object {
  const { tools, inputs, signal, waitMs, onApproval, idempotencyKey, ...body } = request
  return {
    ...body,
    ...(tools && { tools: toolNames(tools) }),
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

function toolNames(tools: ToolSet): string[] {
  const list: readonly unknown[] = Array.isArray(tools) ? tools : Object.values(tools)
  return list.map(tool => {
    if (typeof tool === 'string') return tool
    const message =
      'Cannot use a tool of this process: a daemon runs its own tools; name them, or use createExecutor()'
    throw new LatchdError('INVALID_REQUEST', message)
  })
}
