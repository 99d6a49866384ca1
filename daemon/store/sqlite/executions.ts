/** Executions in the store: their own rows, by the rules of every store. */

import type { EndedExecution, ExecutionSource } from '../../../protocol/execution/execution.ts'
import type { Claimed } from '../claim-facts.ts'
import { outcomeOfKey } from '../rules/keys.ts'
import { toShortJson } from '../rules/short-json.ts'
import {
  appended,
  claimed,
  finished,
  givenBack,
  isFree,
  isLive,
  parked,
  retried,
  type Standing,
  submitted,
} from '../rules/standing.ts'
import type {
  Addition,
  ClaimedExecution,
  Ending,
  KeyedExecution,
  Parking,
  Submission,
  SubmitMode,
  SubmitOutcome,
} from '../store.ts'
import type { Approvals } from './approvals.ts'
import type { Blobs } from './blobs.ts'
import type { Connection } from './connection.ts'
import { addEvents, eventsOf } from './event-rows.ts'
import type { ExecutionRef, ExecutionRow, RowId } from './execution-row.ts'
import { findExecution, ownedExecution, writeStanding } from './execution-rows.ts'
import type { Journals } from './journal-rows.ts'
import type { Sessions } from './sessions.ts'
import type { Webhooks } from './webhooks.ts'

/** The other tables that executions are written to. */
export interface ExecutionParts {
  readonly blobs: Blobs
  readonly journals: Journals
  readonly approvals: Approvals
  readonly sessions: Sessions
  readonly webhooks: Webhooks
}

/** Operations on executions. Each follows `daemon/store/rules/standing.ts`. */
export class Executions {
  #connection: Connection
  #parts: ExecutionParts

  constructor(connection: Connection, parts: ExecutionParts) {
    this.#connection = connection
    this.#parts = parts
  }

  submit(submission: Submission, mode: SubmitMode = 'run'): SubmitOutcome {
    const { executionId, owner, key, createdAtMs } = submission
    const known = key && this.keyed(owner, key.text)
    if (known) return outcomeOfKey(known, key.bodyHash)
    const { state, epoch, wake_ms } = submitted(submission, mode)
    const id = this.#connection.insert(
      `INSERT INTO execution (execution_id, owner, state, epoch, wake_ms, created_ms, started_ms,
        deadline_ms, session_id, key_text, key_hash, usage, webhook_url, parent_id)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      executionId,
      owner,
      state,
      epoch,
      wake_ms,
      createdAtMs,
      submission.startedAtMs ?? null,
      submission.deadlineMs,
      submission.sessionId ?? null,
      key?.text ?? null,
      key?.bodyHash ?? null,
      submission.usage ?? null,
      submission.webhookUrl ?? null,
      submission.parentId ?? null,
    )
    this.#connection.run(
      'INSERT INTO program (execution, source, plan) VALUES (?, ?, ?)',
      id,
      this.#parts.blobs.keepText(submission.source),
      submission.plan,
    )
    this.#add({ id, owner, execution_id: executionId }, epoch, submission)
    return { kind: 'accepted', epoch }
  }

  keyed(owner: string, keyText: string): KeyedExecution | undefined {
    return this.#ofKey('execution', owner, keyText) ?? this.#ofKey('removed_key', owner, keyText)
  }

  #ofKey(
    table: 'execution' | 'removed_key',
    owner: string,
    text: string,
  ): KeyedExecution | undefined {
    const row = this.#connection.get<{ execution_id: string; key_hash: string }>(
      `SELECT execution_id, key_hash FROM ${table} WHERE owner = ? AND key_text = ?`,
      owner,
      text,
    )
    return (
      row && {
        executionId: row.execution_id,
        bodyHash: row.key_hash,
        isRemoved: table === 'removed_key',
      }
    )
  }

  take(executionId: string): Claimed | undefined {
    const row = findExecution(this.#connection, executionId)
    return row === undefined || !isFree(row) ? undefined : this.claimRow(row)
  }

  /** Makes the caller the owner of an execution that can be claimed. */
  claimRow(row: ExecutionRow): Claimed {
    const next = claimed(row)
    writeStanding(this.#connection, row.id, next)
    return { executionId: row.execution_id, owner: row.owner, epoch: next.epoch }
  }

  giveBack(executionId: string, epoch: number, fromMs: number): void {
    const row = ownedExecution(this.#connection, executionId, epoch)
    writeStanding(this.#connection, row.id, givenBack(row, fromMs))
  }

  journal(executionId: string): ClaimedExecution | undefined {
    const row = findExecution(this.#connection, executionId)
    return row && this.#loaded(row)
  }

  source(executionId: string): Omit<ExecutionSource, 'executionId'> | undefined {
    const row = this.#connection.get<{ source: number; language: ExecutionSource['language'] }>(
      `SELECT program.source, program.plan ->> '$.language' AS language
        FROM execution JOIN program ON program.execution = execution.id WHERE execution_id = ?`,
      executionId,
    )
    return row && { source: this.#parts.blobs.text(row.source), language: row.language }
  }

  texts(executionId: string, callNumbers: readonly number[]): string[] {
    const row = findExecution(this.#connection, executionId)
    if (row === undefined) throw new Error(`There is no execution ${executionId}`)
    return callNumbers.map(callNumber => this.#parts.journals.text(row.id, callNumber))
  }

  #loaded(row: ExecutionRow): ClaimedExecution {
    const { blobs, journals, approvals } = this.#parts
    const { source, compiled, plan } = this.#connection.get(
      'SELECT source, compiled, plan FROM program WHERE execution = ?',
      row.id,
    ) as { source: number; compiled: number | null; plan: string }
    return {
      executionId: row.execution_id,
      owner: row.owner,
      epoch: row.epoch,
      source: blobs.text(source),
      plan,
      program: compiled === null ? undefined : blobs.text(compiled),
      usage: row.usage ?? undefined,
      sessionId: row.session_id ?? undefined,
      webhookUrl: row.webhook_url ?? undefined,
      createdAtMs: row.created_ms,
      startedAtMs: row.started_ms ?? undefined,
      deadlineMs: row.deadline_ms,
      records: journals.records(row.id),
      approvals: approvals.ofExecution(row.id),
      events: eventsOf(this.#connection, row.id, 0),
    }
  }

  append(executionId: string, epoch: number, addition: Addition): void {
    const row = ownedExecution(this.#connection, executionId, epoch)
    this.#add(row, epoch, addition)
    this.#keep(row, appended(row, addition), addition)
  }

  park(executionId: string, epoch: number, parking: Parking): 'parked' | 'ready' {
    const row = ownedExecution(this.#connection, executionId, epoch)
    this.#add(row, epoch, parking)
    const isReady = this.#parts.approvals.isReady(row.id)
    this.#keep(row, parked(row, parking, isReady), parking)
    return isReady ? 'ready' : 'parked'
  }

  finish(executionId: string, epoch: number, ending: Ending): void {
    const row = ownedExecution(this.#connection, executionId, epoch)
    const { execution, snapshot } = ending
    this.#add(row, epoch, ending, 'endedAtMs' in execution ? execution : undefined)
    const endedAtMs = 'endedAtMs' in execution ? execution.endedAtMs : undefined
    this.#keep(row, finished(appended(row, ending), execution), ending, endedAtMs)
    this.#connection.run(
      'INSERT INTO ending (execution, body) VALUES (?, ?)',
      row.id,
      toShortJson(execution, executionId),
    )
    if (endedAtMs === undefined) return
    this.#parts.approvals.endAll(row.id, endedAtMs)
    if (row.session_id === null) return
    this.#parts.sessions.ended(row.session_id, snapshot, endedAtMs)
    this.#parts.sessions.release(row.session_id, executionId)
  }

  /** Writes the parts that have rows of their own. */
  #add(to: ExecutionRef, epoch: number, addition: Addition, ended?: EndedExecution): void {
    const { program, records = [], events = [], approvals = [], webhooks = [] } = addition
    this.#parts.webhooks.add(to, webhooks)
    if (program !== undefined) this.#compiled(to.id, program)
    // Before the records: one of them may answer an approval that this addition adds as decided.
    this.#parts.approvals.add(to, approvals)
    this.#parts.journals.add(to.id, epoch, records)
    if (records.length > 0) this.#parts.approvals.markReceived(to.id, records)
    addEvents(this.#connection, to, events, ended)
  }

  #compiled(id: RowId, program: string): void {
    const before = this.#connection.get<{ compiled: number | null }>(
      'SELECT compiled FROM program WHERE execution = ?',
      id,
    )
    this.#connection.run(
      'UPDATE program SET compiled = ? WHERE execution = ?',
      this.#parts.blobs.keepText(program),
      id,
    )
    if (typeof before?.compiled === 'number') this.#parts.blobs.release(before.compiled)
  }

  /**
   * Updates the execution's own row; does nothing when nothing of it changes. Columns of an index are
   * written when they change alone: to set one to what it is costs as much.
   */
  #keep(row: ExecutionRow, next: Standing, addition: Addition, endedAtMs?: number): void {
    const { usage = row.usage, startedAtMs = row.started_ms } = addition
    const { state, losses, wake_ms } = next
    const facts = [losses, usage, startedAtMs] as const
    if (state !== row.state || wake_ms !== row.wake_ms || endedAtMs !== undefined) {
      this.#connection.run(
        `UPDATE execution SET losses = ?, usage = ?, started_ms = ?,
          state = ?, wake_ms = ?, ended_ms = ifnull(?, ended_ms) WHERE id = ?`,
        ...facts,
        state,
        wake_ms,
        endedAtMs ?? null,
        row.id,
      )
    } else if (losses !== row.losses || usage !== row.usage || startedAtMs !== row.started_ms) {
      this.#connection.run(
        'UPDATE execution SET losses = ?, usage = ?, started_ms = ? WHERE id = ?',
        ...facts,
        row.id,
      )
    }
  }

  retry(executionId: string): boolean {
    const row = findExecution(this.#connection, executionId)
    const next = row && retried(row)
    if (row === undefined || next === undefined) return false
    writeStanding(this.#connection, row.id, next)
    this.#connection.run('DELETE FROM ending WHERE execution = ?', row.id)
    return true
  }

  remove(executionId: string): void {
    const row = findExecution(this.#connection, executionId)
    if (row !== undefined && !isLive(row.state)) this.removeRow(row.id, true)
  }

  /** Removes an execution with its own rows. @param keepsKey until its time is over */
  removeRow(id: RowId, keepsKey: boolean): void {
    if (keepsKey) {
      this.#connection.run(
        `INSERT INTO removed_key (owner, key_text, key_hash, execution_id, ended_ms)
          SELECT owner, key_text, key_hash, execution_id, ifnull(ended_ms, created_ms)
          FROM execution WHERE id = ? AND key_text IS NOT NULL`,
        id,
      )
    }
    const { blobs, journals } = this.#parts
    const program = this.#connection.get<{ source: number; compiled: number | null }>(
      'SELECT source, compiled FROM program WHERE execution = ?',
      id,
    )
    journals.release(id)
    this.#connection.run('DELETE FROM execution WHERE id = ?', id)
    if (program === undefined) return
    blobs.release(program.source)
    if (program.compiled !== null) blobs.release(program.compiled)
  }
}
