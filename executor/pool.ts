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

export class WorkerPool {
  readonly workers: number
  #pool: Piscina<GuestTask, GuestReport> | undefined
  #controls = new Map<MessagePort, Remote<WorkerControl>>()
  #queue = new Fifo<object, Waiting>()
  #active = 0
  #isClosed = false
  #ready: Promise<void> | undefined

  /** @param workers threads, at least 1 */
  constructor(workers: number) {
    this.workers = workers
  }

  /** Executions that wait for a worker. */
  get queued(): number {
    return this.#queue.size
  }

  /** Executions that hold a worker. */
  get active(): number {
    return this.#active
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

  /**
   * Runs a task on the next worker that is free.
   *
   * @param task makes the task when a worker is there, so that its clock starts then
   * @param isWedged ends the worker's thread when aborted
   * @param cancelled takes the task out of the queue when aborted before it has started
   */
  async run(
    task: () => GuestTask,
    isWedged: AbortSignal,
    cancelled: AbortSignal,
  ): Promise<GuestReport> {
    await this.#lease(cancelled)
    try {
      const made = task()
      return await (this.#pool as Piscina<GuestTask, GuestReport>).run(made, {
        signal: isWedged,
        transferList: [made.port],
      })
    } finally {
      this.#active--
      this.#startNext()
    }
  }

  async #lease(cancelled: AbortSignal): Promise<void> {
    await this.start()
    cancelled.throwIfAborted()
    if (this.#isClosed) throw new LatchdError('EXECUTOR_CLOSED', 'The executor is closed')
    if (this.#active < this.workers && this.#queue.size === 0) {
      this.#active++
      return
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const place = {}
    this.#queue.push(place, { start: resolve, refuse: reject })
    const onCancel = () => this.#queue.take(place)?.refuse(cancelled.reason)
    cancelled.addEventListener('abort', onCancel, { once: true })
    try {
      await promise
    } finally {
      cancelled.removeEventListener('abort', onCancel)
    }
  }

  #startNext(): void {
    if (this.#active >= this.workers) return
    const next = this.#queue.shift()
    if (next === undefined) return
    this.#active++
    next.start()
  }

  /** Ends the threads. Tasks under way are lost: end them before. */
  async close(): Promise<void> {
    this.#isClosed = true
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
      next.refuse(new LatchdError('EXECUTOR_CLOSED', 'The executor was closed'))
    }
    // A start that failed has been told to whoever started.
    await this.#ready?.catch(() => {})
    for (const port of this.#controls.keys()) port.close()
    await this.#pool?.destroy()
  }
}
