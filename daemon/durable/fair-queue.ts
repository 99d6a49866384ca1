/** A queue that many owners share: each owner's members stand in order, and the owners take turns. */

import { Fifo } from './fifo.ts'

export class FairQueue<K, V> {
  #queues = new Map<string, Fifo<K, V>>()
  /** Owners with members, the one whose turn it is first. */
  #turns = new Fifo<string, string>()
  #size = 0

  get size(): number {
    return this.#size
  }

  /** How many members an owner has. */
  sizeOf(owner: string): number {
    return this.#queues.get(owner)?.size ?? 0
  }

  /** Puts a value behind those of its owner, under a key that the owner has not in use. */
  push(owner: string, key: K, value: V): void {
    let queue = this.#queues.get(owner)
    if (queue === undefined) {
      queue = new Fifo()
      this.#queues.set(owner, queue)
      this.#turns.push(owner, owner)
    }
    this.#size -= queue.size
    queue.push(key, value)
    this.#size += queue.size
  }

  /** Takes a value out, wherever it stands. */
  take(owner: string, key: K): V | undefined {
    const queue = this.#queues.get(owner)
    if (queue === undefined) return undefined
    this.#size -= queue.size
    const value = queue.take(key)
    this.#size += queue.size
    if (queue.size === 0) {
      this.#queues.delete(owner)
      this.#turns.take(owner)
    }
    return value
  }

  /** Takes the oldest value of the owner out whose turn it is. */
  shift(): V | undefined {
    const owner = this.#turns.shift()
    const queue = owner === undefined ? undefined : this.#queues.get(owner)
    if (owner === undefined || queue === undefined) return undefined
    const value = queue.shift()
    this.#size--
    if (queue.size === 0) this.#queues.delete(owner)
    else this.#turns.push(owner, owner)
    return value
  }
}
