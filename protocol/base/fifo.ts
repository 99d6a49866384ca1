/** A queue, first in first out, whose members may leave from anywhere; O(1) in the long run. */
export class Fifo<K, V> {
  // A map keeps the order of insertion. The one iterator goes on from its place: a new one would
  // pass over all removed members since the map last shrank.
  #members = new Map<K, V>()
  #keys = this.#members.keys()

  get size(): number {
    return this.#members.size
  }

  /** Adds a value at the end, under an unused key. */
  push(key: K, value: V): void {
    this.#members.set(key, value)
  }

  /** Removes the value of a key from any place. */
  take(key: K): V | undefined {
    const value = this.#members.get(key)
    this.#members.delete(key)
    return value
  }

  /** The values in their order. One that leaves meanwhile is left out. */
  values(): IterableIterator<V> {
    return this.#members.values()
  }

  /** Takes the oldest value out. */
  shift(): V | undefined {
    if (this.#members.size === 0) return undefined
    let next = this.#keys.next()
    if (next.done) {
      // Once at its end an iterator stays there.
      this.#keys = this.#members.keys()
      next = this.#keys.next()
    }
    return this.take(next.value as K)
  }
}
