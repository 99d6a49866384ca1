/**
 * The worker threads: leases one to each execution, in order, and replaces those that are lost.
 *
 * Piscina keeps the threads; the queue is ours, since Piscina's own loses its order as soon as
 * tasks can be aborted, and aborting is how a wedged thread is ended.
 */

import { getCompileCacheDir } from 'node:module'
import { dirname } from 'node:path'
import type { MessagePort } from 'node:worker_threads'
import { type Remote, wrap } from 'comlink'
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs'
import { Piscina } from 'piscina'
import { LatchdError } from '../protocol/errors.ts'
import { PRESSURE, PRESSURE_BYTES } from '../protocol/latch.ts'
import { pristine } from './engine/pristine.ts'
import { Fifo } from './fifo.ts'
import type { GuestReport, GuestTask } from './messages.ts'
import type { WorkerControl, WorkerStatistics } from './worker/control.ts'
import type { WorkerStart } from './worker/entry.ts'

/** V8's stack in each worker: the engine's own 512 KiB are the smaller part of a deep recursion. */
const STACK_MB = 8

interface Waiting {
  readonly start: () => void
  readonly refuse: (error: Error) => void
}

export interface PoolOptions {
  /** Every guest parks at every wait: for tests. */
  readonly parksAlways?: boolean
}

/** Resumed executions that go before a new one that waits as well: they have waited longer. */
const RESUMES_PER_START = 3

/** One run of a guest, as the pool sees it. */
export interface PoolRun {
  /** Makes the task when a worker is there, so that its clock starts then. */
  readonly task: () => GuestTask
  /** Whether the execution has had a worker before. */
  readonly isResume: boolean
  /** Lets the guest look at the pool's pressure, if it waits. */
  readonly nudge: () => void
  /** Ends the worker's thread when aborted. */
  readonly isWedged: AbortSignal
  /** Takes the run out of the queue when aborted before it has started. */
  readonly cancelled: AbortSignal
}

export class WorkerPool {
  readonly workers: number
  #parksAlways: boolean
  #pool: Piscina<GuestTask, GuestReport> | undefined
  #controls = new Map<MessagePort, Remote<WorkerControl>>()
  #starts = new Fifo<object, Waiting>()
  #resumes = new Fifo<object, Waiting>()
  #resumesInRow = 0
  /** Runs that hold a worker. */
  #active = new Set<PoolRun>()
  /** Workers that were given away, to runs in {@link #active} or about to be. */
  #leased = 0
  #pressure = new Int32Array(new SharedArrayBuffer(PRESSURE_BYTES))
  #isClosed = false
  #ready: Promise<void> | undefined

  /**
   * @param workers threads, at least 1
   */
  constructor(workers: number, { parksAlways = false }: PoolOptions = {}) {
    this.workers = workers
    this.#parksAlways = parksAlways
  }

  /** New executions that wait for a worker. */
  get queued(): number {
    return this.#starts.size
  }

  /** Executions that were parked and wait for a worker to go on. */
  get resuming(): number {
    return this.#resumes.size
  }

  /** Executions that hold a worker. */
  get active(): number {
    return this.#leased
  }

  /** Whether somebody waits for a worker. */
  get isPressed(): boolean {
    return this.#starts.size + this.#resumes.size > 0
  }

  /** Starts the threads; resolves when each has its spares ready. */
  start(): Promise<void> {
    this.#ready ??= this.#start()
    return this.#ready
  }

  async #start(): Promise<void> {
    const cacheOfThisVersion = getCompileCacheDir()
    const workerData: WorkerStart = {
      pristine: await pristine(),
      pressure: this.#pressure.buffer,
      parksAlways: this.#parksAlways,
      compileCache: cacheOfThisVersion && dirname(cacheOfThisVersion),
    }
    const extension = import.meta.url.slice(import.meta.url.lastIndexOf('.'))
    this.#pool = new Piscina({
      filename: new URL(`./worker/entry${extension}`, import.meta.url).href,
      minThreads: this.workers,
      maxThreads: this.workers,
      // The default blocks an idle worker's event loop, where its spares are made.
      atomics: 'disabled',
      env: {},
      // The app's own preloads are no part of a worker, and may need an environment.
      execArgv: [],
      resourceLimits: { stackSizeMb: STACK_MB },
      recordTiming: false,
      workerData,
    })
    const isWarm = Promise.withResolvers<void>()
    this.#pool.on('error', isWarm.reject)
    this.#pool.on('message', ({ control }: { control?: MessagePort }) => {
      if (control === undefined) return
      this.#addControl(control).then(() => {
        if (this.#controls.size >= this.workers) isWarm.resolve()
      }, isWarm.reject)
    })
    await isWarm.promise
  }

  async #addControl(port: MessagePort): Promise<void> {
    const control = wrap<WorkerControl>(nodeEndpoint(port))
    port.once('close', () => this.#controls.delete(port))
    await control.warmUp()
    this.#controls.set(port, control)
    port.unref()
  }

  /** What each worker has done and holds. */
  statistics(): Promise<WorkerStatistics[]> {
    return Promise.all(Array.from(this.#controls.values(), control => control.statistics()))
  }

  /** Has the workers give back memory that nobody uses any more. */
  async collect(): Promise<void> {
    await Promise.all(Array.from(this.#controls.values(), control => control.collect()))
  }

  /** Runs a guest on the next worker that is free, until it has ended or is parked. */
  async run(run: PoolRun): Promise<GuestReport> {
    await this.#lease(run)
    this.#active.add(run)
    try {
      const task = run.task()
      return await (this.#pool as Piscina<GuestTask, GuestReport>).run(task, {
        signal: run.isWedged,
        transferList: [task.port],
      })
    } finally {
      this.#active.delete(run)
      this.#leased--
      this.#startNext()
    }
  }

  async #lease({ isResume, cancelled }: PoolRun): Promise<void> {
    await this.start()
    cancelled.throwIfAborted()
    if (this.#isClosed) throw new LatchdError('EXECUTOR_CLOSED', 'The executor is closed')
    if (this.#leased < this.workers && !this.isPressed) {
      this.#leased++
      return
    }
    const queue = isResume ? this.#resumes : this.#starts
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const place = {}
    queue.push(place, { start: resolve, refuse: reject })
    this.#tellPressure()
    const onCancel = () => queue.take(place)?.refuse(cancelled.reason)
    cancelled.addEventListener('abort', onCancel, { once: true })
    try {
      await promise
    } finally {
      cancelled.removeEventListener('abort', onCancel)
    }
  }

  #startNext(): void {
    if (this.#leased < this.workers) {
      const next = this.#next()
      if (next !== undefined) {
        this.#leased++
        next.start()
      }
    }
    this.#tellPressure()
  }

  #next(): Waiting | undefined {
    const isStartsTurn = this.#resumesInRow >= RESUMES_PER_START && this.#starts.size > 0
    const resumed = isStartsTurn ? undefined : this.#resumes.shift()
    this.#resumesInRow = resumed === undefined ? 0 : this.#resumesInRow + 1
    return resumed ?? this.#starts.shift()
  }

  #tellPressure(): void {
    const pressure = this.#starts.size + this.#resumes.size
    // Read by blocked workers, which are woken below when it rises from nothing.
    const before = Atomics.exchange(this.#pressure, PRESSURE, pressure)
    if (before > 0 || pressure === 0) return
    for (const run of this.#active) run.nudge()
  }

  /** Ends the threads. Tasks under way are lost: end them before. */
  async close(): Promise<void> {
    this.#isClosed = true
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      next.refuse(new LatchdError('EXECUTOR_CLOSED', 'The executor was closed'))
    }
    // A start that failed has been told to whoever started.
    await this.#ready?.catch(() => {})
    for (const port of this.#controls.keys()) port.close()
    await this.#pool?.destroy()
  }
}
