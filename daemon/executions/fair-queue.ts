/** A queue that many owners share: each owner has a queue, and the owners take turns. */

import { Fifo } from '../../protocol/base/fifo.ts'

/** A queue in which owners take turns. Of each owner the oldest value comes first. */
export class FairQueue<K, V> {
  #queues = new Map<string, Fifo<K, V>>()
  /** Owners with members; the first one is next. */
  #turns = new Fifo<string, string>()

  /** Members of all owners. */
  get size(): number {
    return this.#queues.values().reduce((sum, { size }) => sum + size, 0)
  }

  /**
   * Adds a value at the end of its owner's queue. A known key keeps its place and gets the new
   * value.
   */
  push(owner: string, key: K, value: V): void {
    let queue = this.#queues.get(owner)
    if (queue === undefined) {
      queue = new Fifo()
      this.#queues.set(owner, queue)
      this.#turns.push(owner, owner)
    }
    queue.push(key, value)
  }

  /** Takes the oldest value of the owner that is next. */
  shift(): V | undefined {
    const owner = this.#turns.shift()
    const queue = owner === undefined ? undefined : this.#queues.get(owner)
    if (owner === undefined || queue === undefined) return undefined
    const value = queue.shift()
    if (queue.size === 0) this.#queues.delete(owner)
    else this.#turns.push(owner, owner)
    return value
  }
}
