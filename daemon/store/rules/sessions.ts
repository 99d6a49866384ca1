/** How much of its past a session of a store keeps. */

/** Of one session: beyond that it cannot be brought over to another runtime. */
const MAX_RUNS = 1000
const MAX_RUN_BYTES = 32 * 1024 * 1024
/** The bytes that a session without a state counts for. */
export const SESSION_ROW_BYTES = 1024

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
