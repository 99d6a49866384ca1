/** Approvals: questions to persons, and the first decision of each. */

import type { JournalRecord } from '../../../executor/boundary/journal-record.ts'
import { decideStored } from '../../../executor/store/rules.ts'
import type { Approval, ApprovalStatus } from '../../../protocol/approval.ts'
import type { ExecutionStatus } from '../../../protocol/execution/execution.ts'
import { fromShortJson, toShortJson } from '../rules/short-json.ts'
import { afterDecision, awaitsDelivery } from '../rules/standing.ts'
import type { ApprovalQuery, DecidedBy, DecideOutcome, StoredApproval } from '../store.ts'
import type { Connection } from './connection.ts'
import { fromColumn, type TextColumn, toColumn } from './exact-text.ts'
import type { ExecutionRef, RowId } from './execution-row.ts'
import type { Journals } from './journal-rows.ts'
import { newestFirst } from './newest-first.ts'
import type { Sessions } from './sessions.ts'

const statuses: readonly ApprovalStatus[] = ['pending', 'approved', 'rejected', 'expired']

interface WaitRow {
  readonly id: number
  readonly execution: RowId
  readonly execution_id: string
  readonly state: ExecutionStatus
  readonly epoch: number
  readonly losses: number
  readonly wake_ms: number | null
  readonly owner: string
  readonly seq: number
  readonly approval: string
  readonly input: TextColumn
  readonly is_remembered: number
  readonly is_edited: number
}

const ROWS = `SELECT wait.id, execution, execution_id, state, epoch, losses, wake_ms,
  wait.owner, seq, approval, input,
  is_remembered, is_edited FROM wait JOIN execution ON execution.id = wait.execution`

/** Operations on approvals, the rows of the table `wait`. */
export class Approvals {
  #connection: Connection
  #journals: Journals
  #sessions: Sessions

  constructor(connection: Connection, journals: Journals, sessions: Sessions) {
    this.#connection = connection
    this.#journals = journals
    this.#sessions = sessions
  }

  add({ id, owner, execution_id }: ExecutionRef, added: readonly StoredApproval[]): void {
    for (const { approval, callNumber, encodedInput, isRemembered, isEdited = false } of added) {
      this.#connection.run(
        `INSERT INTO wait (approval_id, execution, seq, owner, status, created_ms, approval, input,
          is_remembered, is_edited, is_ready) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        approval.approvalId,
        id,
        callNumber,
        owner,
        approval.status,
        approval.createdAtMs,
        toShortJson(approval, execution_id),
        toColumn(encodedInput),
        Number(isRemembered),
        Number(isEdited),
        Number(approval.status !== 'pending' && !this.#journals.hasDelivery(id, callNumber)),
      )
    }
  }

  decide(
    approvalId: string,
    decision: DecidedBy,
    nowMs: number = decision.decidedAtMs,
  ): DecideOutcome {
    const row = this.#find(approvalId)
    if (row === undefined) return { kind: 'not-found' }
    const { owner, state } = row
    const decided = decideStored(stored(row), decision, nowMs)
    if (decided.kind === 'already') return { ...decided, owner }
    const isReady = this.#write(row, decided.stored)
    const { kind, remembered } = decided
    if (remembered !== undefined) this.#sessions.remember(remembered.sessionId, remembered.tool)
    const { wake_ms } = afterDecision(row, isReady)
    if (wake_ms !== row.wake_ms) {
      this.#connection.run('UPDATE execution SET wake_ms = ? WHERE id = ?', wake_ms, row.execution)
    }
    return { kind, stored: decided.stored, owner, isWaiting: state === 'waiting' }
  }

  /** Whether the execution has yet to get this decision. */
  #write(row: WaitRow, after: StoredApproval): boolean {
    const isDelivered = this.#journals.hasDelivery(row.execution, row.seq)
    const isReady = awaitsDelivery(row.state, after, isDelivered)
    this.#connection.run(
      `UPDATE wait SET status = ?, approval = ?, input = ?, is_remembered = ?, is_edited = ?,
        is_ready = ? WHERE id = ?`,
      after.approval.status,
      toShortJson(after.approval, row.execution_id),
      toColumn(after.encodedInput),
      Number(after.isRemembered),
      Number(after.isEdited === true),
      Number(isReady),
      row.id,
    )
    return isReady
  }

  /** Whether the execution has not received one of its decisions. */
  isReady(execution: RowId): boolean {
    return (
      this.#connection.get('SELECT 1 FROM wait WHERE execution = ? AND is_ready = 1', execution) !==
      undefined
    )
  }

  /** Marks decisions as received: these deliveries carry them. */
  markReceived(execution: RowId, records: readonly JournalRecord[]): void {
    const delivered = records.filter(({ kind }) => kind === 'delivery')
    if (delivered.length === 0 || !this.isReady(execution)) return
    for (const { callNumber } of delivered) {
      this.#connection.run(
        'UPDATE wait SET is_ready = 0 WHERE execution = ? AND seq = ? AND is_ready = 1',
        execution,
        callNumber,
      )
    }
  }

  /**
   * Ends the approvals of an ended execution: decided ones need no delivery, pending ones expire.
   */
  endAll(execution: RowId, endedAtMs: number): void {
    const open = this.#connection.all<{ approval_id: string; status: ApprovalStatus }>(
      `SELECT approval_id, status FROM wait
        WHERE execution = ? AND (is_ready = 1 OR status = 'pending') ORDER BY seq, id`,
      execution,
    )
    // Most executions ask for no approval.
    if (open.length === 0) return
    this.#connection.run(
      'UPDATE wait SET is_ready = 0 WHERE execution = ? AND is_ready = 1',
      execution,
    )
    for (const { approval_id, status } of open) {
      if (status !== 'pending') continue
      this.decide(approval_id, { status: 'expired', decidedAtMs: endedAtMs })
    }
  }

  ofExecution(execution: RowId): StoredApproval[] {
    return this.#connection
      .all<WaitRow>(`${ROWS} WHERE execution = ? ORDER BY seq, wait.id`, execution)
      .map(stored)
  }

  approval(approvalId: string): { owner: string; stored: StoredApproval } | undefined {
    const row = this.#find(approvalId)
    return row && { owner: row.owner, stored: stored(row) }
  }

  approvals(query: ApprovalQuery): Approval[] {
    const wanted = query.status === undefined ? statuses : [query.status]
    if (query.executionId !== undefined) return this.#listOfExecution(query, wanted)
    const { owner } = query
    const [where, parts] =
      owner === undefined
        ? ['WHERE status = ?', wanted.map(status => [status])]
        : ['WHERE owner = ? AND status = ?', wanted.map(status => [owner, status])]
    const select = `SELECT created_ms, approval_id AS name FROM wait ${where}`
    return newestFirst(this.#connection, select, 'approval_id', parts, query).map(
      ({ name }) => stored(this.#find(name) as WaitRow).approval,
    )
  }

  /** An execution has few approvals: an index for each of their orders would cost too much. */
  #listOfExecution(query: ApprovalQuery, wanted: readonly ApprovalStatus[]): Approval[] {
    const { executionId = '', owner, after, limit } = query
    return this.#connection
      .all<WaitRow>(
        `${ROWS} WHERE execution_id = ?
            AND (wait.created_ms, approval_id) < (?, ?)
            AND wait.owner = ifnull(?, wait.owner)
            AND status IN (SELECT value FROM json_each(?))
          ORDER BY wait.created_ms DESC, approval_id DESC LIMIT ?`,
        executionId,
        after?.createdAtMs ?? Number.MAX_SAFE_INTEGER,
        after?.id ?? '',
        owner ?? null,
        JSON.stringify(wanted),
        limit,
      )
      .map(row => stored(row).approval)
  }

  #find(approvalId: string): WaitRow | undefined {
    return this.#connection.get(`${ROWS} WHERE approval_id = ?`, approvalId)
  }
}

function stored(row: WaitRow): StoredApproval {
  return {
    approval: fromShortJson(row.approval, row.execution_id),
    callNumber: row.seq,
    encodedInput: fromColumn(row.input),
    isRemembered: row.is_remembered === 1,
    ...(row.is_edited === 1 && { isEdited: true }),
  }
}
