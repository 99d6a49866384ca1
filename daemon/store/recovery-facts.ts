/** Executions that a store makes stuck, and the bounds of its sweeps. */

import type { StoredEvent } from '../../executor/store/stored-event.ts'
import type { ExecutionError } from '../../protocol/execution/execution.ts'

/** The bounds of a sweep; instants in epoch milliseconds. */
export interface SweepBounds {
  readonly endedBeforeMs: number
  readonly usedBeforeMs: number
  readonly maxBytes: number | undefined
}

/** An execution that became stuck while no process had it. */
export interface StuckExecution {
  readonly owner: string
  readonly createdAtMs: number
  readonly event: Extract<StoredEvent, { type: 'execution-stuck' }>
}

/** The error of a stuck execution. */
export type StuckError = ExecutionError & {
  readonly code:
    | 'NONDETERMINISM'
    | 'TOOL_CHANGED'
    | 'CRASH_LOOP'
    | 'SNAPSHOT_INCOMPATIBLE'
    | 'STORE_DAMAGED'
}
