/**
 * The worker threads: leases one to each execution, in order, and replaces those that are lost.
 *
 * Piscina keeps the threads: it starts them, and another one in the place of one that ends. Its one
 * task for each is the thread's lane (`lanes.ts`), which carries the executions. The queue is ours
 * (`scheduler.ts`).
 */

import { once } from 'node:events'
import { getCompileCacheDir } from 'node:module'
import { availableParallelism } from 'node:os'
import { dirname } from 'node:path'
import { Piscina } from 'piscina'
import { PRESSURE, PRESSURE_BYTES } from '../../protocol/latch.ts'
import {
  ForgedMessage,
  type GuestPool,
  type GuestReader,
  type GuestWork,
  type PoolRun,
  SharedLoss,
} from '../boundary/guest-pool.ts'
import type { LaneStart } from '../boundary/lane-frames.ts'
import type { GuestMessage, GuestReport } from '../boundary/messages.ts'
import type { WorkerStatistics } from '../boundary/worker-statistics.ts'
import { type EngineName, engines } from '../engine/engine.ts'
import type { WorkerStart } from '../worker/entry.ts'
import { BeginWatch } from './begin-watch.ts'
import { GuestRun } from './guest-run.ts'
import { Lanes } from './lanes.ts'
import { PoolThreads } from './pool-threads.ts'
import { readStatistics } from './read-statistics.ts'
import { WorkerScheduler } from './scheduler.ts'
import { ShortTurns } from './short-turns.ts'
import type { ThreadLane } from './thread-lane.ts'

/** Options of a {@link WorkerPool}; tests use most of them. */
export interface PoolOptions {
  /** Every guest parks at every wait: for tests. */
  readonly parksAlways?: boolean
  /** Module that worker threads begin with, instead of ours: for tests. */
  readonly entry?: string
  /**
   * How often a thread goes from the executions of one caller to those of another before it is
   * replaced by a new one; 0: never. As often as it comes when absent: an app has one caller.
   */
  readonly maxCallerChanges?: number
  /** The engine of its guests; `quickjs` when absent. */
  readonly engine?: EngineName
  /** Whether waits may spin where there are cores to spare; `true` when absent. */
  readonly spins?: boolean
  /** As of a {@link WorkerScheduler}. */
  readonly keepsOne?: boolean
  /** Called when the first thread, or the process, has been started; it is not ready yet. */
  readonly onLaunch?: () => void
}

/** Believes what is sent: for tests, whose programs do not escape. */
const believing: GuestReader = {
  message: sent => contentOf(sent) as GuestMessage,
  report: sent => contentOf(sent) as GuestReport,
}

const contentOf = (sent: unknown): unknown => (typeof sent === 'string' ? JSON.parse(sent) : sent)

/** A pool whose workers are threads of this process. */
export class WorkerPool implements GuestPool {
  readonly isolation = 'thread'
  readonly workers: number
  #parksAlways: boolean
  /** Guests at work while waits may spin. */
  #maxSpinning: number
  #entry: string | undefined
  #engine: EngineName
  #maxCallerChanges: number
  #lanes: Lanes | undefined
  #scheduler: WorkerScheduler
  /** Guests that hold a worker. */
  #active = new Set<GuestRun>()
  #waiting = 0
  #waitingElsewhere = 0
  #pressure = new Int32Array(new SharedArrayBuffer(PRESSURE_BYTES))
  #ready: Promise<void> | undefined
  #readerOf: (work: GuestWork) => GuestReader
  #beginnings = new BeginWatch()
  #onLaunch: (() => void) | undefined

  /**
   * @param workers threads, at least 1
   * @param readerOf makes the reader of a run's messages; one that believes them when absent
   */
  constructor(
    workers: number,
    {
      parksAlways = false,
      entry,
      maxCallerChanges = Infinity,
      engine = 'quickjs',
      spins = true,
      keepsOne = false,
      onLaunch,
    }: PoolOptions = {},
    readerOf: (work: GuestWork) => GuestReader = () => believing,
  ) {
    this.workers = workers
    this.#readerOf = readerOf
    this.#maxCallerChanges = maxCallerChanges
    this.#parksAlways = parksAlways
    // One core is the event loop's.
    this.#maxSpinning = spins ? availableParallelism() - 1 : 0
    this.#entry = entry
    this.#engine = engine
    this.#onLaunch = onLaunch
    const onPressure = (waiting: number) => {
      this.#waiting = waiting
      this.#reportPressure()
    }
    this.#scheduler = new WorkerScheduler(workers, onPressure, { keepsOne })
  }

  get queued(): number {
    return this.#scheduler.queued
  }

  queuedOf(owner: string): number {
    return this.#scheduler.queuedOf(owner)
  }

  hasFree(owner: string): boolean {
    return this.#scheduler.hasFree(owner)
  }

  reserve(owner: string): () => void {
    return this.#scheduler.reserve(owner)
  }

  get resuming(): number {
    return this.#scheduler.resuming
  }

  get active(): number {
    return this.#scheduler.active
  }

  get isPressed(): boolean {
    return this.#scheduler.isPressed
  }

  start(): Promise<void> {
    this.#ready ??= this.#start()
    return this.#ready
  }

  async #start(): Promise<void> {
    const cacheOfThisVersion = getCompileCacheDir()
    const host = await engines[this.#engine].openHost()
    const workerData: WorkerStart = {
      engine: this.#engine,
      baseSnapshot: await host.baseSnapshot(),
      pressure: this.#pressure.buffer,
      parksAlways: this.#parksAlways,
    }
    const extension = import.meta.url.slice(import.meta.url.lastIndexOf('.'))
    const threads = new PoolThreads()
    const pool = new Piscina<LaneStart, unknown>({
      filename: this.#entry ?? new URL(`../worker/entry${extension}`, import.meta.url).href,
      // The first is ready sooner without the others beside it.
      minThreads: 1,
      maxThreads: this.workers,
      // One that has no lane yet is about to get it.
      idleTimeout: Infinity,
      // A thread has one task, and sleeps on its own latch between the executions.
      atomics: 'disabled',
      // Loading through the app's compile cache takes a quarter of the time.
      // `executor/worker/entry.ts` deletes the variable.
      env: cacheOfThisVersion ? { NODE_COMPILE_CACHE: dirname(cacheOfThisVersion) } : {},
      // The app's own preloads do not belong in a worker, and may need an environment. Under Node's
      // permissions they have to stay: an empty list lifts every restriction of the thread
      // (measured).
      ...(process.permission === undefined && { execArgv: [] }),
      resourceLimits: { ...engines[this.#engine].threadLimits },
      recordTiming: false,
      loadBalancer: (task, workers) => threads.choose(task, workers),
      workerData,
    })
    threads.attach(pool)
    const created = once(pool, 'workerCreate')
    const turns = new ShortTurns(availableParallelism())
    const lanes = new Lanes(pool, this.#maxCallerChanges, turns)
    this.#lanes = lanes
    pool.on('error', error => lanes.fail(error))
    this.#onLaunch?.()
    // Before that Piscina would start another one for the lane.
    await created
    await lanes.open()
    lanes.openLater(this.workers - 1)
  }

  statistics(): Promise<WorkerStatistics[]> {
    return this.#ask(async lane => readStatistics(await lane.ask('statistics')))
  }

  async collect(): Promise<void> {
    await this.#ask(lane => lane.ask('collect'))
  }

  /** Asks all threads; one that is lost meanwhile, or answers with anything else, is left out. */
  async #ask<T>(ask: (lane: ThreadLane) => Promise<T>): Promise<T[]> {
    const asked = Array.from(this.#lanes?.all ?? [], async lane => {
      try {
        return await ask(lane)
      } catch (error) {
        lane.end(error as Error)
        throw error
      }
    })
    const settled = await Promise.allSettled(asked)
    return settled.flatMap(one => (one.status === 'fulfilled' ? [one.value] : []))
  }

  async run(run: PoolRun): Promise<GuestReport> {
    const { owner, isResume, cancelled } = run
    // Before the start, so that runs that come during it are counted.
    await this.#scheduler.take(owner, isResume, cancelled)
    let lane: ThreadLane | undefined
    try {
      await this.start()
      this.#scheduler.refuseWhenClosed()
      cancelled.throwIfAborted()
      const lanes = this.#lanes as Lanes
      lane = lanes.queue.take(run) ?? (await lanes.queue.next(run, cancelled))
      return await this.#runOn(lane, run)
    } finally {
      const lanes = this.#lanes as Lanes
      if (lane?.isSound === false) {
        // Its owner has the worker until another thread is there, so that no other owner pays for
        // it. The answer does not wait for that.
        void lanes.replaced().then(() => this.#scheduler.release(owner))
      } else {
        if (lane !== undefined) lanes.release(lane)
        this.#scheduler.release(owner)
      }
    }
  }

  async #runOn(lane: ThreadLane, { begin, receive, room }: PoolRun) {
    const { promise, resolve, reject } = Promise.withResolvers<GuestReport>()
    let reader: GuestReader | undefined
    let isForged = false
    const read = (take: (by: GuestReader) => void) => {
      // A message after a forged one is not believed either.
      if (isForged || reader === undefined) return
      try {
        take(reader)
      } catch (error) {
        // No guest and no worker of ours sends this: its thread is not to be trusted any more.
        isForged = true
        reject(new ForgedMessage(error))
        lane.end(error as Error)
      }
    }
    const listener = {
      onMessage: (message: unknown) => {
        read(by => receive(by.message(message)))
        this.#lanes?.queue.noteMessage()
      },
      ...(room && { room }),
      onReport: (report: unknown) =>
        read(by => {
          if (!lane.isQuiet()) throw new Error('a message where none is awaited')
          resolve(by.report(report))
        }),
      onFailure: reject,
    }
    const guest = new GuestRun(lane, listener, engines[this.#engine].graceMs, this.#maySpin)
    this.#active.add(guest)
    let unwatch = () => {}
    try {
      const work = begin(guest)
      reader = this.#readerOf(work)
      guest.run(work)
      unwatch = this.#beginnings.watch({
        hasBegun: () => guest.hasBegun,
        bytes: bytesOf(work),
        onSilent: () => lane.end(new SharedLoss('its thread did not begin it')),
      })
      return await promise
    } finally {
      unwatch()
      this.#active.delete(guest)
      guest.end()
    }
  }

  /** Counts executions that wait for a worker of this pool in another process. */
  setPressureElsewhere(waiting: number): void {
    this.#waitingElsewhere = waiting
    this.#reportPressure()
  }

  /** Whether there is a core for the event loop and each guest at work, and no execution waits. */
  #maySpin = () =>
    this.#active.size <= this.#maxSpinning && Atomics.load(this.#pressure, PRESSURE) === 0

  #reportPressure(): void {
    const waiting = this.#waiting + this.#waitingElsewhere
    // Read by blocked workers, which are woken below when it rises from nothing.
    const before = Atomics.exchange(this.#pressure, PRESSURE, waiting)
    if (before > 0 || waiting === 0) return
    for (const guest of this.#active) guest.wake()
  }

  async close(): Promise<void> {
    this.#scheduler.close()
    // The caller of a start that failed has got its error.
    await this.#ready?.catch(() => {})
    await this.#lanes?.close()
  }
}

/** About how many bytes a thread has to read to have its work. */
function bytesOf({ journal = [], session, source = '' }: GuestWork): number {
  const snapshotBytes = session?.snapshot?.byteLength ?? 0
  return journal.reduce((sum, { text = '' }) => sum + text.length, snapshotBytes + source.length)
}
