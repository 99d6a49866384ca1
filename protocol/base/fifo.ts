/** A queue, first in first out, whose members may leave from anywhere; O(1) in the long run. */
export class Fifo<K, V> {
  // A map keeps the order of insertion. The one iterator goes on where it stood: a new one would
  // pass over all that has left since the map last shrank.
  #members = new Map<K, V>()
  #keys = this.#members.keys()

  get size(): number {
    return this.#members.size
  }

  /** Puts a value at the end, under a key that is not in use. */
  push(key: K, value: V): void {
    this.#members.set(key, value)
  }

  /** Takes the value of a key out, wherever it stands. */
  take(key: K): V | undefined {
    const value = this.#members.get(key)
    this.#members.delete(key)
    return value
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
