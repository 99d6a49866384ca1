/**
 * The worker threads: leases one to each execution, in order, and replaces those that are lost.
 *
 * Piscina keeps the threads; the queue is ours (`leases.ts`), since Piscina's own loses its order as
 * soon as tasks can be aborted, and aborting is how a wedged thread is ended.
 */

import { getCompileCacheDir } from 'node:module'
import { dirname } from 'node:path'
import { MessagePort } from 'node:worker_threads'
import { type Remote, wrap } from 'comlink'
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs'
import { Piscina } from 'piscina'
import { PRESSURE, PRESSURE_BYTES } from '../protocol/latch.ts'
import { pristine } from './engine/pristine.ts'
import { ForgedMessage, type GuestPool, type PoolRun } from './guest-pool.ts'
import { GuestRun } from './guest-run.ts'
import { Leases } from './leases.ts'
import type { GuestReport, GuestTask } from './messages.ts'
import type { WorkerControl, WorkerStatistics } from './worker/control.ts'
import type { WorkerStart } from './worker/entry.ts'

/** V8's stack in each worker: the engine's own 512 KiB are the smaller part of a deep recursion. */
const STACK_MB = 8
/** A thread in the place of one that was ended is awaited for so long; it takes under a second. */
const REPLACE_MS = 5000

export interface PoolOptions {
  /** Every guest parks at every wait: for tests. */
  readonly parksAlways?: boolean
  /** Module that worker threads begin with, instead of ours: for tests. */
  readonly entry?: string
}

export class WorkerPool implements GuestPool {
  readonly isolation = 'thread'
  readonly workers: number
  #parksAlways: boolean
  #entry: string | undefined
  #pool: Piscina<GuestTask, GuestReport> | undefined
  #controls = new Map<MessagePort, Remote<WorkerControl>>()
  #leases: Leases
  /** Guests that hold a worker. */
  #active = new Set<GuestRun>()
  #waiting = 0
  #waitingElsewhere = 0
  #pressure = new Int32Array(new SharedArrayBuffer(PRESSURE_BYTES))
  #ready: Promise<void> | undefined
  #isClosed = false
  /** Told of threads that stand ready, one each, by who has had one ended. */
  #replacements = new Set<() => void>()

  /**
   * @param workers threads, at least 1
   */
  constructor(workers: number, { parksAlways = false, entry }: PoolOptions = {}) {
    this.workers = workers
    this.#parksAlways = parksAlways
    this.#entry = entry
    this.#leases = new Leases(workers, waiting => {
      this.#waiting = waiting
      this.#tellPressure()
    })
  }

  get queued(): number {
    return this.#leases.queued
  }

  queuedOf(owner: string): number {
    return this.#leases.queuedOf(owner)
  }

  get resuming(): number {
    return this.#leases.resuming
  }

  get active(): number {
    return this.#leases.active
  }

  get isPressed(): boolean {
    return this.#leases.isPressed
  }

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
    }
    const extension = import.meta.url.slice(import.meta.url.lastIndexOf('.'))
    this.#pool = new Piscina({
      filename: this.#entry ?? new URL(`./worker/entry${extension}`, import.meta.url).href,
      minThreads: this.workers,
      maxThreads: this.workers,
      // The default blocks an idle worker's event loop, where its spares are made.
      atomics: 'disabled',
      // Loading through the app's compile cache takes a quarter of the time; `entry.ts` deletes it.
      env: cacheOfThisVersion ? { NODE_COMPILE_CACHE: dirname(cacheOfThisVersion) } : {},
      // The app's own preloads are no part of a worker, and may need an environment. Under Node's
      // permissions they have to stay: an empty list lifts every restriction of the thread (measured).
      ...(process.permission === undefined && { execArgv: [] }),
      resourceLimits: { stackSizeMb: STACK_MB },
      recordTiming: false,
      workerData,
    })
    const isWarm = Promise.withResolvers<void>()
    this.#pool.on('error', isWarm.reject)
    this.#pool.on('message', (message: { control?: MessagePort } | null | undefined) => {
      // A program that is out of the engine says here what it likes.
      const control = message?.control
      if (!(control instanceof MessagePort)) return
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
    const [replaced] = this.#replacements
    if (replaced === undefined) return
    this.#replacements.delete(replaced)
    replaced()
  }

  statistics(): Promise<WorkerStatistics[]> {
    return Promise.all(Array.from(this.#controls.values(), control => control.statistics()))
  }

  async collect(): Promise<void> {
    await Promise.all(Array.from(this.#controls.values(), control => control.collect()))
  }

  async run({
    begin,
    receive,
    owner,
    isResume,
    isWedged,
    cancelled,
  }: PoolRun): Promise<GuestReport> {
    await this.start()
    await this.#leases.take(owner, isResume, cancelled)
    const end = new AbortController()
    const endThread = () => end.abort()
    let fault: ForgedMessage | undefined
    const guest = new GuestRun(message => {
      try {
        receive(message)
      } catch (error) {
        // No guest of ours sends what cannot be taken: its thread is not to be trusted any more.
        fault ??= new ForgedMessage(error)
        endThread()
      }
    })
    isWedged.addEventListener('abort', endThread)
    this.#active.add(guest)
    try {
      const { port, latch } = guest
      const task: GuestTask = { ...begin(guest), port, latch }
      return await (this.#pool as Piscina<GuestTask, GuestReport>).run(task, {
        signal: end.signal,
        transferList: [port],
      })
    } catch (error) {
      // Whose thread was ended holds the worker until another is there, so that nobody else pays.
      // So does whose program has cost the thread.
      if (end.signal.aborted || isThreadLoss(error)) await this.#replaced()
      throw fault ?? error
    } finally {
      isWedged.removeEventListener('abort', endThread)
      this.#active.delete(guest)
      guest.close()
      this.#leases.release(owner)
    }
  }

  /** Resolves when the next thread stands ready, or does not come. */
  async #replaced(): Promise<void> {
    if (this.#isClosed) return
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#replacements.add(resolve)
    const timer = setTimeout(resolve, REPLACE_MS)
    await promise
    clearTimeout(timer)
    this.#replacements.delete(resolve)
  }

  /** Counts executions that wait for a worker of this pool in another process. */
  setPressureElsewhere(waiting: number): void {
    this.#waitingElsewhere = waiting
    this.#tellPressure()
  }

  #tellPressure(): void {
    const waiting = this.#waiting + this.#waitingElsewhere
    // Read by blocked workers, which are woken below when it rises from nothing.
    const before = Atomics.exchange(this.#pressure, PRESSURE, waiting)
    if (before > 0 || waiting === 0) return
    for (const guest of this.#active) guest.nudge()
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#leases.close()
    for (const resolve of this.#replacements) resolve()
    // A start that failed has been told to whoever started.
    await this.#ready?.catch(() => {})
    for (const port of this.#controls.keys()) port.close()
    await this.#pool?.destroy()
  }
}

/** Whether a task failed since its thread is gone: out of its heap, or ended with a code. */
function isThreadLoss(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const { code, message } = error as NodeJS.ErrnoException
  return code === 'ERR_WORKER_OUT_OF_MEMORY' || message.startsWith('worker exited')
}
