/**
 * A pool whose workers are threads of a child process. A guest that gets out of the engine is then
 * in a process without permissions.
 *
 * When the process is lost, all of its runs are lost, and any of their guests may be the reason. So
 * each of them is a suspect, and goes on alone, in a second process with one worker. A loss there
 * has only one possible cause, and counts against its execution.
 */

import type { GuestPool, PoolRun } from '../../boundary/guest-pool.ts'
import type { GuestReport } from '../../boundary/messages.ts'
import type { WorkerStatistics } from '../../boundary/worker-statistics.ts'
import type { PoolOptions } from '../worker-pool.ts'
import { WorkerProcess } from './worker-process.ts'

/** The process of the suspects ends after it had none for this long. */
const SUSPECTS_IDLE_MS = 30_000

/** A pool whose workers are threads of a child process; suspects run in a second process. */
export class ProcessPool implements GuestPool {
  readonly isolation = 'process'
  readonly workers: number
  #together: WorkerProcess
  #alone: WorkerProcess
  /** Executions that had a worker in a process when it was lost. */
  #suspects = new WeakSet<object>()

  /** @param workers threads of the child process, at least 1 */
  constructor(workers: number, pool: PoolOptions = {}) {
    this.workers = workers
    const onLost = (runs: readonly PoolRun[]) => {
      for (const { execution } of runs) this.#suspects.add(execution)
    }
    this.#together = new WorkerProcess({ workers, pool, onLost })
    this.#alone = new WorkerProcess({ workers: 1, pool, onLost, idleMs: SUSPECTS_IDLE_MS })
  }

  get queued(): number {
    return this.#together.scheduler.queued
  }

  queuedOf(owner: string): number {
    return this.#together.scheduler.queuedOf(owner)
  }

  hasFree(owner: string): boolean {
    return this.#together.scheduler.hasFree(owner)
  }

  reserve(owner: string): () => void {
    return this.#together.scheduler.reserve(owner)
  }

  get resuming(): number {
    return this.#together.scheduler.resuming + this.#alone.scheduler.resuming
  }

  get active(): number {
    return this.#together.scheduler.active + this.#alone.scheduler.active
  }

  get isPressed(): boolean {
    return this.#together.scheduler.isPressed || this.#alone.scheduler.isPressed
  }

  /** Ids of the processes that there are at the moment. */
  get pids(): readonly number[] {
    return this.#processes.flatMap(({ pid }) => pid ?? [])
  }

  async start(): Promise<void> {
    await this.#together.start()
  }

  async statistics(): Promise<WorkerStatistics[]> {
    const lists = await Promise.all(this.#processes.map(process => process.statistics()))
    return lists.flat()
  }

  async collect(): Promise<void> {
    await Promise.all(this.#processes.map(process => process.collect()))
  }

  async run(run: PoolRun): Promise<GuestReport> {
    return await (this.#suspects.has(run.execution) ? this.#alone : this.#together).run(run)
  }

  async close(): Promise<void> {
    await Promise.all([this.#together.close(), this.#alone.close()])
  }

  get #processes() {
    return [this.#together.process, this.#alone.process].filter(process => process !== undefined)
  }
}
