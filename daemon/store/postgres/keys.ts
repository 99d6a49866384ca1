/** Executions of idempotency keys. */

import type { KeyedExecution } from '../store.ts'
import type { Transaction } from './database.ts'

interface KeyRow {
  readonly owner: string
  readonly key_text: string
  readonly key_hash: string
  readonly execution_id: string
  readonly is_removed: boolean
}

/** The executions of keys, by the JSON of owner and key. */
export async function keyedExecutions(
  tx: Transaction,
  keys: readonly { readonly owner: string; readonly text: string }[],
): Promise<ReadonlyMap<string, KeyedExecution>> {
  if (keys.length === 0) return new Map()
  const columns = 'owner, key_text, key_hash, execution_id'
  const rows = await tx.rows<KeyRow>(
    `WITH k AS (SELECT * FROM unnest($1::text[], $2::text[]) AS k(o, t))
      SELECT ${columns}, false AS is_removed FROM execution JOIN k ON owner = o AND key_text = t
      UNION ALL
      SELECT ${columns}, true FROM removed_key JOIN k ON owner = o AND key_text = t`,
    [keys.map(({ owner }) => owner), keys.map(({ text }) => text)],
  )
  return new Map(
    rows.map(row => [
      JSON.stringify([row.owner, row.key_text]),
      { executionId: row.execution_id, bodyHash: row.key_hash, isRemoved: row.is_removed },
    ]),
  )
}
