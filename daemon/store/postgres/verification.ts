/** The invariants of a store in PostgreSQL. */

import type { Transaction } from './database.ts'

const ENDED = `('completed', 'failed', 'cancelled')`

/** Each gives the offenders, in its column `name`. */
const invariants: Readonly<Record<string, string>> = {
  'positions of deliveries are not dense from 1': `SELECT execution_id AS name FROM execution
    WHERE id IN (SELECT execution FROM journal WHERE kind = 'delivery' GROUP BY execution
      HAVING min(position) <> 1 OR max(position) <> count(*))`,
  'a record was written in an epoch that never was': `SELECT DISTINCT execution_id AS name
    FROM journal JOIN execution ON id = execution WHERE journal.epoch > execution.epoch`,
  'sequence numbers of events are not dense from 1': `SELECT execution_id AS name FROM execution
    WHERE id IN (SELECT execution FROM event GROUP BY execution
      HAVING min(first) <> 1 OR max(last) <> sum(last - first + 1))`,
  'has ended or is stuck, and its outcome is not there': `SELECT execution_id AS name FROM execution
    WHERE state NOT IN ('queued', 'running', 'waiting')
      AND NOT EXISTS (SELECT 1 FROM ending WHERE ending.execution = execution.id)`,
  'goes on, and has an outcome': `SELECT execution_id AS name
    FROM execution JOIN ending ON execution = id WHERE state IN ('queued', 'running', 'waiting')`,
  'when it ended does not fit its state': `SELECT execution_id AS name FROM execution
    WHERE (ended_ms IS NOT NULL) <> (state IN ${ENDED})`,
  'waits, and has no instant to wake': `SELECT execution_id AS name FROM execution
    WHERE state = 'waiting' AND wake_ms IS NULL`,
  'has an owner and can be claimed, or neither': `SELECT execution_id AS name FROM execution
    WHERE state IN ('queued', 'running') AND (daemon IS NULL) <> (wake_ms IS NOT NULL)`,
  'a decision is kept as told, and no delivery tells it': `SELECT DISTINCT execution_id AS name
    FROM wait JOIN execution ON execution.id = wait.execution
    WHERE status <> 'pending' AND NOT is_ready AND state NOT IN ${ENDED} AND NOT EXISTS (
      SELECT 1 FROM journal WHERE journal.execution = wait.execution
        AND journal.seq = wait.seq AND kind = 'delivery')`,
}

/** What does not hold; empty for a sound store. */
export async function problemsOf(tx: Transaction): Promise<string[]> {
  const problems: string[] = []
  for (const [problem, sql] of Object.entries(invariants)) {
    for (const { name } of await tx.rows<{ name: string }>(sql)) {
      problems.push(`execution ${name}: ${problem}`)
    }
  }
  return problems
}
