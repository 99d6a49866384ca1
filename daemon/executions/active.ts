/**
 * The executions in memory. They run, are evicted when they can only wait, and come back from the
 * store.
 *
 * Each execution is in one of these places, and moves between them as the arrows say:
 *
 *     submitted ─▶ live ─▶ ended, or stuck
 *                  ▲  │ evicted: `leaving`, from the write to the store to its answer
 *                  │  ▼
 *     loading ◀─ store ◀─▶ (a decision, an instant, a restart: claimed by `ClaimLoop`)
 *
 * One change of place at a time: a caller that finds an execution loading or leaving waits for it.
 */

import type { RunningExecution } from '../../executor/execution/execution.ts'
import type { ExecutionPlan } from '../../executor/execution/execution-plan.ts'
import { OwnerCounts } from '../../protocol/base/owner-counts.ts'
import { within } from '../../protocol/base/within.ts'
import type { Claimed } from '../store/claim-facts.ts'
import type { DaemonLoad } from '../store/daemon-load.ts'
import { AT_ONCE_MS } from '../store/rules/standing.ts'
import type { ClaimedExecution } from '../store/store.ts'
import { IdleCollector } from '../upkeep/idle-collector.ts'
import { ClaimLoop, shareOf } from './claim-loop.ts'
import { Decisions } from './decisions.ts'
import { memoryLoad } from './memory-load.ts'
import { Obstacles } from './obstacles.ts'
import type { OtherDaemons } from './other-daemons.ts'
import { quarantine, type RestoreDependencies, restoreExecution } from './restore-execution.ts'
import { newsFor } from './shared-news.ts'
import { SharedWork } from './shared-work.ts'
import { isDamage, isForAnother } from './store-refusals.ts'
import type { ExecutionWriter } from './writer.ts'

/** What {@link ActiveExecutions} works with. */
export interface ActiveDependencies extends RestoreDependencies {
  /** Called with an execution that comes into memory; returns a function to call when it leaves. */
  readonly enter: (plan: ExecutionPlan, writer: ExecutionWriter) => () => void
  /** Whether the memory has room for more executions. */
  readonly hasRoom?: () => boolean
  /** The other daemons over the store, which have workers too; absent: there are none. */
  readonly others?: OtherDaemons | undefined
}

/** An execution in memory. */
export interface ActiveExecution {
  readonly plan: ExecutionPlan
  readonly running: RunningExecution
  readonly writer: ExecutionWriter
  /** Resolves when it has ended, is stuck, or was evicted. */
  readonly settled: Promise<void>
  /** Whether it is on its way to the store. */
  isEvicting: boolean
}

/** A stored execution on its way from the store. */
type Loaded = ReturnType<ActiveDependencies['store']['journal']>

/** Starts, resumes, evicts and drains the executions in memory. */
export class ActiveExecutions {
  #deps: ActiveDependencies
  #live = new Map<string, ActiveExecution>()
  /** The ids of the executions in memory. */
  readonly ids: () => Iterable<string> = () => this.#live.keys()
  /**
   * Loads from the store that are under way. A caller that finds none may begin one at once, and
   * only then: of several callers that wait for one load, the first may have begun another.
   */
  #loading = new Map<string, Promise<void>>()
  /** New ones without an owner yet, so that a long queue takes no memory but their ids. */
  #queued = new Map<string, () => void>()
  #queuedOwners = new OwnerCounts()
  #liveOwners = new OwnerCounts()
  #claims: ClaimLoop
  #obstacles: Obstacles
  /** Decides approvals, and has the executions that waited for them go on. */
  readonly decisions: Decisions
  /** Shares the executions that wait in the store between this daemon and the others. */
  readonly work: SharedWork
  #collector: IdleCollector
  #isDraining = false

  constructor(deps: ActiveDependencies) {
    this.#deps = deps
    this.#collector = new IdleCollector([deps.pool, deps.store])
    this.#obstacles = new Obstacles(deps, (error, executionId) => {
      if (!this.#isDraining) deps.onFault(error, executionId)
    })
    this.#claims = new ClaimLoop({
      store: deps.store,
      resume: (claimed, loaded) => this.#resumeOrQuarantine(claimed, loaded),
      onFault: deps.onFault,
      now: deps.now ?? Date.now,
      ...(deps.store.sharing && { maxLoaded: () => shareOf(deps.pool) }),
      claimsAfterMs: () => this.work.claimsAfterMs(),
      ...(deps.hasRoom && { hasRoom: deps.hasRoom }),
    })
    const { pool, others } = deps
    this.work = new SharedWork({ claims: this.#claims, pool, others })
    const places = { live: this.#live, loading: this.#loading, claims: this.#claims }
    const between = { work: this.work, others }
    this.decisions = new Decisions(deps.store, { ...places, ...between }, deps.now ?? Date.now)
  }

  get(executionId: string): ActiveExecution | undefined {
    return this.#live.get(executionId)
  }

  /** About how many bytes their calls hold. */
  get heldBytes(): number {
    return sumOfBytes(this.#live.values())
  }

  /** About how many bytes the calls of an owner's executions hold. */
  heldBytesOf(owner: string): number {
    return sumOfBytes(this.#live.values().filter(({ writer }) => writer.owner === owner))
  }

  /** How many are in memory. */
  get size(): number {
    return this.#live.size
  }

  /** New executions that wait for a worker. */
  get queued(): number {
    return this.#deps.pool.queued + this.#queued.size
  }

  /** As {@link queued}, of one owner. */
  queuedOf(owner: string): number {
    return this.#deps.pool.queuedOf(owner) + this.#queuedOwners.of(owner)
  }

  /** Executions of an owner that are in memory, or new and on their way there. */
  sizeOf(owner: string): number {
    return this.#liveOwners.of(owner) + this.#queuedOwners.of(owner)
  }

  /** The load of this daemon, for the other daemons. */
  get inMemory(): DaemonLoad {
    const owners = [...this.#liveOwners.all.keys(), ...this.#queuedOwners.all.keys()]
    return memoryLoad(this, this.#deps.pool, this.#live.values(), owners)
  }

  /** Gives memory back when nothing runs, from now on: see {@link IdleCollector}. */
  shrinkWhenIdle(): void {
    this.#collector.start()
  }

  /** Resumes the executions of an earlier process. */
  async recover(): Promise<void> {
    const { store, runningFile, bus, now = Date.now, runtimes } = this.#deps
    const { stuck } = await store.open({
      nowMs: now(),
      ran: runningFile.lost,
      runtime: runtimes.main.replay,
    })
    for (const one of stuck) bus.happened(one.event, one)
    const subjects = { live: this.#live, loading: this.#loading, queued: this.#queued }
    const unqueue = (id: string) => this.#unqueue(id)
    const look = () => this.#claims.look()
    const acts = { unqueue, look, load: () => this.inMemory, offer: () => this.work.offer() }
    store.sharing?.watch(newsFor(this.#deps, { ...subjects, ...acts }))
    look()
  }

  /** Whether a new durable execution has to wait in the store. @param arriving others that are being stored */
  isLongQueueOf(owner: string, arriving: number): boolean {
    const { pool, store } = this.#deps
    const isBusy = pool.active + pool.queued + arriving >= pool.workers
    // Another daemon may have a worker for it.
    return pool.queuedOf(owner) >= MAX_QUEUED_IN_MEMORY || (isBusy && store.sharing !== undefined)
  }

  /** Counts an execution that `store` stores without an owner; `store` says whether it is new. */
  async queue(executionId: string, owner: string, store: () => Promise<boolean>): Promise<void> {
    this.#queued.set(executionId, this.#queuedOwners.add(owner))
    let isNew = false
    try {
      isNew = await store()
    } finally {
      if (!isNew) this.#unqueue(executionId)
    }
    this.work.offer()
  }

  #unqueue(executionId: string): void {
    this.#queued.get(executionId)?.()
    this.#queued.delete(executionId)
  }

  /** Resumes the executions of the store that can go on, when it is their turn. */
  resume(): void {
    this.#claims.look()
  }

  /** An execution of another daemon has let go of its session. */
  onSessionFreed(sessionId: string): void {
    this.#deps.sessions.freed(sessionId)
    this.#claims.sessionFreed()
  }

  /** Brings an execution of the store into memory; one that has ended, or another daemon has, stays. */
  async load(executionId: string): Promise<void> {
    while (this.#loading.has(executionId)) await this.#loading.get(executionId)
    if (this.#live.has(executionId)) return
    await this.#track(executionId, async () => {
      const taken = await this.#deps.store.take(executionId)
      if (taken === undefined) return
      const claimed = await this.#read(taken)
      if (claimed !== undefined) this.start(...restoreExecution(this.#deps, claimed, () => {}))
    })
  }

  /**
   * Gives running executions `drainMs` to end. Then durable ones are evicted, to resume after the
   * next start, and the others are cancelled.
   */
  async drain(drainMs: number): Promise<void> {
    this.#isDraining = true
    await this.#claims.stop()
    this.#collector.stop()
    const all = () => Promise.allSettled(Array.from(this.#live.values(), live => live.settled))
    await Promise.all(this.#loading.values())
    await within(all(), drainMs, () => {})
    for (const { running, writer } of this.#live.values()) {
      if (writer.isDurable) running.suspend()
      else running.cancel('The daemon is stopping')
    }
    await all()
  }

  /** Starts an execution as soon as a worker is free. */
  start(plan: ExecutionPlan, running: RunningExecution, writer: ExecutionWriter): void {
    const { executionId } = plan
    const { promise: settled, resolve, reject } = Promise.withResolvers<void>()
    // Callers that wait get it as well.
    settled.catch(error => this.#deps.onFault(error, executionId))
    const live: ActiveExecution = { plan, running, writer, settled, isEvicting: false }
    this.#live.set(executionId, live)
    this.#run(live).then(resolve, reject)
  }

  async #run(live: ActiveExecution): Promise<void> {
    const { running, writer } = live
    const { executionId, sessionId } = live.plan
    const { sessions } = this.#deps
    const use = sessionId === undefined ? undefined : { sessionId, executionId }
    const uncount = this.#liveOwners.add(writer.owner)
    const leave = this.#deps.enter(live.plan, writer)
    const onStored = (isEnded: boolean) => {
      // A stuck execution goes on from the state of its session, which must not change.
      if (use !== undefined && isEnded) {
        sessions.release(use)
        this.#claims.sessionFreed()
        this.#deps.others?.sessionFreed(use.sessionId)
      }
      this.#live.delete(executionId)
      uncount()
    }
    try {
      const turn = use && sessions.wait(use, running.left)
      if (turn !== undefined) {
        writer.needNoWorker()
        await turn
      }
      for (;;) {
        const end = await running.run()
        if (end.kind !== 'waiting') {
          const left = end.kind === 'ended' ? end : {}
          await writer.finish(end.execution, left, () => onStored(end.kind === 'ended'))
          return
        }
        live.isEvicting = true
        const { kind, wakeAtMs } = await writer.park(end.wakeAtMs)
        if (kind === 'ready' && !this.#isDraining) {
          live.isEvicting = false
          continue
        }
        running.evict()
        writer.close()
        this.#claims.wakeAt(wakeAtMs)
        return
      }
    } catch (error) {
      if (this.#isDraining || isForAnother(error)) throw error
      this.#deps.onFault(error, executionId)
      running.evict()
      if (writer.isStored) {
        // The store has a complete state of it: it goes on from there.
        writer.close()
        // A text of its journal may be on a damaged page, which shows when the guest takes it.
        const { owner, epoch } = writer
        if (isDamage(error)) await quarantine(this.#deps, { executionId, owner, epoch })
        else this.#claims.giveBack({ executionId, owner, epoch })
      } else {
        writer.demote()
        await writer.finish(running.lose(error), {}, () => onStored(true))
      }
    } finally {
      writer.needNoWorker()
      this.#live.delete(executionId)
      if (use !== undefined) sessions.left(use)
      uncount()
      leave()
      this.work.onFree()
      this.#collector.count(this.#live.size === 0)
    }
  }

  async #resumeOrQuarantine(claimed: Claimed, loaded?: Loaded): Promise<void> {
    try {
      await this.#resume(claimed, loaded)
    } catch (error) {
      if (!isDamage(error)) throw error
      await quarantine(this.#deps, claimed)
    }
  }

  /** Reads a claimed execution from the store; `undefined`: it has a newer owner by now. */
  async #read(
    { executionId, epoch }: Claimed,
    loaded: Loaded = this.#deps.store.journal(executionId),
  ): Promise<ClaimedExecution | undefined> {
    this.#unqueue(executionId)
    const found = await loaded
    return found?.epoch === epoch ? found : undefined
  }

  /** Resumes an execution that was claimed. Resolves when it has a worker, or needs none. */
  async #resume(claimed: Claimed, loaded?: Loaded): Promise<void> {
    const { executionId, epoch } = claimed
    // It may still be in memory here: the store has just answered its park. Its faults are reported there.
    await this.#live.get(executionId)?.settled.catch(() => {})
    if (this.#isDraining) {
      await this.#deps.store.giveBack(executionId, epoch, AT_ONCE_MS)
      return
    }
    const { promise, resolve } = Promise.withResolvers<void>()
    await this.#track(executionId, async () => {
      const execution = await this.#read(claimed, loaded)
      if (execution === undefined) return
      const obstacle = await this.#obstacles.of(execution)
      if (obstacle !== undefined) return await quarantine(this.#deps, claimed, obstacle)
      const { sessionId } = execution
      if (sessionId !== undefined) this.#deps.sessions.took({ sessionId, executionId })
      this.start(...restoreExecution(this.#deps, execution, resolve))
    })
    await Promise.race([promise, this.#live.get(executionId)?.settled])
  }

  async #track(executionId: string, load: () => Promise<void>): Promise<void> {
    const loading = load()
    this.#loading.set(
      executionId,
      loading.catch(() => {}),
    )
    try {
      await loading
    } finally {
      this.#loading.delete(executionId)
    }
  }
}

/** Queued executions of one owner in memory, some kilobytes each; the rest of a queue waits in the store. */
const MAX_QUEUED_IN_MEMORY = 64

const sumOfBytes = (all: IteratorObject<ActiveExecution>) =>
  all.reduce((sum, { running }) => sum + running.heldBytes, 0)
