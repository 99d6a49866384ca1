/** The arguments of calls that are not answered yet: how much memory they hold. */

import type { Limits } from '../../protocol/limits.ts'
import { thrownAs } from '../../protocol/tool/thrown.ts'
import type { CallOutcome } from '../tools/call-outcome.ts'

/**
 * Sums the lengths of the arguments of open calls, and refuses a call that would exceed the bound.
 */
export class OpenArguments {
  readonly #maxCharacters: number
  #lengths = new Map<number, number>()
  #characters = 0

  /**
   * The bound: the arguments of all calls that may be open at once, but no more than a journal
   * holds.
   */
  constructor({ maxConcurrentCalls, maxCallBytes, maxJournalBytes }: Limits) {
    this.#maxCharacters = Math.min(maxConcurrentCalls * maxCallBytes, maxJournalBytes)
  }

  /**
   * Takes the arguments of a call, whether it runs, waits for its turn or for a person.
   *
   * @returns the outcome of the call when the open arguments would exceed the bound; else
   *   `undefined`
   */
  add(id: number, tool: string, length: number): CallOutcome | undefined {
    const characters = this.#characters + length
    if (characters > this.#maxCharacters) {
      const message = `Cannot call ${tool}: the calls that are not answered yet would hold ${characters} bytes of arguments, limit ${this.#maxCharacters}`
      return { kind: 'thrown', thrown: thrownAs('RangeError', 'LIMIT_EXCEEDED', message, tool) }
    }
    this.#characters = characters
    this.#lengths.set(id, length)
    return undefined
  }

  /** The sum of their lengths. */
  get characters(): number {
    return this.#characters
  }

  /** The call is answered. */
  remove(id: number): void {
    this.#characters -= this.#lengths.get(id) ?? 0
    this.#lengths.delete(id)
  }

  /** The execution is evicted, or has ended. */
  clear(): void {
    this.#lengths.clear()
    this.#characters = 0
  }
}
