/** Rows of executions: locking them, and what their columns mean. */

import type { Claimed } from '../claim-facts.ts'
import type { StuckRow } from '../rules/recovery.ts'
import type { Standing } from '../rules/standing.ts'
import type { Transaction } from './database.ts'

/** An execution's integer inside the store. */
export type RowId = number

/** The columns of `execution` that are read before it is changed. */
export interface ExecutionRow extends Standing, StuckRow {
  readonly id: RowId
  readonly webhook_url: string | null
  /** The place of its last event; 0: it has none. */
  readonly last_event: number
  /** What it ran on last. */
  readonly runtime: string | null
}

const COLUMNS = `id, execution_id, owner, state, epoch, losses, wake_ms, created_ms, started_ms,
  session_id, webhook_url, runtime,
  coalesce((SELECT max(last) FROM event WHERE event.execution = e.id), 0) AS last_event`

/** Locks executions until the end of the transaction, in an order that all transactions keep. */
export async function lockExecutions(
  tx: Transaction,
  executionIds: readonly string[],
): Promise<ReadonlyMap<string, ExecutionRow>> {
  if (executionIds.length === 0) return new Map()
  const rows = await tx.rows<ExecutionRow>(
    `SELECT ${COLUMNS} FROM execution e WHERE execution_id = ANY($1::text[]) ORDER BY id FOR UPDATE`,
    [executionIds],
  )
  return new Map(rows.map(row => [row.execution_id, row]))
}

/** Locks one execution; `undefined` when the store does not have it. */
export async function lockExecution(
  tx: Transaction,
  executionId: string,
): Promise<ExecutionRow | undefined> {
  return (await lockExecutions(tx, [executionId])).get(executionId)
}

/** Locks all executions that a daemon owns, with whether each had a worker. */
export async function lockOwned(
  tx: Transaction,
  daemon: number,
): Promise<(ExecutionRow & { readonly suspect: boolean })[]> {
  return await tx.rows(
    `SELECT ${COLUMNS}, suspect FROM execution e WHERE daemon = $1 ORDER BY id FOR UPDATE`,
    [daemon],
  )
}

/** How an execution stands from now on, and what else of its row changes. */
export interface RowChange {
  readonly id: RowId
  readonly next: Standing
  /** The daemon that owns it; absent: none. */
  readonly daemon?: number | undefined
  /** What it runs on; absent: as before. */
  readonly runtime?: string | undefined
  readonly usage?: string | undefined
  readonly startedAtMs?: number | undefined
  readonly endedAtMs?: number | undefined
}

/** Writes changes of rows that are locked. */
export async function changeExecutions(
  tx: Transaction,
  changes: readonly RowChange[],
): Promise<void> {
  if (changes.length === 0) return
  await tx.run(
    `UPDATE execution e SET state = n.state, epoch = n.epoch, losses = n.losses, wake_ms = n.wake_ms,
        daemon = n.daemon, suspect = n.suspect, usage = coalesce(n.usage, e.usage),
        started_ms = coalesce(n.started_ms, e.started_ms), ended_ms = n.ended_ms,
        runtime = coalesce(n.runtime, e.runtime)
      FROM unnest($1::bigint[], $2::text[], $3::int[], $4::int[], $5::bigint[], $6::int[],
        $7::boolean[], $8::text[], $9::bigint[], $10::bigint[], $11::text[])
        AS n(id, state, epoch, losses, wake_ms, daemon, suspect, usage, started_ms, ended_ms, runtime)
      WHERE e.id = n.id`,
    [
      changes.map(({ id }) => id),
      changes.map(({ next }) => next.state),
      changes.map(({ next }) => next.epoch),
      changes.map(({ next }) => next.losses),
      changes.map(({ next }) => next.wake_ms),
      changes.map(({ daemon }) => daemon ?? null),
      changes.map(({ daemon, next }) => daemon !== undefined && next.state === 'running'),
      changes.map(({ usage }) => usage ?? null),
      changes.map(({ startedAtMs }) => startedAtMs ?? null),
      changes.map(({ endedAtMs }) => endedAtMs ?? null),
      changes.map(({ runtime }) => runtime ?? null),
    ],
  )
}

/** An execution that a daemon owns now. */
export const claimedOf = (
  { execution_id, owner }: Pick<ExecutionRow, 'execution_id' | 'owner'>,
  { epoch }: Standing,
): Claimed => ({ executionId: execution_id, owner, epoch })
