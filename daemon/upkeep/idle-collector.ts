/**
 * Gives memory back after a burst of work. Thousands of waiting executions take a few bytes each,
 * but V8 would keep the memory that it took to bring them there.
 */

import { setTimeout as delay } from 'node:timers/promises'
import { shrinkHeap } from '../../executor/worker/garbage.ts'

/** The daemon must be idle this long. */
const REST_MS = 1000
/** After fewer executions than this a collection is not worth its pause. */
const MIN_EXECUTIONS = 200

/** A part with threads of its own, which give memory back. */
interface Collectable {
  collect(): Promise<void>
}

/**
 * Shrinks the heap once the daemon has been idle for a second, after {@link start} and then after
 * many executions. Before that it does nothing: the heap is the process's, which may be of others.
 */
export class IdleCollector {
  #others: readonly Collectable[]
  #isStarted = false
  #executions = 0
  #timer: NodeJS.Timeout | undefined

  constructor(others: readonly Collectable[]) {
    this.#others = others
  }

  /** Collects what a start has left behind, which is more than most of what is loaded later. */
  start(): void {
    this.#isStarted = true
    this.#timer = setTimeout(() => void this.#collect(), REST_MS).unref()
  }

  /** Counts an execution that has left memory. @param isResting whether it was the last */
  count(isResting: boolean): void {
    if (!this.#isStarted) return
    this.#executions++
    clearTimeout(this.#timer)
    if (!isResting || this.#executions < MIN_EXECUTIONS) return
    this.#timer = setTimeout(() => void this.#collect(), REST_MS).unref()
  }

  stop(): void {
    this.#isStarted = false
    clearTimeout(this.#timer)
  }

  async #collect(): Promise<void> {
    this.#executions = 0
    await Promise.all(this.#others.map(other => other.collect()))
    shrinkHeap()
    // Finalizers release the objects behind this thread's objects, which are garbage only then.
    await delay(REST_MS, undefined, { ref: false })
    shrinkHeap()
  }
}
