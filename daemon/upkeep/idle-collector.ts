/**
 * Gives memory back when the daemon has come to rest: thousands of executions that wait take some
 * bytes each, but V8 would keep the room that it took to bring them there.
 */

import { setTimeout as delay } from 'node:timers/promises'
import { shrinkHeap } from '../../executor/worker/garbage.ts'

/** Rest has to last so long. */
const REST_MS = 1000
/** Fewer executions than this have left nothing worth a pause. */
const MIN_EXECUTIONS = 200

/** What has threads of its own, which give back what they can. */
interface Collectable {
  collect(): Promise<void>
}

export class IdleCollector {
  #others: readonly Collectable[]
  #executions = 0
  #timer: NodeJS.Timeout | undefined

  constructor(others: readonly Collectable[]) {
    this.#others = others
  }

  /** An execution has left memory. @param isResting whether it was the last */
  count(isResting: boolean): void {
    this.#executions++
    clearTimeout(this.#timer)
    if (!isResting || this.#executions < MIN_EXECUTIONS) return
    this.#timer = setTimeout(() => void this.#collect(), REST_MS).unref()
  }

  stop(): void {
    clearTimeout(this.#timer)
  }

  async #collect(): Promise<void> {
    this.#executions = 0
    await Promise.all(this.#others.map(other => other.collect()))
    shrinkHeap()
    // What hung on this thread's objects is let go of by finalizers, and is garbage only then.
    await delay(REST_MS, undefined, { ref: false })
    shrinkHeap()
  }
}
