/**
 * The pools of all engines behind one interface. The pool of JavaScript is there from the start. The
 * first program that needs another engine starts the pool of that one, so that others do not pay for it.
 */

import { availableParallelism } from 'node:os'
import type { Language } from '../../protocol/execution/execution.ts'
import type { IsolationLevel } from '../../protocol/execution/isolation.ts'
import type { GuestPool, PoolRun } from '../boundary/guest-pool.ts'
import type { GuestReport } from '../boundary/messages.ts'
import type { WorkerStatistics } from '../boundary/worker-statistics.ts'
import { type EngineName, engineOf } from '../engine/engine.ts'
import { MessageReader } from './message-reader.ts'
import { ProcessPool } from './process/process-pool.ts'
import { type PoolOptions, WorkerPool } from './worker-pool.ts'

/** Makes the pool of an engine. */
export type MakeEnginePool = (engine: EngineName) => GuestPool

/** The pools of all engines, one each. */
export class EnginePools implements GuestPool {
  #main: GuestPool
  #make: MakeEnginePool
  #others = new Map<EngineName, GuestPool>()

  constructor(main: GuestPool, make: MakeEnginePool) {
    this.#main = main
    this.#make = make
  }

  get isolation() {
    return this.#main.isolation
  }

  get workers(): number {
    return this.#sum(({ workers }) => workers)
  }

  get queued(): number {
    return this.#sum(({ queued }) => queued)
  }

  queuedOf(owner: string): number {
    return this.#sum(pool => pool.queuedOf(owner))
  }

  hasFree(owner: string, language: Language): boolean {
    const engine = engineOf(language)
    const pool = engine === 'quickjs' ? this.#main : this.#others.get(engine)
    return pool?.hasFree(owner, language) ?? true
  }

  reserve(owner: string, language: Language): () => void {
    return this.#poolOf(engineOf(language)).reserve(owner, language)
  }

  get resuming(): number {
    return this.#sum(({ resuming }) => resuming)
  }

  get active(): number {
    return this.#sum(({ active }) => active)
  }

  get pids(): readonly number[] | undefined {
    const { pids } = this.#main
    return pids && [...pids, ...this.#others.values().flatMap(other => other.pids ?? [])]
  }

  get isPressed(): boolean {
    return this.#all.some(({ isPressed }) => isPressed)
  }

  start(): Promise<void> {
    return this.#main.start()
  }

  async statistics(): Promise<WorkerStatistics[]> {
    return (await Promise.all(this.#all.map(pool => pool.statistics()))).flat()
  }

  async collect(): Promise<void> {
    await Promise.all(this.#all.map(pool => pool.collect()))
  }

  run(run: PoolRun): Promise<GuestReport> {
    return this.#poolOf(engineOf(run.language)).run(run)
  }

  async close(): Promise<void> {
    await Promise.all(this.#all.map(pool => pool.close()))
  }

  #poolOf(engine: EngineName): GuestPool {
    if (engine === 'quickjs') return this.#main
    const other = this.#others.get(engine) ?? this.#make(engine)
    this.#others.set(engine, other)
    return other
  }

  get #all(): GuestPool[] {
    return [this.#main, ...this.#others.values()]
  }

  #sum(of: (pool: GuestPool) => number): number {
    return this.#all.reduce((sum, pool) => sum + of(pool), 0)
  }
}

/**
 * Another engine has one worker for this many of JavaScript's: each takes ten times the memory.
 */
const OTHER_SHARE = 2

/** @param workers threads for JavaScript, at least 1 */
export function makePool(
  isolation: IsolationLevel,
  workers: number,
  options: PoolOptions = {},
): GuestPool {
  const make = (count: number, more: PoolOptions) => {
    // Without a core of its own a worker is idle at no cost.
    const all = { ...more, keepsOne: count > availableParallelism() }
    return isolation === 'process'
      ? new ProcessPool(count, all)
      : new WorkerPool(count, all, work => new MessageReader(work))
  }
  return new EnginePools(make(workers, options), engine =>
    make(Math.ceil(workers / OTHER_SHARE), { ...options, engine }),
  )
}
