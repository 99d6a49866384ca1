/** The invariants of a store's file, checked in one state of it. */

import { hashOf } from './blobs.ts'
import type { Connection } from './connection.ts'
import type { TextColumn } from './exact-text.ts'

interface Invariant {
  readonly problem: string
  /** Gives the offenders, in its column `name`. */
  readonly sql: string
}

const ENDED = `('completed', 'failed', 'cancelled')`

const invariants: readonly Invariant[] = [
  {
    problem: 'positions of deliveries are not dense from 1',
    sql: `SELECT execution_id AS name FROM execution WHERE id IN (
      SELECT execution FROM journal WHERE kind = 'delivery' GROUP BY execution
        HAVING min(position) <> 1 OR max(position) <> count(DISTINCT position)
          OR count(*) <> count(DISTINCT position))`,
  },
  {
    problem: 'an intent has a position',
    sql: `SELECT execution_id AS name FROM execution WHERE id IN (
      SELECT execution FROM journal WHERE kind = 'intent' AND position <> 0)`,
  },
  {
    problem: 'a record occurs twice',
    sql: `SELECT execution_id AS name FROM execution WHERE id IN (
      SELECT execution FROM journal GROUP BY execution, seq, kind HAVING count(*) > 1)`,
  },
  {
    problem: 'a record was written in an epoch that never was',
    sql: `SELECT DISTINCT execution_id AS name FROM journal JOIN execution ON id = execution
      WHERE journal.epoch > execution.epoch`,
  },
  {
    problem: 'sequence numbers of events are not dense from 1',
    sql: `SELECT execution_id AS name FROM execution WHERE id IN (
      SELECT execution FROM event GROUP BY execution
        HAVING min(first) <> 1 OR max(last) <> sum(last - first + 1))`,
  },
  {
    problem: 'has ended or is stuck, and its outcome is not there',
    sql: `SELECT execution_id AS name FROM execution
      WHERE state IN ('completed', 'failed', 'cancelled', 'stuck')
        AND id NOT IN (SELECT execution FROM ending)`,
  },
  {
    problem: 'goes on, and has an outcome',
    sql: `SELECT execution_id AS name FROM execution JOIN ending ON execution = id
      WHERE state IN ('queued', 'running', 'waiting')`,
  },
  {
    problem: 'when it ended does not fit its state',
    sql: `SELECT execution_id AS name FROM execution
      WHERE (ended_ms IS NOT NULL) <> (state IN ${ENDED})`,
  },
  {
    problem: 'waits, and has no instant to wake',
    sql: `SELECT execution_id AS name FROM execution WHERE state = 'waiting' AND wake_ms IS NULL`,
  },
  {
    problem: 'its program is not there',
    sql: `SELECT execution_id AS name FROM execution
      WHERE id NOT IN (SELECT execution FROM program)`,
  },
  {
    problem: 'a decision is kept as told, and no delivery tells it',
    sql: `SELECT DISTINCT execution_id AS name FROM wait
      JOIN execution ON execution.id = wait.execution
      WHERE status <> 'pending' AND is_ready = 0 AND state NOT IN ${ENDED} AND NOT EXISTS (
        SELECT 1 FROM journal WHERE journal.execution = wait.execution
          AND journal.seq = wait.seq AND kind = 'delivery')`,
  },
]

interface BlobRow {
  readonly id: number
  readonly hash: Uint8Array
  readonly body: TextColumn
  readonly uses: number
}

/** How often each blob is referred to. */
const USES = `SELECT blob, count(*) AS uses FROM (
    SELECT source AS blob FROM program
    UNION ALL SELECT compiled FROM program WHERE compiled IS NOT NULL
    UNION ALL SELECT blob FROM journal WHERE blob IS NOT NULL
    UNION ALL SELECT snapshot FROM session WHERE snapshot IS NOT NULL
  ) GROUP BY blob`

/** Problems of a database with the tables of a store, in one state of it. */
export function problemsOf(connection: Connection): string[] {
  connection.run('BEGIN')
  try {
    const problems = [...structureProblems(connection)]
    // A damaged structure could not be trusted to show the invariants.
    if (problems.length > 0) return problems
    return [...invariantProblems(connection), ...blobProblems(connection)]
  } finally {
    connection.run('ROLLBACK')
  }
}

function* structureProblems(connection: Connection): Iterable<string> {
  for (const { integrity_check: text } of connection.all<{ integrity_check: string }>(
    'PRAGMA integrity_check',
  )) {
    if (text !== 'ok') yield text
  }
  for (const { table, rowid, parent } of connection.all<{
    table: string
    rowid: number | null
    parent: string
  }>('PRAGMA foreign_key_check')) {
    yield `row ${rowid} of ${table} refers to a row of ${parent} that is not there`
  }
}

function* invariantProblems(connection: Connection): Iterable<string> {
  for (const { problem, sql } of invariants) {
    for (const { name } of connection.all<{ name: string }>(sql)) {
      yield `execution ${name}: ${problem}`
    }
  }
}

function* blobProblems(connection: Connection): Iterable<string> {
  const uses = new Map(
    connection.all<{ blob: number; uses: number }>(USES).map(({ blob, uses }) => [blob, uses]),
  )
  // One at a time: all bodies together may be larger than the memory.
  const rows = connection.database.prepare('SELECT id, hash, body, uses FROM blob').iterate()
  for (const row of rows) {
    const { id, hash, body, uses: counted } = row as unknown as BlobRow
    if (!hashOf(body).equals(hash)) yield `blob ${id} does not match its hash`
    const found = uses.get(id) ?? 0
    if (found !== counted) yield `blob ${id} is used ${found} times, counted as ${counted}`
    uses.delete(id)
  }
  for (const id of uses.keys()) yield `blob ${id} is referred to, and is not there`
}
