/**
 * Brings executions back from the store: those with a decision, those whose time has come, those
 * that an earlier process has left.
 *
 * Only ids wait here. A few are loaded at a time, and the next one when one of them has a worker.
 * So a hundred thousand executions that are due at once take no more memory than their ids.
 *
 * No id is dropped. An execution that cannot be loaded is tried again, all of them wait while the
 * disk is full, and the store is searched at intervals for those that no message announced.
 */

import { setLongTimeout } from '../../protocol/base/long-timeout.ts'
import type { Recovery } from '../store/recovery-facts.ts'
import type { StoreWriter } from '../store/store.ts'
import { FULL_DISK_MS, isStoreFull } from '../store/until-room.ts'
import { FairQueue } from './fair-queue.ts'

/** What {@link ResumeQueue} works with. */
export interface ResumeDependencies {
  readonly store: Pick<StoreWriter, 'due'>
  /** Resolves when the execution has got a worker, or does not need one. */
  readonly resume: (executionId: string) => Promise<void>
  readonly onFault: (error: unknown, executionId: string) => void
  /** The clock by which executions are due, in epoch milliseconds; the machine's when absent. */
  readonly now?: () => number
  /** Whether the memory has room for more executions; absent: always. */
  readonly hasRoom?: () => boolean
  /** The interval of searches in the store, whatever is known to be due: see `StoreWriter.due`. */
  readonly lookMs?: number
}

/** Loaded executions that wait for a worker, at most. */
const MAX_LOADED = 64
/** Due executions in one request to the store. */
const MAX_DUE = 1000
const LOOK_MS = 10_000
/** The interval of checks for room while the memory is full. */
const ROOM_LOOK_MS = 250
/** A load that failed is tried again after the first pause, then after twice as long, up to the last. */
const FIRST_PAUSE_MS = 500
const LAST_PAUSE_MS = 300_000

/** A queue of executions to resume. At most {@link MAX_LOADED} of them are loaded at a time. */
export class ResumeQueue {
  #deps: ResumeDependencies
  #lookMs: number
  #now: () => number
  #waiting = new FairQueue<string, string>()
  #loading = 0
  #wakeAtMs = Infinity
  #disarm: () => void = () => {}
  /** Whether more were due than one request returns. */
  #hasMore = false
  /** Whether nothing is loaded since the disk is full. */
  #isPaused = false
  /** Whether a check for room in the memory is scheduled. */
  #isLooking = false
  #isStopped = false
  /** How often the load of an execution has failed, one after the other. */
  #failures = new Map<string, number>()
  #timers = new Set<NodeJS.Timeout>()

  constructor(deps: ResumeDependencies) {
    this.#deps = deps
    this.#lookMs = deps.lookMs ?? LOOK_MS
    this.#now = deps.now ?? Date.now
  }

  /** Ids that wait to be loaded. */
  get waiting(): number {
    return this.#waiting.size
  }

  /** Begins with what a store has found on opening. */
  start({ resume, nextWakeMs = Infinity }: Recovery): void {
    for (const executionId of resume) this.add(executionId)
    this.wakeAt(Math.min(nextWakeMs, this.#now() + this.#lookMs))
  }

  /**
   * Resumes an execution as soon as it is its turn.
   *
   * @param owner of a new execution, so that a long queue of one owner does not delay the others
   */
  add(executionId: string, owner = ''): void {
    this.#waiting.push(owner, executionId, executionId)
    this.#loadNext()
  }

  /** Resumes an execution after a pause, since something went wrong with it; longer each time. */
  retry(executionId: string): void {
    const failures = this.#failures.get(executionId) ?? 0
    this.#failures.set(executionId, failures + 1)
    const pauseMs = Math.min(LAST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** failures)
    this.#after(pauseMs, () => this.add(executionId))
  }

  /** Looks for due executions at this instant at the latest. */
  wakeAt(atMs: number): void {
    if (atMs >= this.#wakeAtMs || this.#isStopped) return
    this.#wakeAtMs = atMs
    this.#disarm()
    this.#disarm = setLongTimeout(() => void this.#wake(), Math.max(0, atMs - this.#now()))
  }

  stop(): void {
    this.#isStopped = true
    this.#disarm()
    for (const timer of this.#timers) clearTimeout(timer)
  }

  async #wake(): Promise<void> {
    this.#wakeAtMs = Infinity
    let nextMs = Infinity
    try {
      const { executionIds, nextWakeMs } = await this.#deps.store.due(this.#now(), MAX_DUE)
      this.#hasMore = executionIds.length >= MAX_DUE
      for (const executionId of executionIds) this.add(executionId)
      // Asked again when these are on their way: until then the store would return them again.
      if (!this.#hasMore) nextMs = nextWakeMs ?? Infinity
    } catch (error) {
      this.#deps.onFault(error, 'due')
    }
    this.wakeAt(Math.min(nextMs, this.#now() + this.#lookMs))
  }

  #loadNext(): void {
    while (this.#loading < MAX_LOADED && !this.#isStopped && !this.#isPaused) {
      if (this.#isTooMuch()) return
      const executionId = this.#waiting.shift()
      if (executionId === undefined) break
      this.#load(executionId)
    }
    if (this.#loading > 0 || !this.#hasMore || this.#isStopped || this.#isPaused) return
    this.#hasMore = false
    this.wakeAt(this.#now())
  }

  /**
   * Whether the next execution waits until the memory holds less. One at a time goes on in any
   * case, since the executions in memory may wait for it.
   */
  #isTooMuch(): boolean {
    if (this.#loading === 0 || this.#waiting.size === 0) return false
    if (this.#deps.hasRoom?.() ?? true) return false
    if (!this.#isLooking) {
      this.#isLooking = true
      this.#after(ROOM_LOOK_MS, () => {
        this.#isLooking = false
        this.#loadNext()
      })
    }
    return true
  }

  async #load(executionId: string): Promise<void> {
    this.#loading++
    try {
      await this.#deps.resume(executionId)
      this.#failures.delete(executionId)
    } catch (error) {
      if (isStoreFull(error)) this.#pauseFor(executionId)
      else {
        this.#deps.onFault(error, executionId)
        this.retry(executionId)
      }
    } finally {
      this.#loading--
      this.#loadNext()
    }
  }

  /** Puts an execution back that the disk had no room for, and loads none for a while. */
  #pauseFor(executionId: string): void {
    this.#waiting.push('', executionId, executionId)
    if (this.#isPaused) return
    this.#isPaused = true
    this.#after(FULL_DISK_MS, () => {
      this.#isPaused = false
      this.#loadNext()
    })
  }

  #after(delayMs: number, callback: () => void): void {
    if (this.#isStopped) return
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      callback()
    }, delayMs)
    this.#timers.add(timer)
  }
}
