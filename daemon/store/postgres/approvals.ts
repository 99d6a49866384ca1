/** Approvals: questions to persons, and the first decision of each. */

import { isDeepStrictEqual } from 'node:util'
import { expired } from '../../../executor/calls/decision.ts'
import { decideStored } from '../../../executor/store/rules.ts'
import type { Approval, ApprovalStatus } from '../../../protocol/approval.ts'
import { fromShortJson, toShortJson } from '../rules/short-json.ts'
import { afterDecision, awaitsDelivery } from '../rules/standing.ts'
import type { ApprovalQuery, DecidedBy, DecideOutcome, StoredApproval } from '../store.ts'
import type { Transaction } from './database.ts'
import { fromLiteral, toLiteral } from './exact-text.ts'
import { lockExecution, type RowId } from './execution-rows.ts'
import { remember } from './sessions.ts'

interface WaitRow {
  readonly id: RowId
  readonly execution: RowId
  readonly execution_id: string
  readonly owner: string
  readonly seq: number
  readonly status: ApprovalStatus
  readonly approval: string
  readonly input_text: string
  readonly is_remembered: boolean
  readonly is_edited: boolean
}

const ROWS = `SELECT w.id, w.execution, e.execution_id, w.owner, w.seq, w.status, w.approval,
  w.input_text, w.is_remembered, w.is_edited
  FROM wait w JOIN execution e ON e.id = w.execution`

function stored(row: WaitRow): StoredApproval {
  return {
    approval: fromShortJson(row.approval, row.execution_id),
    callNumber: row.seq,
    encodedInput: fromLiteral(row.input_text),
    isRemembered: row.is_remembered,
    ...(row.is_edited && { isEdited: true }),
  }
}

async function find(tx: Transaction, approvalId: string): Promise<WaitRow | undefined> {
  return (await tx.rows<WaitRow>(`${ROWS} WHERE approval_id = $1`, [approvalId]))[0]
}

/** One approval, with its owner. */
export async function readApproval(
  tx: Transaction,
  approvalId: string,
): Promise<{ owner: string; stored: StoredApproval } | undefined> {
  const row = await find(tx, approvalId)
  return row && { owner: row.owner, stored: stored(row) }
}

/** Decides an approval: the first decision wins. An execution that waits for it can be claimed. */
export async function decideApproval(
  tx: Transaction,
  approvalId: string,
  decision: DecidedBy,
  nowMs: number = decision.decidedAtMs,
): Promise<DecideOutcome> {
  const known = await find(tx, approvalId)
  // The execution first, as everywhere: parking takes the same lock.
  const execution = known && (await lockExecution(tx, known.execution_id))
  const row = execution && (await find(tx, approvalId))
  if (execution === undefined || row === undefined) return { kind: 'not-found' }
  const { owner, state } = execution
  const decided = decideStored(stored(row), decision, nowMs)
  if (decided.kind === 'already') {
    const before = tx.before as DecideOutcome | undefined
    // A repetition: the first attempt was committed before its connection was lost.
    if (before !== undefined && isDecidedAs(decided.stored, before)) return before
    return { ...decided, owner }
  }
  const { kind, remembered } = decided
  const after = decided.stored
  const isReady = awaitsDelivery(state, after, await hasDelivery(tx, row))
  await write(tx, [{ row, after, isReady }])
  if (remembered !== undefined) await remember(tx, remembered.sessionId, remembered.tool)
  const { wake_ms } = afterDecision(execution, isReady)
  if (wake_ms !== execution.wake_ms) {
    await tx.run('UPDATE execution SET wake_ms = $2 WHERE id = $1', [execution.id, wake_ms])
  }
  return { kind, stored: after, owner, isWaiting: state === 'waiting' }
}

/** Whether an approval stands as a decision has left it: no other one has its author and its instant. */
function isDecidedAs({ approval }: StoredApproval, outcome: DecideOutcome): boolean {
  return outcome.kind !== 'not-found' && isDeepStrictEqual(approval, outcome.stored.approval)
}

async function hasDelivery(tx: Transaction, { execution, seq }: WaitRow): Promise<boolean> {
  const rows = await tx.rows(
    `SELECT 1 FROM journal WHERE execution = $1 AND seq = $2 AND kind = 'delivery'`,
    [execution, seq],
  )
  return rows.length > 0
}

interface WaitChange {
  readonly row: WaitRow
  readonly after: StoredApproval
  readonly isReady: boolean
}

async function write(tx: Transaction, changes: readonly WaitChange[]): Promise<void> {
  await tx.run(
    `UPDATE wait w SET status = n.status, approval = n.approval, input_text = n.input_text,
        is_remembered = n.is_remembered, is_edited = n.is_edited, is_ready = n.is_ready
      FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::boolean[], $6::boolean[],
        $7::boolean[])
        AS n(id, status, approval, input_text, is_remembered, is_edited, is_ready)
      WHERE w.id = n.id`,
    [
      changes.map(({ row }) => row.id),
      changes.map(({ after }) => after.approval.status),
      changes.map(({ after, row }) => toShortJson(after.approval, row.execution_id)),
      changes.map(({ after }) => toLiteral(after.encodedInput)),
      changes.map(({ after }) => after.isRemembered),
      changes.map(({ after }) => after.isEdited === true),
      changes.map(({ isReady }) => isReady),
    ],
  )
}

/** Which of these executions have not received one of their decisions. */
export async function readyExecutions(
  tx: Transaction,
  executions: readonly RowId[],
): Promise<ReadonlySet<RowId>> {
  if (executions.length === 0) return new Set()
  const rows = await tx.rows<{ execution: RowId }>(
    'SELECT DISTINCT execution FROM wait WHERE execution = ANY($1::bigint[]) AND is_ready',
    [executions],
  )
  return new Set(rows.map(({ execution }) => execution))
}

/** Ends the approvals of ended executions: decided ones need no delivery, pending ones expire. */
export async function endApprovals(
  tx: Transaction,
  ended: readonly { readonly id: RowId; readonly endedAtMs: number }[],
): Promise<void> {
  if (ended.length === 0) return
  const ids = ended.map(({ id }) => id)
  const rows = await tx.rows<WaitRow>(
    `${ROWS} WHERE w.execution = ANY($1::bigint[]) AND (w.is_ready OR w.status = 'pending')
      ORDER BY w.id`,
    [ids],
  )
  if (rows.length === 0) return
  const endedAt = new Map(ended.map(({ id, endedAtMs }) => [id, endedAtMs]))
  await write(
    tx,
    rows.map(row => {
      const before = stored(row)
      const atMs = endedAt.get(row.execution) as number
      return { row, after: decideStored(before, expired(atMs), atMs).stored, isReady: false }
    }),
  )
}

/** All approvals of an execution, in order of their calls. */
export async function approvalsOf(tx: Transaction, execution: RowId): Promise<StoredApproval[]> {
  const sql = `${ROWS} WHERE w.execution = $1 ORDER BY w.seq, w.id`
  return (await tx.rows<WaitRow>(sql, [execution])).map(stored)
}

/** A page of approvals, newest first. */
export async function listApprovals(tx: Transaction, query: ApprovalQuery): Promise<Approval[]> {
  const { owner, status, executionId, after, limit } = query
  const rows = await tx.rows<WaitRow>(
    `${ROWS} WHERE (w.created_ms, w.approval_id) < ($1, $2)
        AND ($3::text IS NULL OR w.owner = $3) AND ($4::text IS NULL OR w.status = $4)
        AND ($5::text IS NULL OR e.execution_id = $5)
      ORDER BY w.created_ms DESC, w.approval_id DESC LIMIT $6`,
    [
      after?.createdAtMs ?? Number.MAX_SAFE_INTEGER,
      after?.id ?? '',
      owner ?? null,
      status ?? null,
      executionId ?? null,
      limit,
    ],
  )
  return rows.map(row => stored(row).approval)
}

/** Decisions that these executions of a daemon have not received. */
export async function undeliveredDecisions(
  tx: Transaction,
  daemon: number,
): Promise<StoredApproval[]> {
  const rows = await tx.rows<WaitRow>(
    `${ROWS} WHERE w.is_ready AND e.daemon = $1 ORDER BY w.id LIMIT 1000`,
    [daemon],
  )
  return rows.map(stored)
}
