/** A store in memory on the rules of every store: what it takes to write another one. */

import { randomUUID } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import type { ClaimAnswer, ClaimRequest, OpeningFacts } from '../../daemon/store/claim-facts.ts'
import type { Place } from '../../daemon/store/page.ts'
import { isBefore } from '../../daemon/store/place.ts'
import type { StuckError, StuckExecution, SweepBounds } from '../../daemon/store/recovery-facts.ts'
import { awaitsDelivery, decideStored } from '../../daemon/store/rules/decision.ts'
import { outcomeOfKey } from '../../daemon/store/rules/keys.ts'
import * as recovery from '../../daemon/store/rules/recovery.ts'
import {
  holdOutcome,
  namedState,
  runsAfter,
  SESSION_ROW_BYTES,
} from '../../daemon/store/rules/sessions.ts'
import * as rules from '../../daemon/store/rules/standing.ts'
import { takeInTurns } from '../../daemon/store/rules/turns.ts'
import type * as store from '../../daemon/store/store.ts'
import type { StoredEvent } from '../../daemon/store/stored-event.ts'
import { WEBHOOK_LEASE_MS } from '../../daemon/store/webhook-message.ts'
import { messageFor } from '../../daemon/store/webhook-messages.ts'
import type { JournalRecord } from '../../executor/boundary/journal-record.ts'
import { foldExecution, NO_USAGE } from '../../executor/record/fold-execution.ts'
import { LatchdError } from '../../protocol/errors.ts'
import type { Execution } from '../../protocol/execution/execution.ts'
import { sourceLine } from '../../protocol/execution/source-line.ts'
import { ToyFiles } from './toy-files.ts'

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
interface SessionEntry extends store.StoredSession {
  readonly runs: readonly Uint8Array[]
  readonly isRepeatable: boolean
  readonly bytes: Uint8Array | undefined
  readonly state: string | null
  readonly steps: number
}
type Message = store.StoredWebhookMessage & { dueMs: number; untilMs: number }

const STEP = 200

export class ToyStore implements store.Store {
  #entries = new Map<string, Entry>()
  #waits = new Map<string, Wait>()
  #removed = new Map<string, store.KeyedExecution & { endedMs: number }>()
  #sessions = new Map<string, SessionEntry>()
  #holders = new Map<string, string>()
  #messages = new Map<string, Message>()
  #instant: Awaited<ReturnType<store.Store['storedInstant']>>
  #storeId = randomUUID()
  #files = new ToyFiles({
    hasEnded: id => {
      const entry = this.#entries.get(id)
      return entry && endedMs(entry) !== undefined
    },
    hasSession: id => this.#sessions.has(id),
  })

  // Files.
  addFile = this.#files.addFile.bind(this.#files)
  file = this.#files.file.bind(this.#files)
  filesOfExecution = this.#files.filesOfExecution.bind(this.#files)
  sessionFileBytes = this.#files.sessionFileBytes.bind(this.#files)
  ownerFileBytes = this.#files.ownerFileBytes.bind(this.#files)
  removeFiles = this.#files.removeFiles.bind(this.#files)
  sweepFiles = this.#files.sweepFiles.bind(this.#files)
  unusedContents = this.#files.unusedContents.bind(this.#files)

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
        if (session_id !== null && this.#hold(session_id, executionId) === 'busy') return false
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
    if (session_id !== null && this.#hold(session_id, executionId) === 'busy') return undefined
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
    await this.saveSnapshot(session_id, executionId, ending.snapshot, execution.endedAtMs)
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
    const isReady = awaitsDelivery(state, stored, isDelivered(entry, stored.seq))
    const { rememberAs: _, ...kept } = stored
    this.#waits.set(approvalId, { ...wait, stored: kept, isReady })
    this.#set({ ...entry, ...rules.afterDecision(entry, isReady) })
    const session = remembered && this.#sessions.get(remembered.sessionId)
    if (remembered && session) {
      const tools = [...new Set([...session.remembered, remembered.tool])]
      this.#sessions.set(remembered.sessionId, { ...session, remembered: tools })
    }
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
    const used = new Set([...this.#holders.keys(), ...live.map(({ session_id }) => session_id)])
    for (const [sessionId, { session }] of this.#sessions) {
      if (session.lastUsedAtMs >= usedBeforeMs || used.has(sessionId)) continue
      this.#sessions.delete(sessionId)
      swept.sessions++
    }
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
      const isReady = awaitsDelivery(state, stored, isDelivered(added, stored.seq))
      this.#waits.set(stored.approval.approvalId, { stored, isReady, execution })
    }
    for (const wait of this.#waitsOf(execution)) {
      wait.isReady &&= !isDelivered(added, wait.stored.seq)
    }
    for (const sent of webhooks) this.#send(sent, owner)
    return added
  }
  #send(sent: store.WebhookMessage, owner: string): void {
    this.#messages.set(sent.messageId, { ...sent, owner, dueMs: sent.createdAtMs, untilMs: 0 })
  }
  #stick(entry: Entry, nowMs: number, error: StuckError): StuckExecution {
    const running = this.#read({ ...entry, state: 'running' }, nowMs)
    const stuck = recovery.stuckExecution(entry, entry.events.length + 1, nowMs, error)
    const ending = recovery.stuckRecord(running, error)
    const events = [...entry.events, stuck.event]
    this.#set({ ...entry, ...rules.finished(entry, ending), ending, events })
    const { webhookUrl } = entry.made
    const message = webhookUrl === undefined ? undefined : messageFor(webhookUrl, stuck.event)
    if (message !== undefined) this.#send(message, entry.owner)
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
  async list({ owner, status, after, limit }: store.ListQuery) {
    const wanted = [...this.#entries.values()].filter(
      entry => (owner ?? entry.owner) === entry.owner && (status ?? entry.state) === entry.state,
    )
    const placeOf = (entry: Entry) => ({ createdAtMs: entry.created_ms, id: entry.execution_id })
    return newest(wanted, placeOf, after, limit).map(entry => this.#read(entry))
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
    return newest(listed, placeOf, after, limit)
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
    intents.sort((a, b) => a.seq - b.seq)
    deliveries.sort((a, b) => a.position - b.position)
    return {
      ...{ executionId, owner, epoch, source, plan, program, usage, sessionId, webhookUrl },
      ...{ createdAtMs, startedAtMs: started_ms ?? undefined, deadlineMs },
      records: [...intents, ...deliveries],
      approvals: [...this.#waitsOf(executionId)].map(({ stored }) => stored),
      events,
    }
  }
  async texts(executionId: string, seqs: readonly number[]) {
    const records = this.#entries.get(executionId)?.records ?? []
    const textOf = (seq: number) =>
      records.find(one => one.kind === 'delivery' && one.seq === seq)?.text
    return seqs.map(seq => {
      const text = textOf(seq)
      if (text === undefined) throw new Error(`There is no delivery ${seq}`)
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
    const counts = { pendingWebhooks: this.#messages.size, sessions: this.#sessions.size }
    const executions = { queued, running, waiting, stuck }
    return { executions, unclaimed, pendingApprovals, bytes, sessionBytes: 0, ...counts }
  }
  async shares() {
    const count = (all: Iterable<{ owner: string }>) =>
      Object.fromEntries(
        [...Map.groupBy(all, ({ owner }) => owner)].map(([owner, of]) => [owner, of.length]),
      )
    return { sessions: count(this.#sessions.values()), webhooks: count(this.#messages.values()) }
  }

  // Webhooks.
  async leaseWebhooks(nowMs: number, limit: number, busy?: store.BusyReceivers) {
    const due = [...this.#messages.values()].filter(({ dueMs, untilMs, owner, url }) => {
      const isBusy = busy?.receivers.includes(`${owner} ${new URL(url).origin}`)
      return dueMs <= nowMs && untilMs <= nowMs && !isBusy && !busy?.owners.includes(owner)
    })
    due.sort((a, b) => a.dueMs - b.dueMs || (a.messageId < b.messageId ? -1 : 1))
    return due.slice(0, limit).map(message => {
      message.untilMs = nowMs + WEBHOOK_LEASE_MS
      const { dueMs: _, untilMs: __, ...sent } = message
      return sent
    })
  }
  async releaseWebhooks(messageIds: readonly string[]) {
    for (const id of messageIds) Object.assign(this.#messages.get(id) ?? {}, { untilMs: 0 })
  }
  async nextWebhookMs() {
    const free = [...this.#messages.values()].filter(({ untilMs }) => untilMs === 0)
    return free.length === 0 ? undefined : Math.min(...free.map(({ dueMs }) => dueMs))
  }
  async endWebhook(messageId: string) {
    this.#messages.delete(messageId)
  }
  async delayWebhook(messageId: string, nextAtMs: number) {
    const message = this.#messages.get(messageId)
    if (message === undefined) return
    const attempts = message.attempts + 1
    this.#messages.set(messageId, { ...message, attempts, dueMs: nextAtMs, untilMs: 0 })
  }

  // Sessions.
  async createSession(sessionId: string, owner: string, nowMs: number) {
    if (this.#sessions.has(sessionId)) throw new LatchdError('CONFLICT', 'it is there already')
    const times = { createdAtMs: nowMs, lastUsedAtMs: nowMs }
    const session = { sessionId, ...times, executions: 0, snapshotBytes: 0 }
    const none = { bytes: undefined, runs: [], isRepeatable: true, state: null, steps: 0 }
    this.#sessions.set(sessionId, { owner, session, remembered: [], ...none })
  }
  async session(sessionId: string) {
    const kept = this.#sessions.get(sessionId)
    if (kept === undefined) return undefined
    const { owner, session, remembered, runtime } = kept
    return { owner, session, remembered, ...(runtime !== undefined && { runtime }) }
  }
  async sessions(query: { owner: string | undefined; after: Place | undefined; limit: number }) {
    const { owner, after, limit } = query
    const wanted = [...this.#sessions.values()].filter(one => (owner ?? one.owner) === one.owner)
    const listed = wanted.map(({ session }) => session)
    return newest(listed, one => ({ ...one, id: one.sessionId }), after, limit)
  }
  async snapshot(sessionId: string, isNameEnough = false): Promise<store.SessionState | undefined> {
    const kept = this.#sessions.get(sessionId)
    if (kept?.runtime === undefined) return undefined
    const { bytes, runs, steps, runtime, state } = kept
    const named = namedState({ runtime, state, steps })
    if (isNameEnough && state !== null) return named
    return {
      ...named,
      ...(bytes && { bytes }),
      ...(steps > 0 && { since: runs.slice(-steps) }),
    }
  }
  async saveSnapshot(
    sessionId: string,
    executionId: string,
    snapshot: store.SessionLeaving | undefined,
    nowMs: number,
  ) {
    if (this.#holders.get(sessionId) === executionId) this.#holders.delete(sessionId)
    const kept = this.#sessions.get(sessionId)
    if (kept === undefined) return
    const lastUsedAtMs = Math.max(kept.session.lastUsedAtMs, nowMs)
    const { executions } = kept.session
    const session = { ...kept.session, lastUsedAtMs, executions: executions + 1 }
    this.#sessions.set(sessionId, { ...kept, session })
    if (snapshot === undefined) return
    const { bytes, runtime, state = null } = snapshot
    const runBytes = kept.runs.reduce((sum, one) => sum + one.byteLength, 0)
    const { added, isRepeatable, steps } = runsAfter({ ...kept, runBytes }, executions, snapshot)
    const runs = added === undefined ? [] : [...kept.runs, added]
    const entry = { ...kept, session, runs, isRepeatable, steps, runtime, state }
    if (bytes === undefined) this.#sessions.set(sessionId, entry)
    else this.#state(entry, bytes)
  }
  #state(kept: SessionEntry, bytes: Uint8Array): void {
    const session = { ...kept.session, snapshotBytes: bytes.byteLength }
    this.#sessions.set(session.sessionId, { ...kept, session, bytes })
  }
  async sessionRuns(sessionId: string) {
    const kept = this.#sessions.get(sessionId)
    return kept?.isRepeatable ? kept.runs : undefined
  }
  async outdatedSessions(runtime: string, limit: number) {
    const all = [...this.#sessions.values()].filter(
      kept => kept.runtime !== undefined && kept.runtime !== runtime,
    )
    all.sort((a, b) => b.session.lastUsedAtMs - a.session.lastUsedAtMs)
    return all.slice(0, limit).map(({ session }) => session.sessionId)
  }
  async replaceSnapshot(sessionId: string, before: string, snapshot: store.SessionSnapshot) {
    const kept = this.#sessions.get(sessionId)
    if (kept?.runtime !== before) return
    const { bytes, runtime } = snapshot
    this.#state({ ...kept, runtime, state: null, steps: 0 }, bytes)
  }
  #hold(sessionId: string, executionId: string): store.HoldOutcome {
    const holder = this.#holders.get(sessionId)
    const outcome = holdOutcome(this.#sessions.has(sessionId), holder, executionId)
    if (outcome === 'held') this.#holders.set(sessionId, executionId)
    return outcome
  }
  async holdSession(sessionId: string, executionId: string) {
    return this.#hold(sessionId, executionId)
  }
  async releaseSession(sessionId: string, executionId: string) {
    if (this.#holders.get(sessionId) === executionId) this.#holders.delete(sessionId)
  }
  async removeSession(sessionId: string) {
    if (this.#holders.has(sessionId)) return false
    this.#sessions.delete(sessionId)
    return true
  }
  async sessionBytes(owner: string) {
    const own = [...this.#sessions.values()].filter(one => one.owner === owner)
    const bytesOf = ({ session, runs }: SessionEntry) =>
      runs.reduce((sum, run) => sum + run.byteLength, SESSION_ROW_BYTES + session.snapshotBytes)
    return own.reduce((sum, kept) => sum + bytesOf(kept), 0)
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

const isDelivered = ({ records }: Entry, seq: number) =>
  records.some(record => record.kind === 'delivery' && record.seq === seq)

const isSame = (a: JournalRecord, b: JournalRecord) =>
  a.kind === b.kind && (a.seq === b.seq || (a.kind === 'delivery' && a.position === b.position))

const endedMs = ({ ending }: Entry) =>
  ending !== undefined && 'endedAtMs' in ending ? ending.endedAtMs : undefined

function newest<T>(
  all: readonly T[],
  placeOf: (one: T) => Place,
  after: Place | undefined,
  limit: number,
): T[] {
  const rest = all.filter(one => after === undefined || isBefore(after, placeOf(one)))
  return rest.sort((a, b) => (isBefore(placeOf(a), placeOf(b)) ? -1 : 1)).slice(0, limit)
}
