/** Turns at even intervals; a waiting caller can give up. */

import pThrottle from 'p-throttle'
import { abortable } from './abortable.ts'

/** Gives out one turn per interval, in the order of asking. */
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

  /** After the last waiting caller has left: a timer that remains would keep the process alive. */
  #clear(): void {
    this.#left.abort()
    this.#left = new AbortController()
    this.#take = this.#start()
    // The new throttle does not know the last turn: this call stands for it, so that the next turn
    // is not too soon.
    this.#take().catch(() => {
      // Nothing waits for it.
    })
  }
}
