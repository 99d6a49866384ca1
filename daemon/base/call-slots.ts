/** Bounds how many calls of one server run at once; further calls wait their turn in order. */

import { Fifo } from '../../protocol/base/fifo.ts'

/** The turns of one server. */
export class CallSlots {
  #free: number
  #running = 0
  #idle: PromiseWithResolvers<void> | undefined
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
    this.#running++
    try {
      return await call()
    } finally {
      if (--this.#running === 0) this.#idle?.resolve()
      const next = this.#waiting.shift()
      if (next === undefined) this.#free++
      else next()
    }
  }

  /** Resolves when no call runs. */
  async idle(): Promise<void> {
    while (this.#running > 0) {
      this.#idle = Promise.withResolvers()
      await this.#idle.promise
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
