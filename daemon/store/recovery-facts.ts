/** The findings of a store at the start of a daemon. */

import type { ExecutionError } from '../../protocol/execution/execution.ts'
import type { StoredEvent } from './stored-event.ts'

/** The bounds of a sweep; instants in epoch milliseconds. */
export interface SweepBounds {
  readonly endedBeforeMs: number
  readonly usedBeforeMs: number
  readonly maxBytes: number | undefined
}

/** The findings of a daemon that opens a store. */
export interface Recovery {
  /** Executions to go on with, oldest first: queued, running when the daemon was lost, or ready. */
  readonly resume: readonly string[]
  /** The earliest `wakeAtMs` of waiting executions. */
  readonly nextWakeMs: number | undefined
  /** Executions that became stuck by this, with stored events and messages; absent for none. */
  readonly stuck?: readonly StuckExecution[]
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
