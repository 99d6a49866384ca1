/** What a store finds when a daemon starts. */

import type { ExecutionError } from '../../protocol/execution/execution.ts'
import type { StoredEvent } from './store.ts'

/** What a sweep forgets; instants in epoch milliseconds. */
export interface SweepBounds {
  readonly endedBeforeMs: number
  readonly usedBeforeMs: number
  readonly maxBytes: number | undefined
}

/** What a daemon finds when it opens a store. */
export interface Recovery {
  /** Executions to go on with, oldest first: queued, running when the daemon was lost, or ready. */
  readonly resume: readonly string[]
  /** The earliest `wakeAtMs` of those that wait. */
  readonly nextWakeMs: number | undefined
  /** Those that have become stuck with this; absent for none. Their events and messages are kept. */
  readonly stuck?: readonly StuckExecution[]
}

/** An execution that became stuck while no process had it. */
export interface StuckExecution {
  readonly owner: string
  readonly createdAtMs: number
  readonly event: Extract<StoredEvent, { type: 'execution-stuck' }>
}

/** What a stuck execution is kept with. */
export type StuckError = ExecutionError & {
  readonly code:
    | 'NONDETERMINISM'
    | 'TOOL_CHANGED'
    | 'CRASH_LOOP'
    | 'SNAPSHOT_INCOMPATIBLE'
    | 'STORE_DAMAGED'
}
