/** The store on PostgreSQL, for several daemons at once: each method is a transaction. */

import type { FileRecord } from '../../../executor/files/file-record.ts'
import { LatchdError } from '../../../protocol/errors.ts'
import type { ClaimRequest, OpeningFacts } from '../claim-facts.ts'
import type { FileSweepBounds } from '../file-store.ts'
import type { StuckError, SweepBounds } from '../recovery-facts.ts'
import { retried } from '../rules/standing.ts'
import type { Sharing } from '../sharing.ts'
import type * as store from '../store.ts'
import * as approvals from './approvals.ts'
import { Beat } from './beat.ts'
import * as claims from './claims.ts'
import * as counts from './counts.ts'
import * as daemons from './daemons.ts'
import { type Database, isForgotten, type Transaction } from './database.ts'
import { changeExecutions, lockExecution } from './execution-rows.ts'
import * as files from './files.ts'
import { InOrder } from './in-order.ts'
import { keyedExecutions } from './keys.ts'
import type { StoreIdentity } from './migrations.ts'
import * as reading from './reading.ts'
import * as removing from './removing.ts'
import * as sessions from './sessions.ts'
import { sharedPart } from './shared-part.ts'
import { problemsOf } from './verification.ts'
import * as webhooks from './webhooks.ts'
import type { Write } from './write.ts'
import { WriteBatches } from './write-batches.ts'

/** A {@link store.Store} that several daemons share. */
export class PostgresStore implements store.Store {
  #database: Database
  #identity: StoreIdentity
  #beat: Beat
  #writes: WriteBatches
  #inOrder = new InOrder()
  #isClosed = false
  #now: () => number
  readonly sharing: Sharing

  /**
   * @param facts how this daemon names itself
   * @param now a clock of this machine in milliseconds, which need not show the time
   */
  constructor(
    database: Database,
    identity: StoreIdentity,
    facts: daemons.DaemonFacts,
    now: () => number = Date.now,
  ) {
    this.#database = database
    this.#identity = identity
    this.#beat = new Beat(database, facts, now)
    this.#writes = new WriteBatches(database, this.#beat, () => this.#beat.again())
    this.#now = () => this.#beat.nowMs
    this.sharing = sharedPart(database, this.#beat)
  }

  /** Makes this process known to the others. */
  register(): Promise<void> {
    return this.#beat.register()
  }

  #transaction<T>(
    names: readonly string[],
    work: (tx: Transaction, daemon: number) => Promise<T>,
  ): Promise<T> {
    if (this.#isClosed) return Promise.reject(closed())
    const once = () => this.#database.transaction(tx => work(tx, this.#beat.number))
    return this.#inOrder.run(names, async () => {
      try {
        return await once()
      } catch (error) {
        if (!isForgotten(error)) throw error
        await this.#beat.again()
        return await once()
      }
    })
  }

  #read<T>(names: readonly string[], work: (tx: Transaction) => Promise<T>): Promise<T> {
    if (this.#isClosed) return Promise.reject(closed())
    return this.#inOrder.run(names, () => this.#database.read(work))
  }

  /** A write of an execution, acknowledged only while this daemon is known to live. */
  async #write(write: Write, names: readonly string[]): Promise<unknown> {
    if (this.#isClosed) throw closed()
    return await this.#inOrder.run(names, async () => {
      const { number } = this.#beat
      const value = await this.#writes.write(write)
      // What is accepted is accepted: if this daemon does not live, another one runs it.
      if (write.kind !== 'submit') await this.#beat.alive(number)
      return value
    })
  }

  // Who owns an execution.

  open(facts: OpeningFacts) {
    if (facts.runtime !== undefined) this.#beat.runtime = facts.runtime
    return this.#transaction([], (tx, daemon) =>
      daemons.startAnew(tx, daemon, facts, this.#beat.facts),
    ).then(({ stuck, number }) => {
      this.#beat.renumber(number)
      return { stuck }
    })
  }

  async submit(submission: store.Submission, mode: store.SubmitMode = 'run') {
    const { executionId, owner, key } = submission
    const names = [executionId, ...(key ? [`key ${owner} ${key.text}`] : [])]
    return (await this.#write({ kind: 'submit', submission, mode }, names)) as store.SubmitOutcome
  }

  claim(request: ClaimRequest) {
    return this.#transaction(['claim'], (tx, daemon) =>
      claims.claimExecutions(tx, daemon, request, this.#runtimesElsewhere),
    )
  }

  /** What the executions of other daemons run on that live, and not those of this one. */
  get #runtimesElsewhere(): string[] {
    const { facts, peers } = this.#beat
    const runtimes = new Set(peers.map(({ runtime }) => runtime))
    return [...runtimes].filter(one => one !== '' && one !== facts.runtime)
  }

  take(executionId: string) {
    return this.#transaction([executionId], (tx, daemon) =>
      claims.takeExecution(tx, daemon, executionId),
    )
  }

  claimOne(executionId: string, nowMs: number) {
    return this.#transaction([executionId], (tx, daemon) =>
      claims.claimOneExecution(tx, daemon, executionId, nowMs),
    )
  }

  giveBack(executionId: string, epoch: number, fromMs: number) {
    return this.#transaction([executionId], tx =>
      claims.giveBackExecution(tx, executionId, epoch, fromMs),
    )
  }

  async append(executionId: string, epoch: number, addition: store.Addition) {
    await this.#write({ kind: 'append', executionId, epoch, addition }, [executionId])
  }

  async park(executionId: string, epoch: number, addition: store.Parking) {
    const write = { kind: 'park', executionId, epoch, addition } as const
    return (await this.#write(write, [executionId])) as 'parked' | 'ready'
  }

  async finish(executionId: string, epoch: number, addition: store.Ending) {
    await this.#write({ kind: 'finish', executionId, epoch, addition }, [executionId])
  }

  decide(approvalId: string, decision: store.DecidedBy, nowMs?: number) {
    return this.#transaction([approvalId], tx =>
      approvals.decideApproval(tx, approvalId, decision, nowMs),
    )
  }

  retry(executionId: string) {
    return this.#transaction([executionId], async tx => {
      const row = await lockExecution(tx, executionId)
      const next = row && retried(row)
      if (row === undefined || next === undefined) return tx.isRepeat && row?.state === 'queued'
      await changeExecutions(tx, [{ id: row.id, next }])
      await tx.run('DELETE FROM ending WHERE execution = $1', [row.id])
      return true
    })
  }

  quarantine(executionId: string, epoch: number, nowMs: number, error?: StuckError) {
    return this.#transaction([executionId], tx =>
      daemons.quarantine(tx, executionId, epoch, nowMs, error),
    )
  }

  // Reading.

  get(executionId: string) {
    return this.#read([executionId], tx => reading.readExecution(tx, executionId, this.#now()))
  }

  async keyed(owner: string, text: string) {
    const found = await this.#read([], tx => keyedExecutions(tx, [{ owner, text }]))
    return found.get(JSON.stringify([owner, text]))
  }

  list(query: store.ListQuery) {
    return this.#read([], tx => reading.listExecutions(tx, query, this.#now()))
  }

  events(executionId: string, after: number) {
    return this.#read([executionId], tx => reading.readEvents(tx, executionId, after))
  }

  approval(approvalId: string) {
    return this.#read([approvalId], tx => approvals.readApproval(tx, approvalId))
  }

  approvals(query: store.ApprovalQuery) {
    return this.#read([], tx => approvals.listApprovals(tx, query))
  }

  source(executionId: string) {
    return this.#read([executionId], tx => reading.readSource(tx, executionId))
  }

  journal(executionId: string) {
    return this.#read([executionId], tx => reading.readJournal(tx, executionId))
  }

  texts(executionId: string, seqs: readonly number[]) {
    return this.#read([executionId], tx => reading.readAnswers(tx, executionId, seqs))
  }

  async statistics() {
    const found = await this.#read([], counts.statistics)
    return { ...this.#identity, ...found, commits: this.#database.commits }
  }

  load() {
    return this.#read([], tx => counts.load(tx, this.#now()))
  }

  shares() {
    return this.#read([], counts.shares)
  }

  // Webhooks.

  leaseWebhooks(nowMs: number, limit: number, busy?: store.BusyReceivers) {
    return this.#transaction(['webhooks'], tx => webhooks.leaseWebhooks(tx, nowMs, limit, busy))
  }

  releaseWebhooks(messageIds: readonly string[]) {
    return this.#transaction(['webhooks'], tx => webhooks.releaseWebhooks(tx, messageIds))
  }

  nextWebhookMs() {
    return this.#read(['webhooks'], webhooks.nextWebhookMs)
  }

  endWebhook(messageId: string) {
    return this.#transaction(['webhooks'], tx => webhooks.endWebhook(tx, messageId))
  }

  delayWebhook(messageId: string, nextAtMs: number) {
    return this.#transaction(['webhooks'], tx => webhooks.delayWebhook(tx, messageId, nextAtMs))
  }

  // Sessions.

  createSession(sessionId: string, owner: string, nowMs: number) {
    return this.#transaction([sessionId], tx => sessions.createSession(tx, sessionId, owner, nowMs))
  }

  session(sessionId: string) {
    return this.#read([sessionId], tx => sessions.readSession(tx, sessionId))
  }

  sessions(query: Parameters<store.SessionStore['sessions']>[0]) {
    return this.#read([], tx => sessions.listSessions(tx, query))
  }

  snapshot(sessionId: string) {
    return this.#read([sessionId], tx => sessions.readSnapshot(tx, sessionId))
  }

  holdSession(sessionId: string, executionId: string) {
    return this.#transaction([sessionId], (tx, daemon) =>
      sessions.holdSession(tx, sessionId, executionId, daemon),
    )
  }

  releaseSession(sessionId: string, executionId: string) {
    return this.#transaction([sessionId], tx => sessions.releaseSession(tx, sessionId, executionId))
  }

  saveSnapshot(
    sessionId: string,
    executionId: string,
    snapshot: store.SessionLeaving | undefined,
    nowMs: number,
  ) {
    return this.#transaction([sessionId], tx =>
      sessions.endInSession(tx, sessionId, executionId, snapshot, nowMs),
    )
  }

  sessionRuns(sessionId: string) {
    return this.#read([sessionId], tx => sessions.sessionRuns(tx, sessionId))
  }

  outdatedSessions(runtime: string, limit: number) {
    return this.#read([], tx => sessions.outdatedSessions(tx, runtime, limit))
  }

  replaceSnapshot(sessionId: string, before: string, snapshot: store.SessionSnapshot) {
    return this.#transaction([sessionId], tx =>
      sessions.replaceSnapshot(tx, sessionId, before, snapshot),
    )
  }

  removeSession(sessionId: string) {
    return this.#transaction([sessionId], tx => sessions.removeSession(tx, sessionId))
  }

  sessionBytes(owner: string) {
    return this.#read([], tx => sessions.sessionBytes(tx, owner))
  }

  // Files.

  addFile(record: FileRecord) {
    return this.#transaction([record.fileId], tx => files.addFile(tx, record))
  }

  file(fileId: string) {
    return this.#read([fileId], tx => files.readFile(tx, fileId))
  }

  filesOfExecution(executionId: string) {
    return this.#read([], tx => files.filesOfExecution(tx, executionId))
  }

  sessionFileBytes(sessionId: string) {
    return this.#read([], tx => files.sessionFileBytes(tx, sessionId))
  }

  ownerFileBytes(owner: string) {
    return this.#read([], tx => files.ownerFileBytes(tx, owner))
  }

  removeFiles(fileIds: readonly string[]) {
    return this.#transaction(fileIds, tx => files.removeFiles(tx, fileIds))
  }

  sweepFiles(bounds: FileSweepBounds) {
    return this.#transaction([], tx => files.sweepFiles(tx, bounds))
  }

  unusedContents(hashes: readonly string[]) {
    return this.#read([], tx => files.unusedContents(tx, hashes))
  }

  // Upkeep.

  remove(executionId: string) {
    return this.#transaction([executionId], tx => removing.removeExecution(tx, executionId))
  }

  sweep(bounds: SweepBounds) {
    return removing.sweep(this.#database, bounds)
  }

  /** Nothing: the clocks of several machines do not compare, and the database's is the only one. */
  async recordInstant(): Promise<void> {}

  async storedInstant(): Promise<undefined> {}

  async checkRoom(): Promise<void> {
    await this.#read([], tx => tx.rows('SELECT 1'))
  }

  watchCommits(onCommit: store.OnCommit): void {
    this.#writes.onCommit = onCommit
  }

  backup(): Promise<void> {
    const message = 'Cannot copy the store: a database of PostgreSQL is copied by pg_dump'
    return Promise.reject(new LatchdError('INVALID_REQUEST', message))
  }

  verify() {
    return this.#read([], problemsOf)
  }

  async collect(): Promise<void> {}

  /** Gives up everything that this daemon owns, at once for the others. */
  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    await this.#inOrder.settle()
    await this.#beat.stop()
    // A daemon that cannot say so is taken for dead when its lease is over.
    await this.#database.transaction(tx => daemons.leave(tx, this.#beat.number)).catch(() => {})
    await this.#database.close()
  }
}

const closed = () => new LatchdError('DRAINING', 'Cannot use the store: it is closed')
