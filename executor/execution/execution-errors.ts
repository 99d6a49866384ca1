/** The errors by which the host ends an execution. */

import { errorText } from '../../protocol/base/error-text.ts'
import type { ExecutionErrorCode } from '../../protocol/errors.ts'
import type { ExecutionError } from '../../protocol/execution/execution.ts'
import type { LimitName } from '../../protocol/limits.ts'

/** An execution went beyond one of its limits. */
export function limitExceeded(limit: LimitName, message: string): ExecutionError {
  return { code: 'LIMIT_EXCEEDED', name: 'LimitExceeded', message, limit }
}

/** A guest did not come back from a built-in function, and its thread was ended. */
export function unresponsive(cpuMs: number): ExecutionError {
  const message = `The program ran for more than cpuMs ${cpuMs} in one built-in call; its worker was replaced`
  return limitExceeded('cpuMs', message)
}

/** The workers failed, and the program is not known to be at fault. */
export function engineFailure(error: unknown): ExecutionError {
  const code: ExecutionErrorCode = 'ENGINE_FAILURE'
  const reason = errorText(error)
  return { code, name: 'EngineFailure', message: `The worker was lost: ${reason}` }
}

/** Why an execution left the queue before it had started. */
export class Stopped extends Error {
  override readonly name = 'Stopped'
}
