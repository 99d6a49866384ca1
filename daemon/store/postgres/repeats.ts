/**
 * Which writes of a batch are there already, when its commit was unknown.
 *
 * All of a batch was carried out or nothing of it, but each execution may have gone on since. So each
 * write is recognized by itself: by the state that it leads to, or by the last row that it adds.
 */

import { isOwned } from '../rules/standing.ts'
import type { Transaction } from './database.ts'
import type { ExecutionRow } from './execution-rows.ts'
import type { OwnerWrite } from './write.ts'

/** The writes of these rows that were carried out before. */
export async function carriedOut(
  tx: Transaction,
  rows: ReadonlyMap<string, ExecutionRow>,
  writes: readonly OwnerWrite[],
): Promise<ReadonlySet<OwnerWrite>> {
  if (!tx.isRepeat) return new Set()
  const own = writes.flatMap(write => {
    const row = rows.get(write.executionId)
    // Under another epoch another daemon owns it: then the write is refused, carried out or not.
    return row === undefined || row.epoch !== write.epoch ? [] : [{ write, row }]
  })
  const added = await addedBefore(tx, own)
  return new Set(own.filter(one => isThere(one) || added.has(one.write)).map(({ write }) => write))
}

interface OwnWrite {
  readonly write: OwnerWrite
  readonly row: ExecutionRow
}

function isThere({ write, row }: OwnWrite): boolean {
  if (write.kind === 'park' && row.state === 'waiting') return true
  if (write.kind === 'finish') return !isOwned(row)
  const last = write.addition.events?.at(-1)
  return last !== undefined && row.last_event >= last.sequence
}

/** Those whose last record, or whose last approval, is there. */
async function addedBefore(
  tx: Transaction,
  own: readonly OwnWrite[],
): Promise<ReadonlySet<OwnerWrite>> {
  const parts = own.flatMap(({ write, row }) => {
    const record = write.addition.records?.at(-1)
    const approval = write.addition.approvals?.at(-1)?.approval
    return (record ?? approval) ? [{ write, row, record, approval }] : []
  })
  if (parts.length === 0) return new Set()
  const rows = await tx.rows<{ place: number }>(
    `SELECT place::int FROM unnest($1::bigint[], $2::int[], $3::text[], $4::text[])
        WITH ORDINALITY AS n(execution, seq, kind, approval_id, place)
      WHERE EXISTS (SELECT 1 FROM journal j WHERE j.execution = n.execution AND j.seq = n.seq
          AND j.kind = n.kind)
        OR EXISTS (SELECT 1 FROM wait w WHERE w.approval_id = n.approval_id)`,
    [
      parts.map(({ row }) => row.id),
      parts.map(({ record }) => record?.callNumber ?? null),
      parts.map(({ record }) => record?.kind ?? null),
      // One is enough, and the record is the surer one.
      parts.map(({ record, approval }) => (record ? null : (approval?.approvalId ?? null))),
    ],
  )
  return new Set(rows.map(({ place }) => (parts[place - 1] as (typeof parts)[number]).write))
}
