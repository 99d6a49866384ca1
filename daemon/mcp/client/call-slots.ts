/** Bounds how many calls of one server run at once; further calls wait their turn in order. */

import { Fifo } from '../../../protocol/base/fifo.ts'

/** The turns of one server. */
export class CallSlots {
  #free: number
  #waiting = new Fifo<object, () => void>()

  /** @param count at least 1 */
  constructor(count: number) {
    this.#free = count
  }

  /**
   * Runs a call when it is its turn.
   *
   * @throws the signal's reason when the call is given up before its turn, and what the call throws
   */
  async run<T>(signal: AbortSignal, call: () => Promise<T>): Promise<T> {
    await this.#take(signal)
    try {
      return await call()
    } finally {
      const next = this.#waiting.shift()
      if (next === undefined) this.#free++
      else next()
    }
  }

  async #take(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    if (this.#free > 0) {
      this.#free--
      return
    }
    const key = {}
    await new Promise<void>((resolve, reject) => {
      const onAbort = () => {
        this.#waiting.take(key)
        reject(signal.reason)
      }
      this.#waiting.push(key, () => {
        signal.removeEventListener('abort', onAbort)
        resolve()
      })
      signal.addEventListener('abort', onAbort, { once: true })
    })
  }
}
