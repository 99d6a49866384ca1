/** How much of its past a session of a store keeps. */

import type { SessionLeaving, SessionState } from '../session-store.ts'

/** Of one session: beyond that it cannot be brought over to another runtime. */
const MAX_RUNS = 1000
const MAX_RUN_BYTES = 32 * 1024 * 1024
/** The bytes that a session without a state counts for. */
export const SESSION_ROW_BYTES = 1024

/** The runs of a session, before or after one more. */
export interface SessionRuns {
  /** Whether all of them are there that its state came from. */
  readonly isRepeatable: boolean
  readonly runBytes: number
  /** How many of them, the last ones, have changed the state since its snapshot. */
  readonly steps: number
}

/** What becomes of a session's runs with what an execution leaves. */
export interface RunsAfter extends SessionRuns {
  /** The run to be stored beside the others; absent: all of them go. */
  readonly added?: Uint8Array
}

/**
 * What becomes of a session's runs. Those since its snapshot are its state, and stay in any case.
 *
 * @param executions that have ended in the session before
 */
export function runsAfter(
  { isRepeatable, runBytes, steps }: SessionRuns,
  executions: number,
  { bytes, run }: SessionLeaving,
): RunsAfter {
  const stays = bytes === undefined
  if (run === undefined) {
    if (stays) throw new Error('a state without a snapshot, and without its run')
    return { isRepeatable: false, runBytes: 0, steps: 0 }
  }
  const all = runBytes + run.byteLength
  const isKept = isRepeatable && all <= MAX_RUN_BYTES && executions < MAX_RUNS
  const after = { isRepeatable: isKept, steps: stays ? steps + 1 : 0 }
  return isKept || stays ? { ...after, runBytes: all, added: run } : { ...after, runBytes: 0 }
}

/** What every store knows of a session's state without reading it. */
export const namedState = ({
  runtime,
  state,
  steps,
}: {
  readonly runtime: string | null
  readonly state: string | null
  readonly steps: number
}): Pick<SessionState, 'runtime' | 'state' | 'steps'> => ({
  runtime: runtime ?? '',
  ...(state !== null && { state }),
  ...(steps > 0 && { steps }),
})
