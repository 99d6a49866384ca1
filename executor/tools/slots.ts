import { Fifo } from '../../protocol/base/fifo.ts'

/** Bounds how many calls of an execution run at once. Further calls wait their turn in order. */
export class Slots {
  #free: number
  #waiting = new Fifo<object, () => void>()

  /** @param count at least 1 */
  constructor(count: number) {
    this.#free = count
  }

  /** Resolves when there is a slot; `undefined` when there is one at once. */
  take(): Promise<void> | undefined {
    if (this.#free > 0) {
      this.#free--
      return undefined
    }
    return new Promise(resolve => this.#waiting.push({}, resolve))
  }

  /** Gives a slot back. */
  release(): void {
    const next = this.#waiting.shift()
    if (next === undefined) this.#free++
    else next()
  }
}
