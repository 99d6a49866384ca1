/**
 * The life of executions in the store.
 *
 *     submit ─▶ queued ─▶ running ⇄ waiting        claim: any of these three ─▶ running, epoch + 1
 *                  │         │                      park:  running ─▶ waiting, unless it is ready
 *                  └────┬────┘                      finish: queued or running ─▶ ended or stuck
 *                       ▼                           retry: stuck ─▶ queued
 *        completed, failed, cancelled, stuck
 *
 * The holder of the epoch of a queued or running execution is its owner. A waiting one has no
 * owner.
 */

import type { EndedExecution, ExecutionSource } from '../../../protocol/execution/execution.ts'
import { FIRST_EPOCH } from '../first-epoch.ts'
import type {
  Addition,
  Claim,
  ClaimedExecution,
  Ending,
  KeyedExecution,
  Parking,
  Runtimes,
  Submission,
  SubmitOutcome,
} from '../store.ts'
import type { Approvals } from './approvals.ts'
import type { Blobs } from './blobs.ts'
import type { Connection } from './connection.ts'
import { addEvents, eventsOf } from './event-rows.ts'
import type { ExecutionRef, ExecutionRow, RowId } from './execution-row.ts'
import { executionOfRow, findExecution, isLive, ownedExecution } from './execution-rows.ts'
import type { Journals } from './journal-rows.ts'
import type { Sessions } from './sessions.ts'
import { toShortJson } from './short-json.ts'
import type { Webhooks } from './webhooks.ts'

/** The other tables that executions are written to. */
export interface ExecutionParts {
  readonly blobs: Blobs
  readonly journals: Journals
  readonly approvals: Approvals
  readonly sessions: Sessions
  readonly webhooks: Webhooks
}

/** Operations on executions. Each follows the diagram at the top of this file. */
export class Executions {
  #connection: Connection
  #parts: ExecutionParts

  constructor(connection: Connection, parts: ExecutionParts) {
    this.#connection = connection
    this.#parts = parts
  }

  submit(submission: Submission): SubmitOutcome {
    const { executionId, owner, key, state, createdAtMs } = submission
    const known = key && this.keyed(owner, key.text)
    if (known) return outcomeOfKey(known, key.bodyHash)
    const id = this.#connection.insert(
      `INSERT INTO execution (execution_id, owner, state, epoch, created_ms, started_ms, deadline_ms,
        session_id, key_text, key_hash, usage, webhook_url)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      executionId,
      owner,
      state,
      FIRST_EPOCH,
      createdAtMs,
      submission.startedAtMs ?? null,
      submission.deadlineMs,
      submission.sessionId ?? null,
      key?.text ?? null,
      key?.bodyHash ?? null,
      submission.usage ?? null,
      submission.webhookUrl ?? null,
    )
    this.#connection.run(
      'INSERT INTO program (execution, source, plan) VALUES (?, ?, ?)',
      id,
      this.#parts.blobs.keepText(submission.source),
      submission.plan,
    )
    this.#add({ id, owner, execution_id: executionId }, FIRST_EPOCH, submission)
    return { kind: 'accepted', epoch: FIRST_EPOCH }
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

  claim(executionId: string): ClaimedExecution | undefined {
    const row = findExecution(this.#connection, executionId)
    if (row === undefined || !isLive(row.state)) return undefined
    this.#connection.run(
      `UPDATE execution SET state = 'running', epoch = epoch + 1, wake_ms = NULL WHERE id = ?`,
      row.id,
    )
    return this.#loaded(executionOfRow(this.#connection, row.id))
  }

  claimUnder(executionId: string, runtimes: Runtimes): Claim {
    const row = findExecution(this.#connection, executionId)
    if (row === undefined || !isLive(row.state)) return { kind: 'none' }
    if (this.#isOutdated(row, runtimes)) return { kind: 'outdated', execution: this.#loaded(row) }
    return { kind: 'claimed', execution: this.claim(executionId) as ClaimedExecution }
  }

  #isOutdated({ id, started_ms, session_id }: ExecutionRow, runtimes: Runtimes): boolean {
    const began = this.#connection.get<{ runtime: string | null }>(
      `SELECT plan ->> '$.runtime' AS runtime FROM program WHERE execution = ?`,
      id,
    )
    // An execution that has not started has no path to diverge from.
    if (started_ms !== null && began?.runtime !== runtimes.execution) return true
    const session = session_id === null ? undefined : this.#parts.sessions.session(session_id)
    return session?.runtime !== undefined && session.runtime !== runtimes.session
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

  texts(executionId: string, seqs: readonly number[]): string[] {
    const row = findExecution(this.#connection, executionId)
    if (row === undefined) throw new Error(`There is no execution ${executionId}`)
    return seqs.map(seq => this.#parts.journals.text(row.id, seq))
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
    // A queued execution that has a start time is running.
    const state = addition.startedAtMs === undefined ? row.state : 'running'
    this.#keep(row, state, addition, null)
  }

  park(executionId: string, epoch: number, parking: Parking): 'parked' | 'ready' {
    const row = ownedExecution(this.#connection, executionId, epoch)
    this.#add(row, epoch, parking)
    const isReady = this.#parts.approvals.isReady(row.id)
    this.#keep(row, isReady ? 'running' : 'waiting', parking, isReady ? null : parking.wakeAtMs)
    return isReady ? 'ready' : 'parked'
  }

  finish(executionId: string, epoch: number, ending: Ending): void {
    const row = ownedExecution(this.#connection, executionId, epoch)
    const { execution, snapshot } = ending
    this.#add(row, epoch, ending, 'endedAtMs' in execution ? execution : undefined)
    this.#keep(row, execution.status, ending, null)
    this.#connection.run(
      'INSERT INTO ending (execution, body) VALUES (?, ?)',
      row.id,
      toShortJson(execution, executionId),
    )
    if (!('endedAtMs' in execution)) return
    this.#connection.run(
      'UPDATE execution SET ended_ms = ? WHERE id = ?',
      execution.endedAtMs,
      row.id,
    )
    this.#parts.approvals.endAll(row.id, execution.endedAtMs)
    if (row.session_id === null) return
    this.#parts.sessions.ended(row.session_id, snapshot, execution.endedAtMs)
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

  /** Updates the execution's own row; does nothing when nothing of it changes. */
  #keep(
    row: ExecutionRow,
    state: ExecutionRow['state'],
    { usage, startedAtMs, records = [] }: Addition,
    wakeAtMs: number | null,
  ): void {
    const losses = records.length > 0 ? 0 : row.losses
    const isSame = usage === undefined && startedAtMs === undefined && losses === row.losses
    if (isSame && state === row.state) return
    this.#connection.run(
      `UPDATE execution SET state = ?, losses = ?, wake_ms = ?,
        usage = ifnull(?, usage), started_ms = ifnull(?, started_ms) WHERE id = ?`,
      state,
      losses,
      wakeAtMs,
      usage ?? null,
      startedAtMs ?? null,
      row.id,
    )
  }

  retry(executionId: string): boolean {
    const row = findExecution(this.#connection, executionId)
    if (row?.state !== 'stuck') return false
    this.#connection.run(`UPDATE execution SET state = 'queued', losses = 0 WHERE id = ?`, row.id)
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

function outcomeOfKey(known: KeyedExecution, bodyHash: string): SubmitOutcome {
  const { executionId } = known
  if (known.bodyHash !== bodyHash) return { kind: 'key-reused' }
  return { kind: known.isRemoved ? 'removed' : 'known', executionId }
}
