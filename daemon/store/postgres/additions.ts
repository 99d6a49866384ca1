/** Additions to executions, of a whole batch: one statement for each table. */

import type { JournalRecord } from '../../../executor/boundary/journal-record.ts'
import type { EndedExecution } from '../../../protocol/execution/execution.ts'
import { eventsText, requireNext } from '../rules/event-text.ts'
import { toShortJson } from '../rules/short-json.ts'
import type { Addition } from '../store.ts'
import type { Transaction } from './database.ts'
import { toLiteral } from './exact-text.ts'
import type { RowId } from './execution-rows.ts'
import { addWebhooks } from './webhooks.ts'

/** An addition, and what it is added to. */
export interface AdditionTo {
  readonly id: RowId
  readonly executionId: string
  readonly owner: string
  readonly epoch: number
  readonly lastEvent: number
  readonly addition: Addition
  /** The execution as it ends with this addition. */
  readonly ended?: EndedExecution | undefined
}

/** One of a list of additions, with its own entries. */
type EntryOf<T> = readonly [to: AdditionTo, entry: T]

function entriesOf<T>(
  to: readonly AdditionTo[],
  of: (addition: Addition) => readonly T[] | undefined,
): EntryOf<T>[] {
  return to.flatMap(one => (of(one.addition) ?? []).map(entry => [one, entry] as const))
}

/**
 * Writes the parts of additions that have rows of their own. The executions are locked.
 *
 * @throws {Error} a part does not fit what is there: then none may be written
 */
export async function writeAdditions(tx: Transaction, to: readonly AdditionTo[]): Promise<void> {
  await addPrograms(tx, to)
  // Before the records: one of them may answer an approval that its addition adds as decided.
  await addApprovals(tx, to)
  await addRecords(tx, to)
  await addEvents(tx, to)
  await addWebhooks(
    tx,
    entriesOf(to, ({ webhooks }) => webhooks).map(([{ owner }, message]) => ({
      ...message,
      owner,
    })),
  )
}

async function addPrograms(tx: Transaction, to: readonly AdditionTo[]): Promise<void> {
  const compiled = to.filter(({ addition }) => addition.program !== undefined)
  if (compiled.length === 0) return
  await tx.run(
    `UPDATE program SET compiled_text = n.compiled FROM unnest($1::bigint[], $2::text[])
      AS n(execution, compiled) WHERE program.execution = n.execution`,
    [
      compiled.map(({ id }) => id),
      compiled.map(({ addition }) => toLiteral(addition.program as string)),
    ],
  )
}

async function addApprovals(tx: Transaction, to: readonly AdditionTo[]): Promise<void> {
  const added = entriesOf(to, ({ approvals }) => approvals)
  if (added.length === 0) return
  await tx.run(
    `INSERT INTO wait (approval_id, execution, seq, owner, status, created_ms, approval, input_text,
        is_remembered, is_edited, is_ready)
      SELECT n.*, n.status <> 'pending' AND NOT EXISTS (SELECT 1 FROM journal
          WHERE journal.execution = n.execution AND journal.seq = n.seq AND kind = 'delivery')
        FROM unnest($1::text[], $2::bigint[], $3::int[], $4::text[], $5::text[], $6::bigint[],
          $7::text[], $8::text[], $9::boolean[], $10::boolean[])
          AS n(approval_id, execution, seq, owner, status, created_ms, approval, input_text,
            is_remembered, is_edited)
      ON CONFLICT (approval_id) DO NOTHING`,
    [
      added.map(([, { approval }]) => approval.approvalId),
      added.map(([{ id }]) => id),
      added.map(([, { callNumber }]) => callNumber),
      added.map(([{ owner }]) => owner),
      added.map(([, { approval }]) => approval.status),
      added.map(([, { approval }]) => approval.createdAtMs),
      added.map(([{ executionId }, { approval }]) => toShortJson(approval, executionId)),
      added.map(([, { encodedInput }]) => toLiteral(encodedInput)),
      added.map(([, { isRemembered }]) => isRemembered),
      added.map(([, { isEdited = false }]) => isEdited),
    ],
  )
}

async function addRecords(tx: Transaction, to: readonly AdditionTo[]): Promise<void> {
  const added = entriesOf<JournalRecord>(to, ({ records }) => records)
  if (added.length === 0) return
  const count = await tx.run(
    `INSERT INTO journal (execution, epoch, seq, kind, position, tool, request_text, effect, at_ms,
        answer_text, bytes)
      SELECT * FROM unnest($1::bigint[], $2::int[], $3::int[], $4::text[], $5::int[], $6::text[],
        $7::text[], $8::text[], $9::bigint[], $10::text[], $11::int[])
      ON CONFLICT DO NOTHING`,
    [
      added.map(([{ id }]) => id),
      added.map(([{ epoch }]) => epoch),
      added.map(([, { callNumber }]) => callNumber),
      added.map(([, { kind }]) => kind),
      added.map(([, { position }]) => position),
      added.map(([, { tool }]) => tool),
      added.map(([, { request }]) => toLiteral(request)),
      added.map(([, { effect }]) => effect),
      added.map(([, { atMs }]) => atMs),
      added.map(([, { text }]) => toLiteral(text)),
      added.map(([, { text }]) => Buffer.byteLength(text)),
    ],
  )
  if (count < added.length) throw new Error('a record is there already')
  const deliveries = added.filter(([, { kind }]) => kind === 'delivery')
  if (deliveries.length === 0) return
  await tx.run(
    `UPDATE wait SET is_ready = false FROM unnest($1::bigint[], $2::int[]) AS n(execution, seq)
      WHERE wait.execution = n.execution AND wait.seq = n.seq AND is_ready`,
    [deliveries.map(([{ id }]) => id), deliveries.map(([, { callNumber }]) => callNumber)],
  )
}

async function addEvents(tx: Transaction, to: readonly AdditionTo[]): Promise<void> {
  const added = to.flatMap(({ addition: { events = [] }, ...of }) => {
    const first = events[0]
    const last = events.at(-1)
    if (first === undefined || last === undefined) return []
    requireNext(events, of.lastEvent + 1)
    return { ...of, events, first: first.sequence, last: last.sequence }
  })
  if (added.length === 0) return
  await tx.run(
    `INSERT INTO event (execution, first, last, events)
      SELECT * FROM unnest($1::bigint[], $2::int[], $3::int[], $4::text[])`,
    [
      added.map(({ id }) => id),
      added.map(({ first }) => first),
      added.map(({ last }) => last),
      added.map(({ events, executionId, ended }) => eventsText(events, executionId, ended)),
    ],
  )
}
