/**
 * Brings executions back from the store: those that were decided, those whose time has come, those
 * that an earlier process has left.
 *
 * Only ids wait here. Few are loaded at a time, and the next when one of them has got a worker, so
 * that a hundred thousand that are due at once take no more memory than their ids.
 */

import { setLongTimeout } from '../../executor/long-timeout.ts'
import type { Recovery, StoreWriter } from '../store/store.ts'
import { FairQueue } from './fair-queue.ts'

export interface ResumptionPowers {
  readonly store: Pick<StoreWriter, 'due'>
  /** Resolves when the execution has got a worker, or does not need one. */
  readonly resume: (executionId: string) => Promise<void>
  readonly onFault: (error: unknown, executionId: string) => void
}

/** Executions that are loaded and wait for a worker. */
const MAX_LOADED = 64
/** How many due ones are asked for at a time. */
const MAX_DUE = 1000

export class Resumption {
  #powers: ResumptionPowers
  #waiting = new FairQueue<string, string>()
  #loading = 0
  #wakeAtMs = Infinity
  #disarm: () => void = () => {}
  /** Whether more were due than were asked for. */
  #hasMore = false
  #isStopped = false

  constructor(powers: ResumptionPowers) {
    this.#powers = powers
  }

  /** Begins with what a store has found on opening. */
  start({ resume, nextWakeMs }: Recovery): void {
    for (const executionId of resume) this.add(executionId)
    if (nextWakeMs !== undefined) this.wakeAt(nextWakeMs)
  }

  /**
   * Resumes an execution as soon as it is its turn.
   *
   * @param owner of a new one, so that a long queue of one owner does not hold up the rest
   */
  add(executionId: string, owner = ''): void {
    this.#waiting.push(owner, executionId, executionId)
    this.#loadNext()
  }

  /** Looks for due executions at this instant at the latest. */
  wakeAt(atMs: number): void {
    if (atMs >= this.#wakeAtMs || this.#isStopped) return
    this.#wakeAtMs = atMs
    this.#disarm()
    this.#disarm = setLongTimeout(() => void this.#wake(), Math.max(0, atMs - Date.now()))
  }

  stop(): void {
    this.#isStopped = true
    this.#disarm()
  }

  async #wake(): Promise<void> {
    this.#wakeAtMs = Infinity
    try {
      const { executionIds, nextWakeMs } = await this.#powers.store.due(Date.now(), MAX_DUE)
      this.#hasMore = executionIds.length === MAX_DUE
      for (const executionId of executionIds) this.add(executionId)
      // Asked again when these are on their way: until then the store would tell of them again.
      if (nextWakeMs !== undefined && !this.#hasMore) this.wakeAt(nextWakeMs)
    } catch (error) {
      this.#powers.onFault(error, 'due')
    }
  }

  #loadNext(): void {
    while (this.#loading < MAX_LOADED && !this.#isStopped) {
      const executionId = this.#waiting.shift()
      if (executionId === undefined) break
      this.#load(executionId)
    }
    if (this.#loading > 0 || !this.#hasMore || this.#isStopped) return
    this.#hasMore = false
    this.wakeAt(Date.now())
  }

  async #load(executionId: string): Promise<void> {
    this.#loading++
    try {
      await this.#powers.resume(executionId)
    } catch (error) {
      this.#powers.onFault(error, executionId)
    } finally {
      this.#loading--
      this.#loadNext()
    }
  }
}
