/**
 * Begins requests, a few in each turn of the event loop.
 *
 * Node hands over all requests of every connection before it does anything else, and accepts one
 * new connection per turn (https://github.com/libuv/libuv/pull/3696). A thousand refused clients
 * that ask again at once would delay the answers of workers and of the store, and would keep other
 * clients from connecting.
 */

import { Fifo } from '../../../protocol/base/fifo.ts'

/** A refusal takes some 0.4 ms of CPU time (measured, `npm run load`), so these take about 6 ms. */
export const REQUESTS_PER_TURN = 16

/** Begins at most {@link REQUESTS_PER_TURN} requests in a turn of the event loop; the rest wait. */
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
      // First: requests that arrive while the last ones begin have to wait as well.
      this.#schedule()
      this.#begun++
      begin()
    }
  }
}
