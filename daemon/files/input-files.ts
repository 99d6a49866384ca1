/** The files that the inputs of a request name. */

import { invalidRequest } from '../../executor/boundary/invalid-request.ts'
import type { ExecutionPlan } from '../../executor/execution/execution-plan.ts'
import type { FilesOf } from '../../executor/files/execution-files.ts'
import { type ErrorCode, LatchdError } from '../../protocol/errors.ts'
import { mayNameFiles, withNamedFiles } from '../../protocol/values/file-inputs.ts'

/**
 * The inputs of a plan, with the files that they name: from now on the execution has them too.
 *
 * @throws {LatchdError} `INVALID_REQUEST` for a file that the caller has not; `PAYLOAD_TOO_LARGE`,
 *   `FILES_FULL`
 */
export async function withInputFiles(
  plan: ExecutionPlan,
  filesOf: FilesOf,
): Promise<string | undefined> {
  const { inputs } = plan
  if (inputs === undefined || !mayNameFiles(inputs)) return inputs
  const files = filesOf(plan)
  return await withNamedFiles(inputs, file => files.store(file)).catch(error => {
    throw refusal(error)
  })
}

function refusal(error: Error & { code?: unknown }): Error {
  const { code, message } = error
  if (code === 'LIMIT_EXCEEDED') return new LatchdError('PAYLOAD_TOO_LARGE', message)
  if (code === 'FILES_FULL') return new LatchdError(code as ErrorCode, message)
  if (code !== 'VALUE_NOT_TRANSFERABLE') return error
  const errors = [{ pointer: '/inputs', detail: message.replace('The execution', 'the caller') }]
  return invalidRequest('Cannot read the inputs', errors)
}
