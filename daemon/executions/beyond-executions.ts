/** The refusal of a store in which a token has as many executions under way as it may have. */

import { LatchdError } from '../../protocol/errors.ts'
import { RETRY_AFTER_SECONDS } from '../base/retry-after.ts'

/** @param underWay how many of the token are under way, at all daemons */
export function beyondExecutions(underWay: number): LatchdError {
  const message = `Cannot take an execution: ${underWay} of the token are under way at all daemons, limit maxExecutions`
  return new LatchdError('TOKEN_LIMIT_EXCEEDED', message, {
    retryAfterSeconds: RETRY_AFTER_SECONDS,
  })
}
