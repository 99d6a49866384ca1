/** From an app's request to the body that is sent. */

import type { ExecuteRequest } from '../protocol/execution/executor.ts'
import { encodeStoring, type StoreFile } from '../protocol/values/stored-files.ts'
import { EXACT, PLAIN } from '../protocol/values/value-format.ts'

/**
 * The body of a request, without its tools and how long to wait.
 *
 * @param store sends the files of the inputs
 * @throws {TypeError} for inputs that cannot cross, and the errors of `store`
 */
export async function bodyOf(request: ExecuteRequest, store: StoreFile): Promise<object> {
  const { tools, inputs, signal, waitMs, onApproval, idempotencyKey, ...body } = request
  return {
    ...body,
    ...(inputs !== undefined && (await inputsOf(inputs, store))),
  }
}

/** Inputs as JSON when that holds them exactly. */
async function inputsOf(
  inputs: Readonly<Record<string, unknown>>,
  store: StoreFile,
): Promise<object> {
  const text = await encodeStoring(inputs, 'inputs', store)
  if (text[0] === PLAIN) return { inputs }
  return { encodedInputs: text.slice(EXACT.length) }
}
