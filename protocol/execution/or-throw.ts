/** Outcomes for callers who want errors thrown. */

import type { Outcome } from './executor.ts'
import { outcomeError } from './outcome.ts'

/** Returns an outcome that has no error. @throws {LatchdError} when the program failed */
export function orThrow<T>(outcome: Outcome<T>): Outcome<T> {
  const error = outcomeError(outcome)
  if (error !== undefined) throw error
  return outcome
}
