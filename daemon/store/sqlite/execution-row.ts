/** A row of an execution, as it is read. */

import type { ExecutionStatus } from '../../../protocol/execution/execution.ts'

/** An execution's integer inside the store. */
export type RowId = number

/** The columns of `execution` that are read; names that end in `_ms` are epoch milliseconds. */
export interface ExecutionRow {
  readonly id: RowId
  readonly execution_id: string
  readonly owner: string
  readonly state: ExecutionStatus
  readonly epoch: number
  readonly losses: number
  readonly created_ms: number
  readonly started_ms: number | null
  readonly deadline_ms: number
  /** While no daemon owns it: the instant from which it can be claimed. */
  readonly wake_ms: number | null
  readonly session_id: string | null
  readonly usage: string | null
  readonly webhook_url: string | null
}

/** Which execution something belongs to. */
export type ExecutionRef = Pick<ExecutionRow, 'id' | 'owner' | 'execution_id'>
