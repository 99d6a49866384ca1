/** A store in memory on the rules of every store: what it takes to write another one. */

import { randomUUID } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import type { ClaimAnswer, ClaimRequest, OpeningFacts } from '../../daemon/store/claim-facts.ts'
import type { FileStore } from '../../daemon/store/file-store.ts'
import type { StuckError, StuckExecution, SweepBounds } from '../../daemon/store/recovery-facts.ts'
import { outcomeOfKey } from '../../daemon/store/rules/keys.ts'
import * as recovery from '../../daemon/store/rules/recovery.ts'
import * as rules from '../../daemon/store/rules/standing.ts'
import { takeInTurns } from '../../daemon/store/rules/turns.ts'
import type * as store from '../../daemon/store/store.ts'
import { messageFor } from '../../daemon/store/webhook-messages.ts'
import type { JournalRecord } from '../../executor/boundary/journal-record.ts'
import { foldExecution, NO_USAGE } from '../../executor/record/fold-execution.ts'
import { newestFirst } from '../../executor/store/place.ts'
import { decideStored } from '../../executor/store/rules.ts'
import type { StoredEvent } from '../../executor/store/stored-event.ts'
import type { Execution } from '../../protocol/execution/execution.ts'
import { sourceLine } from '../../protocol/execution/source-line.ts'
import { promised } from './promised.ts'
import { ToyFiles } from './toy-files.ts'
import { ToySessions } from './toy-sessions.ts'
import { ToyWebhooks } from './toy-webhooks.ts'

interface Entry extends rules.Standing, recovery.StuckRow {
  readonly made: store.Submission
  readonly started_ms: number | null
  readonly program: string | undefined
  readonly usage: string | undefined
  readonly records: JournalRecord[]
  readonly events: StoredEvent[]
  readonly approvals: string[]
  readonly ending: Execution | undefined
}
type Wait = { stored: store.StoredApproval; isReady: boolean; execution: string }

const STEP = 200

/** Makes an empty store. */
export function toyStore(): store.Store {
  const sessions = new ToySessions()
  const webhooks = new ToyWebhooks()
  const files: ToyFiles = new ToyFiles({
    hasEnded: id => executions.hasEnded(id),
    hasSession: id => sessions.session(id) !== undefined,
  })
  const executions = new ToyExecutions(sessions, webhooks, files)
  return Object.assign(
    executions,
    promised(sessions, 'createSession', 'session', 'sessions', 'removeSession', 'sessionBytes'),
    promised(sessions, 'holdSession', 'releaseSession', 'snapshot', 'saveSnapshot'),
    promised(sessions, 'sessionRuns', 'outdatedSessions', 'replaceSnapshot'),
    promised(webhooks, 'leaseWebhooks', 'releaseWebhooks', 'nextWebhookMs'),
    promised(webhooks, 'endWebhook', 'delayWebhook'),
    promised(files, 'addFile', 'file', 'filesOfExecution', 'sessionFileBytes'),
    promised(files, 'ownerFileBytes', 'removeFiles', 'sweepFiles', 'unusedContents'),
  )
}

/** Executions with their approvals, and the upkeep of all. */
class ToyExecutions
  implements Omit<store.Store, keyof store.SessionStore | keyof FileStore | keyof ToyWebhooks>
{
  #entries = new Map<string, Entry>()
  #waits = new Map<string, Wait>()
  #removed = new Map<string, store.KeyedExecution & { endedMs: number }>()
  #instant: Awaited<ReturnType<store.Store['storedInstant']>>
  #storeId = randomUUID()
  #sessions: ToySessions
  #webhooks: ToyWebhooks
  #files: ToyFiles

  constructor(sessions: ToySessions, webhooks: ToyWebhooks, files: ToyFiles) {
    this.#sessions = sessions
    this.#webhooks = webhooks
    this.#files = files
  }

  /** `undefined`: the store does not have it. */
  hasEnded(executionId: string): boolean | undefined {
    const entry = this.#entries.get(executionId)
    return entry && endedMs(entry) !== undefined
  }

  // Executions.
  async open({ nowMs, ran }: OpeningFacts) {
    const stuck: StuckExecution[] = []
    for (const before of this.#entries.values()) {
      const hadWorker = ran?.includes(before.execution_id) ?? before.state === 'running'
      const entry = this.#set(recovery.lost(before, hadWorker, nowMs))
      const isStuck = rules.isLive(entry.state) && recovery.isCrashLoop(entry)
      if (isStuck) stuck.push(this.#stick(entry, nowMs, recovery.CRASH_LOOP))
    }
    return { stuck }
  }
  async submit(given: store.Submission, mode: store.SubmitMode = 'run') {
    const made = structuredClone(given)
    const known = made.key && this.#keyed(made.owner, made.key.text)
    if (known && made.key) return outcomeOfKey(known, made.key.bodyHash)
    const { executionId, owner, createdAtMs, sessionId = null } = made
    const none = { program: undefined, usage: undefined, ending: undefined, started_ms: null }
    const row = { execution_id: executionId, owner, created_ms: createdAtMs, session_id: sessionId }
    const lists = { records: [], events: [], approvals: [] }
    const entry = { ...rules.submitted(made, mode), ...row, ...none, ...lists, made }
    this.#add(entry, made, rules.submitted(made, mode))
    return { kind: 'accepted', epoch: entry.epoch } as const
  }
  async claim({ nowMs, max, after }: ClaimRequest): Promise<ClaimAnswer> {
    const free = [...this.#entries.values()].filter(rules.isFree)
    const due = free.filter(entry => rules.isClaimable(entry, nowMs))
    due.sort((a, b) => (a.wake_ms ?? 0) - (b.wake_ms ?? 0))
    const claimed: { executionId: string; owner: string; epoch: number }[] = []
    takeInTurns(
      Map.groupBy(due, ({ owner }) => owner),
      after,
      max,
      entry => {
        const { execution_id: executionId, session_id, owner } = entry
        if (session_id !== null && this.#sessions.holdSession(session_id, executionId) === 'busy')
          return false
        const { epoch } = this.#set({ ...entry, ...rules.claimed(entry) })
        claimed.push({ executionId, owner, epoch })
        return true
      },
    )
    const later = free.map(({ wake_ms }) => wake_ms ?? 0).filter(atMs => atMs > nowMs)
    const nextMs = later.length === 0 ? undefined : Math.min(...later)
    return { claimed, nextMs, isBlocked: claimed.length < Math.min(max, due.length) }
  }
  async take(executionId: string) {
    const entry = this.#entries.get(executionId)
    if (entry === undefined || !rules.isFree(entry)) return undefined
    const { epoch, owner } = this.#set({ ...entry, ...rules.claimed(entry) })
    return { executionId, owner, epoch }
  }
  async claimOne(executionId: string, nowMs: number) {
    const entry = this.#entries.get(executionId)
    if (entry === undefined || !rules.isClaimable(entry, nowMs)) return undefined
    const { session_id } = entry
    if (session_id !== null && this.#sessions.holdSession(session_id, executionId) === 'busy')
      return undefined
    return await this.take(executionId)
  }
  async giveBack(executionId: string, epoch: number, fromMs: number) {
    const entry = this.#owned(executionId, epoch)
    this.#set({ ...entry, ...rules.givenBack(entry, fromMs) })
  }
  async append(executionId: string, epoch: number, addition: store.Addition) {
    const entry = this.#owned(executionId, epoch)
    this.#add(entry, addition, rules.appended(entry, addition))
  }
  async park(executionId: string, epoch: number, parking: store.Parking) {
    const entry = this.#owned(executionId, epoch)
    this.#add(entry, parking, rules.appended(entry, parking))
    const isReady = [...this.#waitsOf(executionId)].some(wait => wait.isReady)
    const next = rules.parked(entry, parking, isReady)
    this.#set({ ...this.#owned(executionId, epoch), ...next })
    return isReady ? 'ready' : 'parked'
  }
  async finish(executionId: string, epoch: number, ending: store.Ending) {
    const entry = this.#owned(executionId, epoch)
    const { execution } = ending
    const added = this.#add(entry, ending, rules.appended(entry, ending))
    this.#set({ ...added, ...rules.finished(added, execution), ending: execution })
    if (!('endedAtMs' in execution)) return
    for (const wait of this.#waitsOf(executionId)) {
      const { approvalId } = wait.stored.approval
      await this.decide(approvalId, { status: 'expired', decidedAtMs: execution.endedAtMs })
      wait.isReady = false
    }
    const { session_id } = entry
    if (session_id === null) return
    this.#sessions.saveSnapshot(session_id, executionId, ending.snapshot, execution.endedAtMs)
  }
  async retry(executionId: string) {
    const entry = this.#entries.get(executionId)
    const next = entry && rules.retried(entry)
    if (entry && next) this.#set({ ...entry, ...next, ending: undefined })
    return next !== undefined
  }
  async remove(executionId: string) {
    const entry = this.#entries.get(executionId)
    if (entry !== undefined && !rules.isLive(entry.state)) this.#remove(entry, true)
  }
  async quarantine(executionId: string, epoch: number, nowMs: number, error?: StuckError) {
    const entry = this.#entries.get(executionId)
    if (entry?.epoch !== epoch || !rules.isOwned(entry)) return undefined
    return this.#stick(entry, nowMs, error ?? recovery.DAMAGED)
  }
  async decide(approvalId: string, decision: store.DecidedBy, nowMs = decision.decidedAtMs) {
    const wait = this.#waits.get(approvalId)
    const entry = wait && this.#entries.get(wait.execution)
    if (wait === undefined || entry === undefined) return { kind: 'not-found' } as const
    const { owner, state } = entry
    const decided = decideStored(wait.stored, decision, nowMs)
    if (decided.kind === 'already') return { ...decided, owner }
    const { kind, stored, remembered } = decided
    const isReady = rules.awaitsDelivery(state, stored, isDelivered(entry, stored.callNumber))
    const { rememberAs: _, ...kept } = stored
    this.#waits.set(approvalId, { ...wait, stored: kept, isReady })
    this.#set({ ...entry, ...rules.afterDecision(entry, isReady) })
    if (remembered) this.#sessions.remember(remembered.sessionId, remembered.tool)
    return { kind, stored, owner, isWaiting: state === 'waiting' }
  }
  async sweep({ endedBeforeMs, usedBeforeMs, maxBytes = Infinity }: SweepBounds) {
    const swept = { executions: 0, sessions: 0 }
    const ended = [...this.#entries.values()].filter(entry => endedMs(entry) !== undefined)
    ended.sort((a, b) => (endedMs(a) ?? 0) - (endedMs(b) ?? 0))
    for (const entry of ended) {
      const isOld = (endedMs(entry) ?? 0) < endedBeforeMs
      if (!isOld && (await this.statistics()).bytes + this.#contentBytes() <= maxBytes) break
      this.#remove(entry, !isOld)
      if (++swept.executions % STEP === 0) await setImmediate()
    }
    for (const [key, { endedMs }] of this.#removed) {
      if (endedMs < endedBeforeMs) this.#removed.delete(key)
    }
    const live = [...this.#entries.values()].filter(entry => entry.ending?.status !== 'completed')
    const used = new Set(live.map(({ session_id }) => session_id))
    swept.sessions = this.#sessions.sweepSessions(usedBeforeMs, used)
    return swept
  }

  #contentBytes(): number {
    return this.#files.bytesOf(executionId => this.#entries.has(executionId))
  }

  // Parts of an execution.
  #set(entry: Entry): Entry {
    this.#entries.set(entry.execution_id, entry)
    return entry
  }
  #owned(executionId: string, epoch: number): Entry {
    return rules.ownedUnder(this.#entries.get(executionId), executionId, epoch)
  }
  *#waitsOf(executionId: string): Iterable<Wait> {
    for (const id of this.#entries.get(executionId)?.approvals ?? []) {
      const wait = this.#waits.get(id)
      if (wait !== undefined) yield wait
    }
  }
  /** All or nothing: what does not fit throws before anything has changed. */
  #add(entry: Entry, addition: store.Addition, next: rules.Standing): Entry {
    const { events = [], approvals = [], webhooks = [] } = addition
    const records = [...entry.records]
    for (const record of addition.records ?? []) {
      if (records.some(one => isSame(one, record))) throw new Error('a record is written once')
      records.push(record)
    }
    const all = [...entry.events, ...events]
    if (all.some(({ sequence }, i) => sequence !== i + 1)) throw new Error('not the next event')
    const { execution_id: execution, owner, state } = entry
    const { usage = entry.usage, program = entry.program } = addition
    const started_ms = addition.startedAtMs ?? entry.started_ms
    const ids = [...entry.approvals, ...approvals.map(({ approval }) => approval.approvalId)]
    const more = { records, events: all, approvals: ids, program, usage, started_ms }
    const added = this.#set({ ...entry, ...more, ...next })
    for (const stored of approvals) {
      const isReady = rules.awaitsDelivery(state, stored, isDelivered(added, stored.callNumber))
      this.#waits.set(stored.approval.approvalId, { stored, isReady, execution })
    }
    for (const wait of this.#waitsOf(execution)) {
      wait.isReady &&= !isDelivered(added, wait.stored.callNumber)
    }
    for (const sent of webhooks) this.#webhooks.send(sent, owner)
    return added
  }
  #stick(entry: Entry, nowMs: number, error: StuckError): StuckExecution {
    const running = this.#read({ ...entry, state: 'running' }, nowMs)
    const stuck = recovery.stuckExecution(entry, entry.events.length + 1, nowMs, error)
    const ending = recovery.stuckRecord(running, error)
    const events = [...entry.events, stuck.event]
    this.#set({ ...entry, ...rules.finished(entry, ending), ending, events })
    const { webhookUrl } = entry.made
    const message = webhookUrl === undefined ? undefined : messageFor(webhookUrl, stuck.event)
    if (message !== undefined) this.#webhooks.send(message, entry.owner)
    return stuck
  }
  #remove(entry: Entry, keepsKey: boolean): void {
    const { made, execution_id: executionId } = entry
    const { key } = made
    if (key && keepsKey) {
      const kept = { executionId, bodyHash: key.bodyHash, isRemoved: true }
      const since = endedMs(entry) ?? made.createdAtMs
      this.#removed.set(JSON.stringify([made.owner, key.text]), { ...kept, endedMs: since })
    }
    for (const { stored } of this.#waitsOf(executionId)) {
      this.#waits.delete(stored.approval.approvalId)
    }
    this.#entries.delete(executionId)
  }
  #read(entry: Entry, nowMs = Date.now()): Execution {
    const { made, state, events, usage, started_ms } = entry
    if (!rules.isLive(state)) return entry.ending as Execution
    const { executionId, createdAtMs, sessionId } = made
    const { metadata } = JSON.parse(made.plan) as { metadata?: Record<string, unknown> }
    const used = usage === undefined ? NO_USAGE : JSON.parse(usage)
    const of = { executionId, state, createdAtMs, sessionId, metadata, usage: used, events }
    const line = sourceLine(made.source.slice(0, 500))
    return foldExecution({ ...of, sourceLine: line, startedAtMs: started_ms ?? undefined }, nowMs)
  }

  // Reading.
  async get(executionId: string) {
    const entry = this.#entries.get(executionId)
    return entry && { owner: entry.owner, execution: this.#read(entry) }
  }
  #keyed(owner: string, text: string): store.KeyedExecution | undefined {
    for (const { made } of this.#entries.values()) {
      if (made.owner !== owner || made.key?.text !== text) continue
      return { executionId: made.executionId, bodyHash: made.key.bodyHash, isRemoved: false }
    }
    const { endedMs: _, ...kept } = this.#removed.get(JSON.stringify([owner, text])) ?? {}
    return 'executionId' in kept ? (kept as store.KeyedExecution) : undefined
  }
  async keyed(owner: string, text: string) {
    return this.#keyed(owner, text)
  }
  async list({ owner, status, parentIds, after, limit }: store.ListQuery) {
    const wanted = [...this.#entries.values()].filter(
      entry =>
        (owner ?? entry.owner) === entry.owner &&
        (status ?? entry.state) === entry.state &&
        (parentIds?.includes(entry.made.parentId ?? '') ?? true),
    )
    const placeOf = (entry: Entry) => ({ createdAtMs: entry.created_ms, id: entry.execution_id })
    return newestFirst(wanted, placeOf, after, limit).map(entry => this.#read(entry))
  }
  async events(executionId: string, after: number) {
    return this.#entries.get(executionId)?.events.slice(after) ?? []
  }
  async approval(approvalId: string) {
    const wait = this.#waits.get(approvalId)
    const owner = wait && this.#entries.get(wait.execution)?.owner
    return wait && owner !== undefined ? { owner, stored: wait.stored } : undefined
  }
  async approvals({ owner, status, executionId, after, limit }: store.ApprovalQuery) {
    const wanted = [...this.#waits.values()].filter(({ execution, stored }) => {
      const isOwn = owner === undefined || this.#entries.get(execution)?.owner === owner
      const isOf = (executionId ?? execution) === execution
      return isOwn && isOf && (status ?? stored.approval.status) === stored.approval.status
    })
    const listed = wanted.map(({ stored }) => stored.approval)
    const placeOf = (one: (typeof listed)[0]) => ({ ...one, id: one.approvalId })
    return newestFirst(listed, placeOf, after, limit)
  }
  async source(executionId: string) {
    const made = this.#entries.get(executionId)?.made
    return made && { source: made.source, language: JSON.parse(made.plan).language }
  }
  async journal(executionId: string): Promise<store.ClaimedExecution | undefined> {
    const entry = this.#entries.get(executionId)
    if (entry === undefined) return undefined
    const { made, epoch, program, usage, started_ms, events } = entry
    const { owner, source, plan, sessionId, webhookUrl, createdAtMs, deadlineMs } = made
    const intents = entry.records.filter(({ kind }) => kind === 'intent')
    const deliveries = entry.records.filter(({ kind }) => kind === 'delivery')
    intents.sort((a, b) => a.callNumber - b.callNumber)
    deliveries.sort((a, b) => a.position - b.position)
    return {
      ...{ executionId, owner, epoch, source, plan, program, usage, sessionId, webhookUrl },
      ...{ createdAtMs, startedAtMs: started_ms ?? undefined, deadlineMs },
      records: [...intents, ...deliveries],
      approvals: [...this.#waitsOf(executionId)].map(({ stored }) => stored),
      events,
    }
  }
  async texts(executionId: string, callNumbers: readonly number[]) {
    const records = this.#entries.get(executionId)?.records ?? []
    const textOf = (callNumber: number) =>
      records.find(one => one.kind === 'delivery' && one.callNumber === callNumber)?.text
    return callNumbers.map(callNumber => {
      const text = textOf(callNumber)
      if (text === undefined) throw new Error(`There is no delivery ${callNumber}`)
      return text
    })
  }
  async statistics() {
    const executionsByStatus: Record<string, number> = {}
    let bytes = 0
    for (const { state, made, records } of this.#entries.values()) {
      executionsByStatus[state] = (executionsByStatus[state] ?? 0) + 1
      bytes += made.source.length + records.reduce((sum, { text }) => sum + text.length, 0)
    }
    const waits = [...this.#waits.values()].map(({ stored }) => stored.approval.status)
    const pendingApprovals = waits.filter(status => status === 'pending').length
    const facts = { storeId: this.#storeId, schemaVersion: 1, commits: 0 }
    return { ...facts, executionsByStatus, pendingApprovals, bytes }
  }
  async load() {
    const { executionsByStatus: by, pendingApprovals, bytes } = await this.statistics()
    const { queued = 0, running = 0, waiting = 0, stuck = 0 } = by
    const entries = [...this.#entries.values()]
    const unclaimed = entries.filter(entry => rules.isClaimable(entry, Date.now())).length
    const pendingWebhooks = this.#webhooks.owners().length
    const counts = { pendingWebhooks, sessions: this.#sessions.owners().length }
    const executions = { queued, running, waiting, stuck }
    return { executions, unclaimed, pendingApprovals, bytes, sessionBytes: 0, ...counts }
  }
  async shares() {
    const count = (owners: readonly string[]) =>
      Object.fromEntries(
        [...Map.groupBy(owners, owner => owner)].map(([owner, of]) => [owner, of.length]),
      )
    return { sessions: count(this.#sessions.owners()), webhooks: count(this.#webhooks.owners()) }
  }

  // Upkeep: there is no file.
  async recordInstant(instant: NonNullable<Awaited<ReturnType<store.Store['storedInstant']>>>) {
    this.#instant = instant
  }
  async storedInstant() {
    return this.#instant
  }
  async checkRoom() {}
  watchCommits() {}
  async backup() {
    throw new Error('A store in memory has no copy')
  }
  async verify() {
    return []
  }
  async collect() {}
  async close() {}
}

const isDelivered = ({ records }: Entry, callNumber: number) =>
  records.some(record => record.kind === 'delivery' && record.callNumber === callNumber)

const isSame = (a: JournalRecord, b: JournalRecord) =>
  a.kind === b.kind &&
  (a.callNumber === b.callNumber || (a.kind === 'delivery' && a.position === b.position))

const endedMs = ({ ending }: Entry) =>
  ending !== undefined && 'endedAtMs' in ending ? ending.endedAtMs : undefined
