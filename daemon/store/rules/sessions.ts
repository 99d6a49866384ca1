/** Sessions of a store: who holds each, and how much of its past it keeps. */

import type { HoldOutcome } from '../session-store.ts'

/** Of one session: beyond that it cannot be brought over to another runtime. */
const MAX_RUNS = 1000
const MAX_RUN_BYTES = 32 * 1024 * 1024
/** The bytes that a session without a state counts for. */
export const SESSION_ROW_BYTES = 1024

/** Whether an execution may hold a session. @param holder `undefined`: no execution holds it */
export function holdOutcome(
  isThere: boolean,
  holder: string | undefined,
  executionId: string,
): HoldOutcome {
  if (!isThere) return 'gone'
  return holder === undefined || holder === executionId ? 'held' : 'busy'
}

/** Whether the session still has all runs that its state came from, with one more. */
export function keepsRun(
  session: {
    readonly isRepeatable: boolean
    readonly runBytes: number
    readonly executions: number
  },
  run: Uint8Array | undefined,
): run is Uint8Array {
  if (!session.isRepeatable || run === undefined) return false
  return session.runBytes + run.byteLength <= MAX_RUN_BYTES && session.executions < MAX_RUNS
}
