/**
 * Stores one execution: in memory as long as it may end with the process, then in the store.
 *
 * Volatile: events go to memory and to watchers at once; records stay with the execution. Durable:
 * records, events and approvals gather here and are written together. They are written before
 * something that depends on them (a call that is made once, an approval that is shown, a park, the
 * end), soon after the answer of a call that is made once, and soon while anything watches.
 * Watchers get events after the commit.
 */

import type { CallApproval } from '../../executor/boundary/call-approval.ts'
import type { JournalRecord } from '../../executor/boundary/journal-record.ts'
import type { CompiledProgram, GuestSession } from '../../executor/boundary/messages.ts'
import type { ExecutionHost, JournalWriter } from '../../executor/boundary/ports.ts'
import type { Redaction } from '../../executor/boundary/redaction.ts'
import type { RunningExecution } from '../../executor/execution/execution.ts'
import type { ExecutionPlan } from '../../executor/execution/execution-plan.ts'
import type { SessionLeft } from '../../executor/execution/session-of-execution.ts'
import type { ExecutionFiles } from '../../executor/files/execution-files.ts'
import type { ExecutionEvent } from '../../protocol/execution/events.ts'
import type { Execution } from '../../protocol/execution/execution.ts'
import { FIRST_EPOCH } from '../store/first-epoch.ts'
import type { Addition, SessionLeaving, Submission, SubmitMode } from '../store/store.ts'
import { RoomWatch } from '../store/until-room.ts'
import { isNothing, nothing } from './held-addition.ts'
import { isRestingPlace, readActive } from './resting-place.ts'
import { leavingOf } from './session-leaving.ts'
import { submissionOf } from './submission-of.ts'
import { WriteTimer } from './write-timer.ts'
import type { WriterDependencies } from './writer-dependencies.ts'

/** More entries than this are written although nothing waits for them. */
const MAX_HELD = 500

/** Writes the records, events, approvals and end of one execution, to memory or to the store. */
export class ExecutionWriter implements JournalWriter, ExecutionHost {
  readonly writer = this
  readonly owner: string
  /** The epoch under which it writes. */
  readonly epoch: number
  readonly webhookUrl: string | undefined
  readonly files: ExecutionFiles | undefined
  #plan: ExecutionPlan
  #deps: WriterDependencies
  #running: RunningExecution | undefined
  #isDurable: boolean
  /** Whether the store has the execution, so that another process can go on with it. */
  #isStored: boolean
  #held = nothing()
  /** The last write under way; all before it have ended when it has. */
  #written: Promise<void> = Promise.resolve()
  #room = new RoomWatch()
  #timer = new WriteTimer(() => this.#writeNow())
  #onStart: () => void = () => {}
  #onQueued: () => void = () => {}
  /** The end event of a volatile execution, published when its session and memory have it. */
  #end: ExecutionEvent | undefined
  #isClosed = false
  /** Approvals that are not stored yet. */
  #unshown = 0
  /** Called when the held entries leave for the store. */
  #onTaken: (() => void)[] = []
  #hasWorker = false
  /** Removes the execution from the file of those that have a worker. */
  #leaveFile: (() => void) | undefined

  /** @param epoch of a claimed execution; absent: a new one */
  constructor(
    plan: ExecutionPlan,
    owner: string,
    webhookUrl: string | undefined,
    deps: WriterDependencies,
    epoch?: number,
  ) {
    this.#plan = plan
    this.owner = owner
    this.webhookUrl = webhookUrl
    this.#deps = deps
    this.files = deps.filesOf?.(plan)
    this.#isDurable = epoch !== undefined
    this.#isStored = epoch !== undefined
    this.epoch = epoch ?? FIRST_EPOCH
  }

  get isDurable(): boolean {
    return this.#isDurable
  }

  get isStored(): boolean {
    return this.#isStored
  }

  readTexts(callNumbers: readonly number[]): Promise<readonly string[]> {
    return this.#deps.store.texts(this.#plan.executionId, callNumbers)
  }

  /** Resolves when a write of the execution waits for room on a full disk; at once when one does. */
  lacksRoom(): Promise<void> {
    return this.#room.lacksRoom()
  }

  get redaction(): Redaction {
    return this.#deps.redaction
  }

  /**
   * Sets the execution of this writer.
   *
   * @param onStart called when it gets a worker
   * @param onQueued called when it waits for a worker, or needs none
   */
  bind(
    running: RunningExecution,
    onStart: () => void = () => {},
    onQueued: () => void = () => {},
  ): void {
    this.#running = running
    this.#onStart = onStart
    this.#onQueued = onQueued
  }

  /** The execution waits for its session or is over, so it needs no worker now. */
  needNoWorker(): void {
    this.#onStart()
    this.#onQueued()
  }

  onQueued(): void {
    this.#onQueued()
  }

  /** Takes a new execution that may end with the process. */
  submitVolatile(): void {
    const running = this.#running as RunningExecution
    const { executionId, source, language } = this.#plan
    const read = () => readActive({ running, writer: this })
    this.#deps.memory.submit({
      executionId,
      owner: this.owner,
      program: { source, language },
      read,
    })
  }

  /** Takes a new execution that may not. */
  async submitDurable(bounds: Pick<Submission, 'key' | 'maxUnderWay'>, mode: SubmitMode) {
    this.#isDurable = true
    const of = { ...this.#submission('queued'), ...bounds }
    const outcome = await this.#deps.store.submit(of, mode)
    this.#isStored = outcome.kind === 'accepted'
    return outcome
  }

  /** Makes a volatile execution durable, with all that has happened; resolves when it is. */
  makeDurable(): Promise<void> {
    if (!this.#isDurable) this.#promote()
    return this.sync()
  }

  onEvent(event: ExecutionEvent): void {
    const { memory, bus } = this.#deps
    bus.happened(event, { createdAtMs: this.#plan.createdAtMs, owner: this.owner })
    if (event.type === 'execution-started' || event.type === 'execution-resumed') this.#onStart()
    // Progress is not stored.
    if (event.type === 'call-progressed') {
      bus.publish(this.owner, event)
      return
    }
    // An approval is visible only when its execution would survive.
    if (event.type === 'approval-requested' && !this.#isDurable) this.#promote()
    const webhook = this.webhookUrl && this.#deps.webhookFor(this.webhookUrl, event)
    if (!this.#isDurable) {
      memory.append(event)
      // A reader of the end may go on in the session, so the state of the session is stored first.
      if (event.type === 'execution-ended') this.#end = event
      else bus.publish(this.owner, event)
      return
    }
    this.#held.events.push(event)
    if (webhook) this.#held.webhooks.push(webhook)
    // The next event may be far away, and a caller may wait for this one.
    if (event.type === 'execution-parked' && isRestingPlace(event))
      setImmediate(() => this.#writeNow())
    else this.#writeSoon()
  }

  onWorkerLost(): void {
    this.#deps.onWorkerLost?.(this.owner)
  }

  onWorker(hasWorker: boolean): void {
    this.#hasWorker = hasWorker
    this.#noteWorker()
  }

  /** Notes whether a durable execution has a worker. */
  #noteWorker(): void {
    if (this.#hasWorker && this.#isDurable) {
      this.#leaveFile ??= this.#deps.runningFile.enter(this.#plan.executionId)
    } else {
      this.#leaveFile?.()
      this.#leaveFile = undefined
    }
  }

  record(record: JournalRecord): void {
    if (!this.#isDurable) return
    this.#held.records.push(record)
    // A call that must not repeat is known by its answer: the answer goes with the next write, or
    // soon.
    this.#writeSoon(record.kind === 'delivery' && record.effect !== 'readOnly')
  }

  program(program: CompiledProgram): void {
    if (this.#isDurable) this.#held.program = JSON.stringify(program)
  }

  /** Stores an approval with the park of its guest, which follows at once if nothing else goes on. */
  showApproval(approval: CallApproval): Promise<void> {
    this.#held.approvals.push(approval)
    this.#unshown++
    this.#timer.startForApproval()
    const taken = Promise.withResolvers<void>()
    this.#onTaken.push(taken.resolve)
    return taken.promise.then(() => this.#written)
  }

  /** Whether an approval that the execution waits for is not stored yet. */
  get isShowing(): boolean {
    return this.#unshown > 0
  }

  expireApproval(approval: CallApproval): void {
    this.#deps.bus.approvalTimedOut(approval)
  }

  sync(): Promise<void> {
    if (!this.#isDurable || this.#isClosed || isNothing(this.#held)) return this.#written
    const { store } = this.#deps
    const addition = this.#take()
    return this.#write(addition, () => store.append(this.#plan.executionId, this.epoch, addition))
  }

  /**
   * Parks a waiting execution until `wakeAtMs`, or its deadline.
   *
   * @returns `ready` when it can go on at once; the instant of the next look at it
   */
  async park(untilMs: number): Promise<{ kind: 'parked' | 'ready'; wakeAtMs: number }> {
    const { executionId, createdAtMs, limits } = this.#plan
    const addition = { ...this.#take(), usage: this.#usage() }
    const wakeAtMs = Math.min(untilMs, createdAtMs + limits.wallMs)
    let kind: 'parked' | 'ready' = 'parked'
    await this.#write(addition, async () => {
      kind = await this.#deps.store.park(executionId, this.epoch, { ...addition, wakeAtMs })
    })
    return { kind, wakeAtMs }
  }

  /**
   * Stops writing: this process gives the execution up. Pending additions are dropped; a resume
   * repeats them.
   */
  close(): void {
    this.#take()
    this.#isClosed = true
  }

  /**
   * Stores the end of an execution, or that it is stuck.
   *
   * @param left what it has left to its session
   * @param onStored called before any watcher gets the end
   */
  async finish(execution: Execution, left: SessionLeft, onStored: () => void): Promise<void> {
    const { store, memory, bus, sessions } = this.#deps
    const { sessionId, executionId } = this.#plan
    if (!this.#isDurable) {
      const leaving = await this.#leave(left, execution)
      const save = (id: string) => this.#room.write(() => sessions.save(id, executionId, leaving))
      if (sessionId !== undefined) await save(sessionId)
      if ('endedAtMs' in execution) memory.finish(execution)
      onStored()
      if (this.#end !== undefined) bus.publish(this.owner, this.#end)
      return
    }
    // First: another write must not include the end, which belongs to this commit alone.
    const addition = { ...this.#take(), usage: this.#usage() }
    const snapshot = await this.#leave(left, execution)
    const ending = { ...addition, execution, ...(snapshot && { snapshot }) }
    await this.#write(addition, async () => {
      await store.finish(executionId, this.epoch, ending)
      onStored()
    })
  }

  async #leave(left: SessionLeft, execution: Execution): Promise<SessionLeaving | undefined> {
    if (left.snapshot === undefined && left.state === undefined) return undefined
    const kept = (this.#running as RunningExecution).kept()
    return await leavingOf(this.#plan, execution, left, kept, this.#deps)
  }

  /** Makes an execution that cannot be stored volatile again, so that its end can be read. */
  demote(): void {
    this.#isDurable = false
    this.#noteWorker()
    for (const event of this.#take().events ?? []) this.#deps.memory.append(event)
    this.#written = Promise.resolve()
  }

  async openSession(isWhole: boolean): Promise<GuestSession | undefined> {
    const { sessionId } = this.#plan
    return sessionId === undefined ? undefined : await this.#deps.sessions.open(sessionId, isWhole)
  }

  #promote(): void {
    const { memory, store } = this.#deps
    const { executionId } = this.#plan
    this.#isDurable = true
    this.#noteWorker()
    const events = memory.events(executionId, 0)
    const { records, startedAtMs, program } = (this.#running as RunningExecution).kept()
    const submission: Submission = {
      ...this.#submission(startedAtMs === undefined ? 'queued' : 'running'),
      events: [...events],
      // A copy: the journal grows, and later records are written by themselves. None of their texts
      // is in a store yet.
      records: [...records] as JournalRecord[],
      usage: this.#usage(),
      ...(startedAtMs !== undefined && { startedAtMs, runtime: this.#runtime }),
      ...(program && { program: JSON.stringify(program) }),
    }
    // An empty addition: the events up to here were published when they happened.
    this.#write({}, async () => {
      await store.submit(submission)
      this.#isStored = true
      memory.remove(executionId)
      this.#running?.release(submission.records ?? [])
    }).catch(error => this.#running?.abandon(error))
  }

  #submission(state: Submission['state']): Submission {
    const { owner, webhookUrl } = this
    return submissionOf(this.#plan, { owner, webhookUrl, runtime: this.#runtime }, state)
  }

  /** Writes, and then notifies watchers. Writes of one execution reach the store in order. */
  #write(addition: Addition, write: () => Promise<void>): Promise<void> {
    // One after the other: of two concurrent writes the store could take the second and refuse the
    // first.
    const persisted = this.#written.then(() => this.#room.write(write))
    const written = persisted.then(() => {
      this.#unshown -= addition.approvals?.length ?? 0
      this.#running?.release(addition.records ?? [])
      for (const event of addition.events ?? []) this.#deps.bus.publish(this.owner, event)
      if (addition.webhooks !== undefined && addition.webhooks.length > 0) this.#deps.onWebhooks()
    })
    this.#written = written
    return written
  }

  #take(): Addition {
    this.#timer.stop()
    const held = this.#held
    this.#held = nothing()
    for (const onTaken of this.#onTaken.splice(0)) onTaken()
    const startedAtMs = this.#running?.startedAtMs
    if (startedAtMs === undefined) return held
    return { ...held, startedAtMs, runtime: this.#runtime }
  }

  /** Tag of what the execution runs on. */
  get #runtime(): string {
    return this.#deps.runtimes.of(this.#plan.language).replay
  }

  #usage(): string {
    return JSON.stringify((this.#running as RunningExecution).usage)
  }

  #writeSoon(isDue = false): void {
    const isMuch = this.#held.records.length + this.#held.events.length > MAX_HELD
    const isWanted = isMuch || this.#deps.bus.isWatched(this.#plan.executionId)
    // Other daemons see only what the store has.
    if (!isWanted && !isDue && this.#deps.store.sharing === undefined) return
    this.#timer.start(isWanted)
  }

  #writeNow(): void {
    this.sync().catch(error => this.#running?.abandon(error))
  }
}
