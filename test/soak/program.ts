/** A program of the soak, with what must come of it. */

import type { Latchd, Outcome } from '../../sdk/index.ts'
import type { Random } from './random.ts'

export interface Program {
  /** What kind it is; figures are told by kind. */
  readonly kind: string
  /** Runs one execution; gives what is wrong with it, if anything. */
  run(client: Latchd, random: Random): Promise<string | undefined>
}

/** Longest part of an outcome that is told. */
const MAX_SHOWN_CHARS = 500

/** An outcome as far as it says what was wrong. */
export function shown(outcome: Outcome): string {
  const { executionId, status, output } = outcome
  const told = 'error' in outcome ? { error: outcome.error } : { output }
  return JSON.stringify({ executionId, status, ...told }).slice(0, MAX_SHOWN_CHARS)
}
