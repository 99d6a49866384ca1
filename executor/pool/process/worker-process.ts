/** Workers in one process at a time. When it is lost, the next one is started. */

import { setTimeout as delay } from 'node:timers/promises'
import type { PoolRun } from '../../boundary/guest-pool.ts'
import type { GuestReport } from '../../boundary/messages.ts'
import { WorkerScheduler } from '../scheduler.ts'
import type { PoolOptions } from '../worker-pool.ts'
import { WorkersProcess } from './workers-process.ts'

/** Options of a {@link WorkerProcess}. */
export interface WorkerProcessOptions {
  /** Threads, at least 1. */
  readonly workers: number
  readonly pool: PoolOptions
  /** Receives the runs that are lost with a process. */
  readonly onLost: (runs: readonly PoolRun[]) => void
  /** A process that had no runs for this long is ended; absent: it stays. */
  readonly idleMs?: number
}

/** Pauses before further tries to start a process: a machine may have no room for a moment. */
const RETRY_MS = [100, 500, 2000]

/** A queue of runs and the process that takes them. It starts a new process when one is lost. */
export class WorkerProcess {
  readonly scheduler: WorkerScheduler
  #options: WorkerProcessOptions
  #process: WorkersProcess | undefined
  #starting: Promise<WorkersProcess> | undefined
  #isPressed = false
  #isClosed = false
  #idle: NodeJS.Timeout | undefined

  constructor(options: WorkerProcessOptions) {
    this.#options = options
    const { keepsOne = false } = options.pool
    const onPressure = (waiting: number) => this.#reportPressure(waiting > 0)
    this.scheduler = new WorkerScheduler(options.workers, onPressure, { keepsOne })
  }

  /** The current process; `undefined` when there is none. */
  get process(): WorkersProcess | undefined {
    return this.#process?.isLost === false ? this.#process : undefined
  }

  /** Returns the process, once it stands ready. @throws {Error} when none comes up */
  async start(): Promise<WorkersProcess> {
    for (;;) {
      if (this.process !== undefined) return this.process
      this.#starting ??= this.#start().finally(() => {
        this.#starting = undefined
      })
      const process = await this.#starting
      // Lost as soon as it stood ready: another one is started.
      if (!process.isLost || this.#isClosed) return process
    }
  }

  async run(run: PoolRun): Promise<GuestReport> {
    await this.scheduler.take(run.owner, run.isResume, run.cancelled)
    clearTimeout(this.#idle)
    try {
      const process = await this.start()
      // The run may have been cancelled while the process was started, after it had left the queue.
      run.cancelled.throwIfAborted()
      return await process.run(run)
    } finally {
      this.scheduler.release(run.owner)
      this.#endWhenIdle()
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.scheduler.close()
    clearTimeout(this.#idle)
    // The caller of a start that fails gets its error.
    await this.#starting?.catch(() => {})
    await this.process?.close()
  }

  async #start(): Promise<WorkersProcess> {
    const { workers, pool } = this.#options
    const onLost = (runs: readonly PoolRun[]) => {
      this.#options.onLost(runs)
      // At once, so that the next run finds it. When the start fails, that run gets the error.
      if (!this.#isClosed && this.#options.idleMs === undefined) this.start().catch(() => {})
    }
    for (let tries = 0; ; tries++) {
      try {
        this.#process = await WorkersProcess.start(workers, pool, onLost)
        if (this.#isPressed) this.#process.setPressure(1)
        return this.#process
      } catch (error) {
        const pauseMs = RETRY_MS[tries]
        if (pauseMs === undefined || this.#isClosed) throw error
        await delay(pauseMs)
      }
    }
  }

  #reportPressure(isPressed: boolean): void {
    if (isPressed === this.#isPressed) return
    this.#isPressed = isPressed
    this.process?.setPressure(isPressed ? 1 : 0)
  }

  #endWhenIdle(): void {
    const { idleMs } = this.#options
    if (idleMs === undefined || this.scheduler.active > 0) return
    clearTimeout(this.#idle)
    this.#idle = setTimeout(() => {
      const process = this.process
      this.#process = undefined
      void process?.close()
    }, idleMs).unref()
  }
}
