/** The store on PostgreSQL, for several daemons at once: each method is a transaction. */

import { LatchdError } from '../../../protocol/errors.ts'
import type { ClaimRequest, OpeningFacts } from '../claim-facts.ts'
import type { StuckError, SweepBounds } from '../recovery-facts.ts'
import { retried } from '../rules/standing.ts'
import type { Sharing } from '../sharing.ts'
import type * as store from '../store.ts'
import * as approvals from './approvals.ts'
import * as claims from './claims.ts'
import * as counts from './counts.ts'
import * as daemons from './daemons.ts'
import { type Database, isForgotten, type Transaction } from './database.ts'
import { changeExecutions, lockExecution } from './execution-rows.ts'
import { filesPart } from './files.ts'
import { Heartbeat } from './heartbeat.ts'
import { InOrder, type PartRuns } from './in-order.ts'
import { keyedExecutions } from './keys.ts'
import type { StoreIdentity } from './migrations.ts'
import * as reading from './reading.ts'
import * as removing from './removing.ts'
import { sessionsPart } from './sessions-part.ts'
import { sharedPart } from './shared-part.ts'
import { problemsOf } from './verification.ts'
import * as webhooks from './webhooks.ts'
import type { Write } from './write.ts'
import { WriteBatches } from './write-batches.ts'

/** A {@link store.Store} that several daemons share. */
export class PostgresStore implements store.Store {
  #database: Database
  #identity: StoreIdentity
  #heartbeat: Heartbeat
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
    this.#heartbeat = new Heartbeat(database, facts, now)
    this.#writes = new WriteBatches(database, this.#heartbeat, () => this.#heartbeat.again())
    this.#now = () => this.#heartbeat.nowMs
    this.sharing = sharedPart(database, this.#heartbeat)
  }

  /** Makes this process known to the others. */
  register(): Promise<void> {
    return this.#heartbeat.register()
  }

  #transaction<T>(
    names: readonly string[],
    work: (tx: Transaction, daemon: number) => Promise<T>,
  ): Promise<T> {
    if (this.#isClosed) return Promise.reject(closed())
    const once = () => this.#database.transaction(tx => work(tx, this.#heartbeat.number))
    return this.#inOrder.run(names, async () => {
      try {
        return await once()
      } catch (error) {
        if (!isForgotten(error)) throw error
        await this.#heartbeat.again()
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
      const { number } = this.#heartbeat
      const value = await this.#writes.write(write)
      // A submission that is accepted stays so: if this daemon does not live, another one runs it.
      if (write.kind !== 'submit') await this.#heartbeat.alive(number)
      return value
    })
  }

  // The owner of an execution.

  open(facts: OpeningFacts) {
    if (facts.runtime !== undefined) this.#heartbeat.runtime = facts.runtime
    return this.#transaction([], (tx, daemon) =>
      daemons.startAnew(tx, daemon, facts, this.#heartbeat.facts),
    ).then(({ stuck, number }) => {
      this.#heartbeat.renumber(number)
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
    const { facts, peers } = this.#heartbeat
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

  texts(executionId: string, callNumbers: readonly number[]) {
    return this.#read([executionId], tx => reading.readAnswers(tx, executionId, callNumbers))
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

  #runs: PartRuns = {
    transaction: (names, work) => this.#transaction(names, work),
    read: (names, work) => this.#read(names, work),
  }
  #sessions = sessionsPart(this.#runs)
  createSession = this.#sessions.createSession
  session = this.#sessions.session
  sessions = this.#sessions.sessions
  snapshot = this.#sessions.snapshot
  holdSession = this.#sessions.holdSession
  releaseSession = this.#sessions.releaseSession
  saveSnapshot = this.#sessions.saveSnapshot
  sessionRuns = this.#sessions.sessionRuns
  outdatedSessions = this.#sessions.outdatedSessions
  replaceSnapshot = this.#sessions.replaceSnapshot
  removeSession = this.#sessions.removeSession
  sessionBytes = this.#sessions.sessionBytes

  // Files.

  #files = filesPart(this.#runs)
  addFile = this.#files.addFile
  file = this.#files.file
  filesOfExecution = this.#files.filesOfExecution
  sessionFileBytes = this.#files.sessionFileBytes
  ownerFileBytes = this.#files.ownerFileBytes
  removeFiles = this.#files.removeFiles
  sweepFiles = this.#files.sweepFiles
  unusedContents = this.#files.unusedContents

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
    await this.#heartbeat.stop()
    // A daemon that cannot say so is taken for dead when its lease is over.
    await this.#database
      .transaction(tx => daemons.leave(tx, this.#heartbeat.number))
      .catch(() => {})
    await this.#database.close()
  }
}

const closed = () => new LatchdError('DRAINING', 'Cannot use the store: it is closed')
