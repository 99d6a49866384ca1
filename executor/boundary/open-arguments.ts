/**
 * The arguments of calls that are not answered yet: how much memory they hold.
 *
 * The worker counts them as its guest sees it, from the call to the answer that the guest takes, which is
 * the same in each replay; so it refuses what is too much before it is sent. The host counts for itself,
 * to the answer that it gives: it refuses what a worker after an escape sends.
 */

import type { Limits } from '../../protocol/limits.ts'

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
   * @param tool its name, for the message
   * @returns why the call is refused, when the open arguments would exceed the bound; else `undefined`
   */
  add(tool: string, length: number, callNumber: number): string | undefined {
    const refusal = this.refusal(tool, length)
    if (refusal !== undefined) return refusal
    this.#characters += length
    this.#lengths.set(callNumber, length)
    return undefined
  }

  /** What {@link add} would return, for a call after which there is no other before its answer. */
  refusal(tool: string, length: number): string | undefined {
    const characters = this.#characters + length
    if (characters <= this.#maxCharacters) return undefined
    return `Cannot call ${tool}: the calls that are not answered yet would hold ${characters} bytes of arguments, limit ${this.#maxCharacters}`
  }

  /** The sum of their lengths. */
  get characters(): number {
    return this.#characters
  }

  /** The call is answered. */
  remove(callNumber: number): void {
    if (this.#lengths.size === 0) return
    this.#characters -= this.#lengths.get(callNumber) ?? 0
    this.#lengths.delete(callNumber)
  }

  /** The execution is evicted, or has ended. */
  clear(): void {
    this.#lengths.clear()
    this.#characters = 0
  }
}
