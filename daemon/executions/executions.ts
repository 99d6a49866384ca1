/** The executions of a daemon, as its callers see them: admitted, read, watched, cancelled. */

import type { RunningExecution } from '../../executor/execution/execution.ts'
import type { ExecutionPlan } from '../../executor/execution/execution-plan.ts'
import { LatchdError } from '../../protocol/errors.ts'
import type { ExecutionEvent } from '../../protocol/execution/events.ts'
import type { Execution, ExecutionSource } from '../../protocol/execution/execution.ts'
import { isEnded } from '../../protocol/execution/status.ts'
import type { Tool } from '../../protocol/tool/tool.ts'
import type { Caller } from '../auth/caller.ts'
import { readPlan } from '../replay/stored-plan.ts'
import type { Page } from '../store/page.ts'
import type { HeldMemory } from '../upkeep/memory-guard.ts'
import { type ActiveExecution, ActiveExecutions } from './active.ts'
import { Admission, type AdmissionBounds, type Arrival, type Arriving } from './admission.ts'
import type { Decisions } from './decisions.ts'
import { Elsewhere } from './elsewhere.ts'
import { EventStreams } from './event-streams.ts'
import { listExecutions, type PageQuery } from './execution-lists.ts'
import { Finding } from './finding.ts'
import { Nesting } from './nesting.ts'
import { isRestingPlace } from './resting-place.ts'
import { Submissions, type SubmissionsDependencies, type SubmitOptions } from './submissions.ts'

/** Options of {@link Executions}. */
export interface ExecutionsOptions extends SubmissionsDependencies, AdmissionBounds {}

/** The executions of a daemon. */
export class Executions {
  /** The executions that calls of executions have begun. */
  readonly nesting: Nesting
  #options: ExecutionsOptions
  #live: ActiveExecutions
  #submissions: Submissions
  #streams: EventStreams
  #isDraining = false
  #admission: Admission
  #elsewhere: Elsewhere
  #finding: Finding

  constructor(options: ExecutionsOptions) {
    this.#options = options
    this.#live = new ActiveExecutions(options)
    this.#elsewhere = new Elsewhere(options, id => this.#live.get(id) !== undefined)
    const writerOf = (id: string) => this.#live.get(id)?.writer
    this.#streams = new EventStreams(options, writerOf, this.#elsewhere)
    this.#admission = new Admission(options, this.#live)
    this.#submissions = new Submissions(options, this.#live, this.#admission)
    this.#finding = new Finding(options, this.#live)
    this.nesting = new Nesting(options, this.#finding, this.#streams)
  }

  /** Resumes the executions of an earlier process. */
  recover(): Promise<void> {
    return this.#live.recover()
  }

  /** See {@link ActiveExecutions.shrinkWhenIdle}. */
  shrinkWhenIdle(): void {
    this.#live.shrinkWhenIdle()
  }

  /** Another daemon says that something can be claimed. */
  onOffered(): void {
    this.#live.work.onOffered()
  }

  /** An execution of another daemon has let go of its session. */
  onSessionFreed(sessionId: string): void {
    this.#live.onSessionFreed(sessionId)
  }

  /** How the ids of this daemon's executions begin, after `exe_`; empty for a daemon by itself. */
  get idPrefix(): string {
    return this.#options.others?.idPrefix ?? ''
  }

  /** Executions in memory that have not ended. */
  get liveCount(): number {
    return this.#live.size
  }

  /** About how many bytes the calls of a caller's executions hold. */
  heldBytesOf(owner: string): number {
    return this.#live.heldBytesOf(owner)
  }

  /** The places where executions and readers hold memory, in bytes. */
  readonly held: HeldMemory = {
    calls: () => this.#live.heldBytes,
    ended: () => this.#options.memory.endedBytes,
    events: () => this.#streams.heldBytes,
  }

  /** New executions that wait for a worker. */
  get queued(): number {
    return this.#live.queued
  }

  get isDraining(): boolean {
    return this.#isDraining
  }

  /** The executions that the store may not have. */
  readonly inMemory = () => [...this.#live.ids(), ...this.#options.memory.ids]

  /** The execution if it is in memory. */
  live(executionId: string): RunningExecution | undefined {
    return this.#live.get(executionId)?.running
  }

  /**
   * Admits an execution and starts it as soon as a worker is free.
   *
   * @returns its id; for a known idempotency key, the id of the first execution
   * @throws {LatchdError} `QUEUE_FULL`, `TOKEN_LIMIT_EXCEEDED`, `WORKER_ABUSE`, `DRAINING`,
   *   `IDEMPOTENCY_KEY_REUSED`, `GONE`, `STORE_FULL`, `WEBHOOKS_FULL`, `INVALID_REQUEST` for a
   *   webhook that is not allowed
   */
  async submit(plan: ExecutionPlan, caller: Caller, options: SubmitOptions): Promise<string> {
    if (this.#isDraining)
      throw new LatchdError('DRAINING', 'Cannot take an execution: the daemon is stopping')
    return await this.#submissions.submit(plan, caller, options)
  }

  /**
   * Counts other work that takes a worker, such as a replay, as an execution of the caller.
   *
   * @throws {LatchdError} as {@link submit}, for a caller that is at a limit
   */
  enter(caller: Caller, arriving: Arriving): Arrival {
    return this.#admission.enter(caller, arriving)
  }

  /** A tool of an execution, as its programs see it; `undefined` when it is not known any more. */
  async toolOf(executionId: string, name: string): Promise<Tool | undefined> {
    const { toolbox } = this.#live.get(executionId)?.plan ?? {}
    if (toolbox !== undefined) return toolbox.find(name)
    const journal = await this.#options.store.journal(executionId)
    if (journal === undefined) return undefined
    return readPlan(
      journal,
      this.#options.tools.current,
      this.#options.clientTool,
    ).plan.toolbox.find(name)
  }

  /**
   * Makes a running execution durable.
   *
   * @returns whether it was not in the store before
   * @throws {LatchdError} `STORE_FULL`: it goes on, and becomes durable when there is room
   */
  async makeDurable(executionId: string): Promise<boolean> {
    const live = this.#live.get(executionId)
    if (live === undefined || live.writer.isStored) return false
    await this.#untilKept(live, live.writer.makeDurable())
    return true
  }

  /** Resolves with a write. @throws {LatchdError} `STORE_FULL` when it waits for room */
  async #untilKept({ plan, writer }: ActiveExecution, write: Promise<void>): Promise<void> {
    const isFull = await Promise.race([write, writer.lacksRoom().then(() => true)])
    if (isFull !== true) return
    const message = `Cannot store ${plan.executionId} now: the disk is full; it is stored as soon as there is room`
    throw new LatchdError('STORE_FULL', message)
  }

  /** Takes decisions to the store and to their executions. */
  get decisions(): Decisions {
    return this.#live.decisions
  }

  /**
   * The execution as it stands; with `waitMs` as soon as it ends or waits for a person within that
   * time.
   *
   * @throws {LatchdError} `NOT_FOUND`, also for the execution of another caller
   */
  async get(executionId: string, caller: Caller, waitMs = 0): Promise<Execution> {
    if (waitMs === 0) return (await this.#finding.find(executionId, caller)).execution
    let changed = Promise.withResolvers<ExecutionEvent | undefined>()
    const onEvent = (event: ExecutionEvent) => {
      if (isRestingPlace(event)) changed.resolve(event)
    }
    const unwatch = this.#elsewhere.await(executionId, onEvent, () => changed.resolve(undefined))
    let hasTimedOut = false
    const timer = setTimeout(() => {
      hasTimedOut = true
      changed.resolve(undefined)
    }, waitMs)
    // The caller may have left: a daemon that has stopped does not wait for it.
    timer.unref()
    try {
      for (;;) {
        changed = Promise.withResolvers()
        const { execution } = await this.#finding.find(executionId, caller)
        if (hasTimedOut || (await this.#finding.isResting(execution))) return execution
        const event = await changed.promise
        if (event?.type === 'execution-ended') return event.execution
      }
    } finally {
      clearTimeout(timer)
      unwatch()
    }
  }

  /** The source of an execution. @throws {LatchdError} `NOT_FOUND` */
  source(executionId: string, caller: Caller): Promise<ExecutionSource> {
    return this.#finding.source(executionId, caller)
  }

  /** A page of a caller's executions: see {@link listExecutions}. */
  list(query: PageQuery, caller: Caller): Promise<Page<Execution>> {
    return listExecutions(this.#options, query, caller.seesAll ? undefined : caller.name)
  }

  /** Cancels an execution and returns it; an ended one stays as it is. */
  async cancel(executionId: string, caller: Caller): Promise<Execution> {
    // In a loop: an execution on its way to the store is reached by no cancel at that moment.
    for (;;) {
      const { execution } = await this.#finding.find(executionId, caller)
      if (isEnded(execution)) return execution
      if (execution.status === 'stuck') await this.#options.store.retry(executionId)
      await this.#live.load(executionId)
      const live = this.#live.get(executionId)
      if (live === undefined) await this.#elsewhere.cancel(executionId, caller)
      live?.running.cancel()
      await (live && this.#untilKept(live, live.settled))
    }
  }

  /**
   * Lets a stuck execution go on.
   *
   * @throws {LatchdError} `NOT_FOUND`, `CONFLICT` when it is not stuck
   */
  async retry(executionId: string, caller: Caller): Promise<Execution> {
    const { execution } = await this.#finding.find(executionId, caller)
    if (!(await this.#options.store.retry(executionId))) {
      throw new LatchdError(
        'CONFLICT',
        `Cannot retry execution ${executionId}: it is ${execution.status}, not stuck`,
      )
    }
    this.#live.resume()
    return (await this.#finding.find(executionId, caller)).execution
  }

  /** Removes an ended execution. @throws {LatchdError} `NOT_FOUND`, `CONFLICT` when it goes on */
  async remove(executionId: string, caller: Caller): Promise<void> {
    const { execution } = await this.#finding.find(executionId, caller)
    if (!isEnded(execution)) {
      throw new LatchdError(
        'CONFLICT',
        `Cannot remove execution ${executionId}: it is ${execution.status}; cancel it first`,
      )
    }
    const { memory, store, others } = this.#options
    if (memory.has(executionId)) return memory.remove(executionId)
    if ((await others?.remove(executionId, caller)) !== true) await store.remove(executionId)
  }

  /**
   * The events after a sequence number, then the live ones: see {@link EventStreams.of}.
   *
   * @throws {LatchdError} `NOT_FOUND`, `INVALID_REQUEST` for a number that no event has so far
   */
  async events(
    executionId: string,
    caller: Caller,
    after: number,
  ): Promise<AsyncIterableIterator<ExecutionEvent> | undefined> {
    const { execution } = await this.#finding.find(executionId, caller)
    return await this.#streams.of(execution, after)
  }

  /** The events of all executions of a caller, from now on: see {@link EventStreams.all}. */
  allEvents(caller: Caller): Promise<AsyncIterableIterator<ExecutionEvent>> {
    return this.#streams.all(caller)
  }

  /**
   * Takes no new work, and lets running executions end or be evicted: see {@link
   * ActiveExecutions.drain}.
   */
  async drain(drainMs: number): Promise<void> {
    this.#isDraining = true
    await this.#live.drain(drainMs)
  }
}
