/** Turns that come at even intervals; waiting for one can be given up. */

import pThrottle from 'p-throttle'
import { abortable } from './abortable.ts'

export class Turns {
  readonly #intervalMs: number
  #left = new AbortController()
  #take: () => Promise<void>
  #waiting = 0

  constructor(intervalMs: number) {
    this.#intervalMs = intervalMs
    this.#take = this.#start()
  }

  /** Resolves when it is one's turn. @throws the reason of the signal */
  async take(signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted()
    this.#waiting++
    try {
      const turn = this.#take()
      await (signal === undefined ? turn : abortable(turn, signal))
    } catch (error) {
      if (this.#waiting === 1) this.#clear()
      throw error
    } finally {
      this.#waiting--
    }
  }

  #start(): () => Promise<void> {
    const { signal } = this.#left
    return pThrottle({ limit: 1, interval: this.#intervalMs, signal })(async () => {})
  }

  /** Nobody waits any more: a timer that is left would keep the process. */
  #clear(): void {
    this.#left.abort()
    this.#left = new AbortController()
    this.#take = this.#start()
    // It has forgotten the last turn: this one stands for it, so that the next is not too soon.
    this.#take().catch(() => {
      // Nothing waits for it.
    })
  }
}
