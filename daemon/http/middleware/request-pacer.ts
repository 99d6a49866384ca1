/**
 * Begins requests, a few in each turn of the event loop.
 *
 * Node hands over all that has come on every connection before it looks at anything else, and accepts
 * one new connection in a turn (https://github.com/libuv/libuv/pull/3696). A thousand clients that are
 * refused and ask again at once would hold up the answers of workers and of the store, and keep
 * everybody else from connecting.
 */

import { Fifo } from '../../../protocol/base/fifo.ts'

/** A refusal takes some 0.4 ms of CPU time (measured, `npm run load`): so many take six. */
export const REQUESTS_PER_TURN = 16

export class RequestPacer {
  #waiting = new Fifo<object, () => void>()
  #begun = 0
  #isScheduled = false

  /** Calls `begin` at once or in a later turn, in the order in which they came. */
  take(begin: () => void): void {
    this.#schedule()
    if (this.#waiting.size > 0 || this.#begun >= REQUESTS_PER_TURN) {
      this.#waiting.push({}, begin)
      return
    }
    this.#begun++
    begin()
  }

  #schedule(): void {
    if (this.#isScheduled) return
    this.#isScheduled = true
    setImmediate(() => this.#turn())
  }

  #turn(): void {
    this.#isScheduled = false
    this.#begun = 0
    while (this.#begun < REQUESTS_PER_TURN) {
      const begin = this.#waiting.shift()
      if (begin === undefined) return
      // First: what comes while the last ones begin has to wait as well.
      this.#schedule()
      this.#begun++
      begin()
    }
  }
}
