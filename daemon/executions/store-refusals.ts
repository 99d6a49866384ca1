/** Reads errors of the store and of the pool: what each means for an execution that runs. */

import { LatchdError } from '../../protocol/errors.ts'

/** Whether a part of the execution is on a damaged page of the store. */
export const isDamage = (error: unknown): boolean =>
  error instanceof LatchdError && error.code === 'STORE_DAMAGED'

/**
 * Whether this process must not go on with an execution: it has a newer owner, or the pool is
 * closed.
 */
export function isForAnother(error: unknown): boolean {
  const code = error instanceof LatchdError ? error.code : undefined
  return code === 'STALE_OWNER' || code === 'EXECUTOR_CLOSED'
}
