/** Executions whose daemon was lost, and those that cannot go on. */

import { foldExecution, NO_USAGE } from '../../../executor/record/fold-execution.ts'
import type { Execution } from '../../../protocol/execution/execution.ts'
import type { StuckError, StuckExecution } from '../recovery-facts.ts'
import { isOwned, type Standing } from './standing.ts'

/** After this many losses of the daemon with an execution, the execution may be the cause. */
export const MAX_LOSSES = 5

/** The error of an execution that may be the cause of losses of the daemon. */
export const CRASH_LOOP: StuckError = {
  code: 'CRASH_LOOP',
  name: 'CrashLoop',
  message: `The daemon was lost ${MAX_LOSSES} times while the execution ran, without a new record of it`,
}

/** The error of an execution of which a part cannot be read. */
export const DAMAGED: StuckError = {
  code: 'STORE_DAMAGED',
  name: 'StoreDamaged',
  message:
    'A page of the store that the execution needs is damaged: put a backup back, then retry it',
}

/**
 * An execution whose owner was lost: it has no owner, and its turn comes by its age. Unchanged when it
 * had none.
 *
 * @param hadWorker whether it may be the cause of the loss
 */
export function lost<S extends Standing & { readonly created_ms: number }>(
  before: S,
  hadWorker: boolean,
  nowMs: number,
): S {
  if (!isOwned(before)) return before
  const losses = before.losses + Number(hadWorker)
  return { ...before, losses, wake_ms: Math.min(before.created_ms, nowMs) }
}

/** Whether an execution was lost so often that it must not go on by itself. */
export const isCrashLoop = ({ losses }: Standing) => losses >= MAX_LOSSES

/** The parts of an execution that becomes stuck while no daemon runs it. */
export interface StuckRow {
  readonly execution_id: string
  readonly owner: string
  readonly created_ms: number
  readonly started_ms: number | null
  readonly session_id: string | null
}

/** An execution that became stuck, with the event of it. @param sequence the place of the event */
export function stuckExecution(
  { execution_id: executionId, owner, created_ms: createdAtMs }: StuckRow,
  sequence: number,
  atMs: number,
  error: StuckError,
): StuckExecution {
  const event = { type: 'execution-stuck', sequence, executionId, atMs, error } as const
  return { owner, createdAtMs, event }
}

/** The record of an execution that becomes stuck. @param running as it stood until now */
export function stuckRecord(running: Execution, error: StuckError): Execution {
  return { ...running, status: 'stuck', error } as Execution
}

/** A damaged execution of which only its row can be read. */
export function bareRecord(row: StuckRow, nowMs: number): Execution {
  const kept = {
    executionId: row.execution_id,
    state: 'running',
    createdAtMs: row.created_ms,
    startedAtMs: row.started_ms ?? undefined,
    sessionId: row.session_id ?? undefined,
    metadata: undefined,
    usage: NO_USAGE,
    events: [],
  } as const
  return stuckRecord(foldExecution(kept, nowMs), DAMAGED)
}
