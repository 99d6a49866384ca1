/**
 * The worker threads: leases one to each execution, in order, and replaces those that are lost.
 *
 * Piscina keeps the threads. The queue is ours (`scheduler.ts`): Piscina's own queue loses its
 * order as soon as tasks can be aborted, and aborting is how an unresponsive thread is ended.
 */

import { getCompileCacheDir } from 'node:module'
import { dirname } from 'node:path'
import { MessagePort } from 'node:worker_threads'
import { type Remote, wrap } from 'comlink'
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs'
import { Piscina, queueOptionsSymbol } from 'piscina'
import { PRESSURE, PRESSURE_BYTES } from '../../protocol/latch.ts'
import {
  ForgedMessage,
  type GuestPool,
  type GuestReader,
  type GuestWork,
  type PoolRun,
  SharedLoss,
} from '../boundary/guest-pool.ts'
import type { GuestMessage, GuestReport, GuestTask } from '../boundary/messages.ts'
import type { WorkerControl, WorkerStatistics } from '../boundary/worker-control.ts'
import { type EngineName, engines } from '../engine/engine.ts'
import type { WorkerStart } from '../worker/entry.ts'
import { BeginWatch } from './begin-watch.ts'
import { GuestRun } from './guest-run.ts'
import { type Assignment, type PoolThread, PoolThreads } from './pool-threads.ts'
import { WorkerScheduler } from './scheduler.ts'

/** A thread in the place of one that was ended is awaited for so long; it takes under a second. */
const REPLACE_MS = 5000

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
}

/** For threads whose messages are read elsewhere: by the process that has started this one. */
const unread: GuestReader = {
  message: message => message as GuestMessage,
  report: report => report as GuestReport,
}

/** A pool whose workers are threads of this process. */
export class WorkerPool implements GuestPool {
  readonly isolation = 'thread'
  readonly workers: number
  #parksAlways: boolean
  #entry: string | undefined
  #engine: EngineName
  #pool: Piscina<GuestTask, unknown> | undefined
  #controls = new Map<MessagePort, Remote<WorkerControl>>()
  #scheduler: WorkerScheduler
  /** Guests that hold a worker. */
  #active = new Set<GuestRun>()
  #waiting = 0
  #waitingElsewhere = 0
  #pressure = new Int32Array(new SharedArrayBuffer(PRESSURE_BYTES))
  #ready: Promise<void> | undefined
  #isClosed = false
  /** Called when a thread stands ready in the place of one that was ended, one each. */
  #replacements = new Set<() => void>()
  #readerOf: (work: GuestWork) => GuestReader
  #threads: PoolThreads
  #beginnings = new BeginWatch()
  /** The threads of executions that have run. */
  #ran = new WeakMap<object, PoolThread>()

  /**
   * @param workers threads, at least 1
   * @param readerOf makes the reader of a run's messages; absent: another process reads them
   */
  constructor(
    workers: number,
    {
      parksAlways = false,
      entry,
      maxCallerChanges = Infinity,
      engine = 'quickjs',
    }: PoolOptions = {},
    readerOf: (work: GuestWork) => GuestReader = () => unread,
  ) {
    this.workers = workers
    this.#readerOf = readerOf
    this.#threads = new PoolThreads(maxCallerChanges)
    this.#parksAlways = parksAlways
    this.#entry = entry
    this.#engine = engine
    this.#scheduler = new WorkerScheduler(workers, waiting => {
      this.#waiting = waiting
      this.#reportPressure()
    })
  }

  get queued(): number {
    return this.#scheduler.queued
  }

  queuedOf(owner: string): number {
    return this.#scheduler.queuedOf(owner)
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
    this.#pool = new Piscina({
      filename: this.#entry ?? new URL(`../worker/entry${extension}`, import.meta.url).href,
      minThreads: this.workers,
      maxThreads: this.workers,
      // The default blocks an idle worker's event loop, where its standby guests are made.
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
      loadBalancer: (task, workers) => this.#threads.choose(task, workers),
      workerData,
    })
    this.#threads.attach(this.#pool)
    const isWarm = Promise.withResolvers<void>()
    this.#pool.on('error', isWarm.reject)
    this.#pool.on('message', (message: { control?: MessagePort } | null | undefined) => {
      // A program that is out of the engine may send any message here.
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
    session,
    execution,
    isResume,
    unresponsive,
    cancelled,
  }: PoolRun): Promise<GuestReport> {
    await this.start()
    await this.#scheduler.take(owner, isResume, cancelled)
    const end = new AbortController()
    const endThread = () => end.abort()
    let fault: ForgedMessage | SharedLoss | undefined
    let reader = unread
    const assignment: Assignment = { owner, session }
    const guest = new GuestRun(message => {
      if (fault !== undefined) return
      try {
        receive(reader.message(message))
      } catch (error) {
        // No guest of ours sends such a message: its thread is not to be trusted any more.
        fault = new ForgedMessage(error)
        endThread()
        // Its task may have ended.
        assignment.thread?.end()
      }
    }, engines[this.#engine].graceMs)
    unresponsive.addEventListener('abort', endThread)
    this.#active.add(guest)
    let unwatch = () => {}
    try {
      const { port, latch } = guest
      const work = begin(guest)
      reader = this.#readerOf(work)
      const task = { ...work, port, latch, [queueOptionsSymbol]: assignment }
      const report = (this.#pool as Piscina<GuestTask, unknown>).run(task, {
        signal: end.signal,
        transferList: [port],
      })
      unwatch = this.#beginnings.watch({
        isHandedOver: () => assignment.thread !== undefined,
        hasBegun: () => guest.hasBegun,
        bytes: bytesOf(work),
        onSilent: () => {
          fault ??= new SharedLoss('its thread did not begin it')
          endThread()
        },
      })
      return this.#read(reader, await report, assignment)
    } catch (error) {
      // A run whose thread was ended keeps its worker until another thread is there, so that no
      // other execution pays. So does a run whose program has cost the thread.
      const isEnded = end.signal.aborted || error instanceof ForgedMessage
      const isLost = assignment.thread !== undefined && (isEnded || isThreadLoss(error))
      if (isLost) await this.#replaced()
      throw fault ?? error
    } finally {
      if (assignment.thread !== undefined) this.#ran.set(execution, assignment.thread)
      unwatch()
      unresponsive.removeEventListener('abort', endThread)
      this.#active.delete(guest)
      guest.close()
      this.#scheduler.release(owner)
    }
  }

  /** @throws {ForgedMessage} for a report that no worker of ours sends: its thread is ended */
  #read(reader: GuestReader, report: unknown, { thread }: Assignment): GuestReport {
    try {
      return reader.report(report)
    } catch (error) {
      thread?.end()
      throw new ForgedMessage(error)
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

  /** Ends the thread that an execution has run on, since its messages are not to be trusted. */
  endThreadOf(execution: object): void {
    this.#ran.get(execution)?.end()
  }

  /** Counts executions that wait for a worker of this pool in another process. */
  setPressureElsewhere(waiting: number): void {
    this.#waitingElsewhere = waiting
    this.#reportPressure()
  }

  #reportPressure(): void {
    const waiting = this.#waiting + this.#waitingElsewhere
    // Read by blocked workers, which are woken below when it rises from nothing.
    const before = Atomics.exchange(this.#pressure, PRESSURE, waiting)
    if (before > 0 || waiting === 0) return
    for (const guest of this.#active) guest.wake()
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#scheduler.close()
    for (const resolve of this.#replacements) resolve()
    // The caller of a start that failed has got its error.
    await this.#ready?.catch(() => {})
    for (const port of this.#controls.keys()) port.close()
    await this.#pool?.destroy()
  }
}

/** About how many bytes a thread has to read to have its work. */
function bytesOf({ journal = [], session, source = '' }: GuestWork): number {
  const snapshotBytes = session?.snapshot?.byteLength ?? 0
  return journal.reduce((sum, { text = '' }) => sum + text.length, snapshotBytes + source.length)
}

/** Whether a task failed since its thread is gone: out of its heap, or ended with a code. */
function isThreadLoss(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const { code, message } = error as NodeJS.ErrnoException
  return code === 'ERR_WORKER_OUT_OF_MEMORY' || message.startsWith('worker exited')
}
