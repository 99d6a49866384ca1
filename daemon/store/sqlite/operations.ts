/** The operations that the store's thread carries out, by the names of the store's own methods. */

import type { SweepBounds } from '../recovery-facts.ts'
import type { Store } from '../store.ts'
import { Approvals } from './approvals.ts'
import { Blobs } from './blobs.ts'
import { Claims } from './claims.ts'
import type { Connection } from './connection.ts'
import { Executions } from './executions.ts'
import { Files } from './file-rows.ts'
import { recordInstant, storedInstant } from './instant.ts'
import { Journals } from './journal-rows.ts'
import { type StoreIdentity, setMeta } from './migrations.ts'
import { Queries } from './queries.ts'
import { Recoveries } from './recovery.ts'
import { Sessions } from './sessions.ts'
import { Sweeping, type SweepStep } from './sweeping.ts'
import { Webhooks } from './webhooks.ts'

/** Methods of a store that are one operation each. */
type StoreMethod = Exclude<
  keyof Store,
  'backup' | 'checkRoom' | 'close' | 'collect' | 'sharing' | 'sweep' | 'verify' | 'watchCommits'
>

/** The operations of the thread: their parameters and their results. */
export type OperationTable = {
  readonly [Name in StoreMethod]: (
    ...parameters: Parameters<Store[Name]>
  ) => Awaited<ReturnType<Store[Name]>>
} & {
  /** Writes a little, to see whether there is room. */
  checkWrite(): void
  /** One step of a sweep. */
  sweepStep(bounds: SweepBounds): SweepStep
}

/** The name of an operation of {@link OperationTable}. */
export type OperationName = keyof OperationTable

/** Operations that change nothing, and so need no transaction. */
const readNames: ReadonlySet<OperationName> = new Set<OperationName>([
  'approval',
  'approvals',
  'events',
  'file',
  'filesOfExecution',
  'get',
  'journal',
  'storedInstant',
  'keyed',
  'list',
  'load',
  'nextWebhookMs',
  'outdatedSessions',
  'ownerFileBytes',
  'session',
  'sessionBytes',
  'sessionFileBytes',
  'sessionRuns',
  'sessions',
  'shares',
  'snapshot',
  'source',
  'statistics',
  'texts',
  'unusedContents',
])

/** Whether an operation changes nothing. */
export function isRead(name: OperationName): boolean {
  return readNames.has(name)
}

/** Counters of an open store. */
export interface Counters {
  /** Transactions that were committed. */
  commits: number
}

/** The operations on a database. @param now epoch milliseconds */
export function operationsOn(
  connection: Connection,
  identity: StoreIdentity,
  counters: Counters,
  now: () => number,
): OperationTable {
  const blobs = new Blobs(connection)
  const journals = new Journals(connection, blobs)
  const sessions = new Sessions(connection, blobs)
  const approvals = new Approvals(connection, journals, sessions)
  const webhooks = new Webhooks(connection)
  const files = new Files(connection)
  const parts = { blobs, journals, approvals, sessions, webhooks }
  const executions = new Executions(connection, parts)
  const claims = new Claims(connection, executions, sessions)
  const recoveries = new Recoveries(connection, webhooks)
  const queries = new Queries(connection, now)
  const sweeping = new Sweeping(connection, executions, sessions)
  return {
    open: facts => recoveries.open(facts),
    submit: (submission, mode) => executions.submit(submission, mode),
    claim: request => claims.claim(request),
    take: executionId => executions.take(executionId),
    claimOne: (executionId, nowMs) => claims.claimOne(executionId, nowMs),
    giveBack: (executionId, epoch, fromMs) => executions.giveBack(executionId, epoch, fromMs),
    append: (executionId, epoch, addition) => executions.append(executionId, epoch, addition),
    park: (executionId, epoch, parking) => executions.park(executionId, epoch, parking),
    decide: (approvalId, decision, nowMs) => approvals.decide(approvalId, decision, nowMs),
    finish: (executionId, epoch, ending) => executions.finish(executionId, epoch, ending),
    retry: executionId => executions.retry(executionId),
    remove: executionId => executions.remove(executionId),
    sweepStep: bounds => sweeping.step(bounds),
    quarantine: (executionId, epoch, nowMs, error) =>
      recoveries.quarantine(executionId, epoch, nowMs, error),
    recordInstant: instant => recordInstant(connection, instant),
    storedInstant: () => storedInstant(connection),
    checkWrite: () => setMeta(connection, 'last_write_ms', String(now())),

    leaseWebhooks: (nowMs, limit, busy) => webhooks.lease(nowMs, limit, busy),
    releaseWebhooks: messageIds => {
      for (const messageId of messageIds) webhooks.release(messageId)
    },
    nextWebhookMs: () => webhooks.nextMs(),
    endWebhook: messageId => webhooks.end(messageId),
    delayWebhook: (messageId, nextAtMs) => webhooks.delay(messageId, nextAtMs),

    get: executionId => queries.get(executionId),
    keyed: (owner, keyText) => executions.keyed(owner, keyText),
    list: query => queries.list(query),
    events: (executionId, after) => queries.events(executionId, after),
    approval: approvalId => approvals.approval(approvalId),
    approvals: query => approvals.approvals(query),
    journal: executionId => executions.journal(executionId),
    source: executionId => executions.source(executionId),
    load: () => queries.load(),
    shares: () => queries.shares(),
    texts: (executionId, callNumbers) => executions.texts(executionId, callNumbers),
    statistics: () => ({ ...identity, ...queries.counts(), commits: counters.commits }),

    createSession: (sessionId, owner, nowMs) => sessions.create(sessionId, owner, nowMs),
    session: sessionId => sessions.session(sessionId),
    sessions: query => sessions.sessions(query),
    snapshot: (sessionId, isNameEnough) => sessions.snapshot(sessionId, isNameEnough),
    holdSession: (sessionId, executionId) => sessions.hold(sessionId, executionId),
    releaseSession: (sessionId, executionId) => sessions.release(sessionId, executionId),
    sessionBytes: owner => sessions.bytesOf(owner),
    saveSnapshot: (sessionId, executionId, snapshot, nowMs) => {
      sessions.ended(sessionId, snapshot, nowMs)
      sessions.release(sessionId, executionId)
    },
    sessionRuns: sessionId => sessions.runs(sessionId),
    outdatedSessions: (runtime, limit) => sessions.outdated(runtime, limit),
    replaceSnapshot: (sessionId, before, snapshot) =>
      sessions.replaceSnapshot(sessionId, before, snapshot),
    removeSession: sessionId => sessions.remove(sessionId),

    addFile: record => files.add(record),
    file: fileId => files.file(fileId),
    filesOfExecution: executionId => files.ofExecution(executionId),
    sessionFileBytes: sessionId => files.sessionBytes(sessionId),
    ownerFileBytes: owner => files.ownerBytes(owner),
    removeFiles: fileIds => files.remove(fileIds),
    sweepFiles: bounds => files.sweep(bounds),
    unusedContents: hashes => files.unused(hashes),
  }
}
