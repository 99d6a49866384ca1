/** The executions of a daemon: admitted, run, watched, kept. */

import { EventQueue } from '../executor/event-queue.ts'
import {
  type ExecutionPlan,
  type ExecutionPowers,
  RunningExecution,
} from '../executor/execution.ts'
import { LatchdError } from '../protocol/errors.ts'
import type { ExecutionEvent } from '../protocol/events.ts'
import { type EndedExecution, type Execution, isEnded } from '../protocol/execution.ts'
import type { ExecutionStore, ListQuery, Page } from './store/store.ts'

/** Who asks: a token's name, or the one caller of a daemon without tokens. */
export interface Caller {
  readonly name: string
  /** Whether it sees the executions of others. */
  readonly seesAll: boolean
}

export interface ExecutionsOptions extends ExecutionPowers {
  readonly store: ExecutionStore
  /** Executions that may wait for a worker. */
  readonly maxQueue: number
  /** Told of what no caller waits for any more. */
  readonly onFault: (error: unknown, executionId: string) => void
}

interface Live {
  readonly running: RunningExecution
  readonly ended: Promise<EndedExecution>
  readonly watchers: Set<EventQueue<ExecutionEvent>>
}

/** Seconds after which a refused caller should come again. */
const RETRY_AFTER_SECONDS = 1

export class Executions {
  #options: ExecutionsOptions
  #live = new Map<string, Live>()
  #isDraining = false

  constructor(options: ExecutionsOptions) {
    this.#options = options
  }

  /** Executions that have not ended. */
  get liveCount(): number {
    return this.#live.size
  }

  get isDraining(): boolean {
    return this.#isDraining
  }

  /**
   * Admits an execution and starts it as soon as a worker is free.
   *
   * @throws {LatchdError} `QUEUE_FULL`, `DRAINING`
   */
  async submit(plan: ExecutionPlan, caller: Caller): Promise<void> {
    const { pool, store, maxQueue, onFault } = this.#options
    if (this.#isDraining)
      throw new LatchdError('DRAINING', 'Cannot take an execution: the daemon is stopping')
    if (pool.active >= pool.workers && pool.queued >= maxQueue) {
      const message = `Cannot take an execution: ${pool.queued} wait already, limit maxQueue ${maxQueue}`
      throw new LatchdError('QUEUE_FULL', message, { retryAfterSeconds: RETRY_AFTER_SECONDS })
    }
    const { executionId } = plan
    const watchers = new Set<EventQueue<ExecutionEvent>>()
    const running = new RunningExecution(plan, this.#options, event => {
      // Progress is told to who watches now, and not kept.
      if (event.type !== 'call-progressed') store.append(executionId, event)
      for (const watcher of watchers) watcher.push(event)
    })
    await store.submit(executionId, caller.name, () => running.read())
    const ended = this.#run(running, executionId, watchers)
    ended.catch(error => onFault(error, executionId))
    this.#live.set(executionId, { running, ended, watchers })
  }

  async #run(
    running: RunningExecution,
    executionId: string,
    watchers: Set<EventQueue<ExecutionEvent>>,
  ): Promise<EndedExecution> {
    try {
      const ended = await running.run()
      await this.#options.store.finish(ended)
      return ended
    } finally {
      this.#live.delete(executionId)
      for (const watcher of watchers) watcher.end()
    }
  }

  /**
   * The execution as it stands, or as it ends within `waitMs`.
   *
   * @throws {LatchdError} `NOT_FOUND`, also for the execution of another caller
   */
  async get(executionId: string, caller: Caller, waitMs = 0): Promise<Execution> {
    const execution = await this.#find(executionId, caller)
    const live = this.#live.get(executionId)
    if (live === undefined || waitMs === 0 || isEnded(execution)) return execution
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, waitMs)
    await Promise.race([live.ended, promise]).finally(() => clearTimeout(timer))
    return await this.#find(executionId, caller)
  }

  async #find(executionId: string, caller: Caller): Promise<Execution> {
    const stored = await this.#options.store.get(executionId)
    if (stored === undefined || !(caller.seesAll || stored.owner === caller.name)) {
      throw new LatchdError('NOT_FOUND', `There is no execution ${executionId}`)
    }
    return stored.execution
  }

  list(query: Omit<ListQuery, 'owner'>, caller: Caller): Promise<Page> {
    return this.#options.store.list({ ...query, owner: caller.seesAll ? undefined : caller.name })
  }

  /** Cancels an execution and gives it as it ended; one that has ended stays as it is. */
  async cancel(executionId: string, caller: Caller): Promise<Execution> {
    await this.#find(executionId, caller)
    const live = this.#live.get(executionId)
    live?.running.cancel()
    await live?.ended
    return await this.#find(executionId, caller)
  }

  /** Removes an ended execution. @throws {LatchdError} `NOT_FOUND`, `CONFLICT` when it goes on */
  async remove(executionId: string, caller: Caller): Promise<void> {
    const execution = await this.#find(executionId, caller)
    if (!isEnded(execution)) {
      throw new LatchdError(
        'CONFLICT',
        `Cannot remove execution ${executionId}: it is ${execution.status}; cancel it first`,
      )
    }
    await this.#options.store.remove(executionId)
  }

  /** The events after a sequence number, then those that come, until the execution has ended. */
  async events(
    executionId: string,
    caller: Caller,
    after: number,
  ): Promise<AsyncIterableIterator<ExecutionEvent>> {
    await this.#find(executionId, caller)
    const watchers = this.#live.get(executionId)?.watchers
    const queue = new EventQueue<ExecutionEvent>(() => watchers?.delete(queue))
    const past = await this.#options.store.events(executionId, after)
    for (const event of past) queue.push(event)
    if (this.#live.has(executionId)) watchers?.add(queue)
    else queue.end()
    return queue
  }

  /** Takes no more, gives those under way so long to end, and cancels the rest. */
  async drain(drainMs: number): Promise<void> {
    this.#isDraining = true
    const all = Promise.allSettled(Array.from(this.#live.values(), live => live.ended))
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, drainMs)
    await Promise.race([all, promise])
    clearTimeout(timer)
    for (const { running } of this.#live.values()) running.cancel('The daemon is stopping')
    await all
  }
}
