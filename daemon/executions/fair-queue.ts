/** A queue that many owners share: each owner's members stand in order, and the owners take turns. */

import { Fifo } from '../../protocol/base/fifo.ts'

export class FairQueue<K, V> {
  #queues = new Map<string, Fifo<K, V>>()
  /** Owners with members, the one whose turn it is first. */
  #turns = new Fifo<string, string>()

  /** Members of all owners. */
  get size(): number {
    return this.#queues.values().reduce((sum, { size }) => sum + size, 0)
  }

  /** Puts a value behind those of its owner; under a key that the owner has in use, in the place of that value. */
  push(owner: string, key: K, value: V): void {
    let queue = this.#queues.get(owner)
    if (queue === undefined) {
      queue = new Fifo()
      this.#queues.set(owner, queue)
      this.#turns.push(owner, owner)
    }
    queue.push(key, value)
  }

  /** Takes the oldest value of the owner out whose turn it is. */
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
