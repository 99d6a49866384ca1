/** What a store forgets: on request, and by the bounds of a sweep. */

import type { SweepBounds } from '../recovery-facts.ts'
import { isLive } from '../rules/standing.ts'
import type { Database, Transaction } from './database.ts'
import { lockExecution, type RowId } from './execution-rows.ts'

/** Executions or sessions that one step forgets at most. */
const MAX_STEP = 200
/** The lock of the daemon that sweeps: "lsw1". */
const SWEEPING = 0x6c737731

/** Removes an ended execution; its key stays until its time is over. */
export async function removeExecution(tx: Transaction, executionId: string): Promise<void> {
  const row = await lockExecution(tx, executionId)
  if (row !== undefined && !isLive(row.state)) await removeRows(tx, [row.id], true)
}

async function removeRows(
  tx: Transaction,
  ids: readonly RowId[],
  keepsKeys: boolean,
): Promise<void> {
  if (keepsKeys) {
    await tx.run(
      `INSERT INTO removed_key (owner, key_text, key_hash, execution_id, ended_ms)
        SELECT owner, key_text, key_hash, execution_id, coalesce(ended_ms, created_ms)
        FROM execution WHERE id = ANY($1::bigint[]) AND key_text IS NOT NULL
        ON CONFLICT DO NOTHING`,
      [ids],
    )
  }
  await tx.run('DELETE FROM execution WHERE id = ANY($1::bigint[])', [ids])
}

/** Removes what is beyond the bounds, in steps of a transaction each; one daemon at a time does. */
export async function sweep(
  database: Database,
  bounds: SweepBounds,
): Promise<{ executions: number; sessions: number }> {
  const swept = { executions: 0, sessions: 0 }
  for (;;) {
    const { executions, sessions } = await database.transaction(tx => step(tx, bounds))
    swept.executions += executions
    swept.sessions += sessions
    if (executions + sessions === 0) return swept
  }
}

async function step(
  tx: Transaction,
  { endedBeforeMs, usedBeforeMs, maxBytes }: SweepBounds,
): Promise<{ executions: number; sessions: number }> {
  const none = { executions: 0, sessions: 0 }
  const [lock] = await tx.rows<{ is_mine: boolean }>(
    'SELECT pg_try_advisory_xact_lock($1) AS is_mine',
    [SWEEPING],
  )
  if (lock?.is_mine !== true) return none
  const old = await tx.rows<{ id: RowId }>(
    'SELECT id FROM execution WHERE ended_ms < $1 ORDER BY ended_ms LIMIT $2 FOR UPDATE',
    [endedBeforeMs, MAX_STEP],
  )
  if (old.length > 0) {
    await removeRows(
      tx,
      old.map(({ id }) => id),
      false,
    )
    return { executions: old.length, sessions: 0 }
  }
  await tx.run('DELETE FROM removed_key WHERE ended_ms < $1', [endedBeforeMs])
  const sessions = await removeSessions(tx, usedBeforeMs)
  if (sessions > 0) return { executions: 0, sessions }
  return maxBytes === undefined
    ? none
    : { executions: await removeBeyond(tx, maxBytes), sessions: 0 }
}

/** Sessions that are not used, that no execution holds, and that none of the store goes on in. */
async function removeSessions(tx: Transaction, usedBeforeMs: number): Promise<number> {
  return await tx.run(
    `DELETE FROM session WHERE session_id IN (SELECT session_id FROM session s
      WHERE used_ms < $1 AND holder IS NULL AND NOT EXISTS (SELECT 1 FROM execution e
        WHERE e.session_id = s.session_id AND e.state IN ('queued', 'running', 'waiting', 'stuck'))
      ORDER BY used_ms LIMIT $2 FOR UPDATE)`,
    [usedBeforeMs, MAX_STEP],
  )
}

const TABLES = ['execution', 'program', 'ending', 'journal', 'event', 'wait', 'session'] as const

/** Bytes of the rows, as they are stored; a deleted row's place is reused and does not count. */
export async function liveBytes(tx: Transaction): Promise<number> {
  const sums = TABLES.map(table => `(SELECT coalesce(sum(pg_column_size(t.*)), 0) FROM ${table} t)`)
  const [row] = await tx.rows<{ bytes: number }>(`SELECT (${sums.join(' + ')})::bigint AS bytes`)
  return row?.bytes ?? 0
}

/** Bytes of the contents that executions of the store have as files, each content once. */
async function contentBytes(tx: Transaction): Promise<number> {
  const [row] = await tx.rows<{ bytes: number }>(
    `SELECT coalesce(sum(size), 0)::bigint AS bytes FROM (SELECT DISTINCT f.sha256, f.size FROM file f
      JOIN execution e ON e.execution_id = f.execution_id) contents`,
  )
  return row?.bytes ?? 0
}

/** The oldest ended executions go until the rest is within the bound. */
async function removeBeyond(tx: Transaction, maxBytes: number): Promise<number> {
  let bytes = (await liveBytes(tx)) + (await contentBytes(tx))
  if (bytes <= maxBytes) return 0
  const of = ['program', 'ending', 'journal', 'event', 'wait'].map(
    table =>
      `(SELECT coalesce(sum(pg_column_size(t.*)), 0) FROM ${table} t WHERE t.execution = e.id)`,
  )
  // A content that others have as well stays: it counts for the last of them, in a later step.
  const files = `(SELECT coalesce(sum(size), 0) FROM (SELECT DISTINCT f.sha256, f.size FROM file f
    WHERE f.execution_id = e.execution_id AND NOT EXISTS (SELECT 1 FROM file o
      JOIN execution x ON x.execution_id = o.execution_id
      WHERE o.sha256 = f.sha256 AND x.id <> e.id)) own)`
  const oldest = await tx.rows<{ id: RowId; bytes: number }>(
    `SELECT id, (pg_column_size(e.*) + ${[...of, files].join(' + ')})::bigint AS bytes FROM execution e
      WHERE ended_ms IS NOT NULL ORDER BY ended_ms LIMIT ${MAX_STEP} FOR UPDATE OF e`,
  )
  const removed: RowId[] = []
  for (const one of oldest) {
    if (bytes <= maxBytes) break
    bytes -= one.bytes
    removed.push(one.id)
  }
  await removeRows(tx, removed, true)
  return removed.length
}
