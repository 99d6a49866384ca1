/**
 * Counts the memory that the arguments of calls without an answer hold.
 *
 * The worker counts from a call until its guest takes the answer, which is the same in each replay. It
 * refuses a call beyond the bound before it sends it. The host counts for itself, until it gives the
 * answer. So it refuses calls beyond the bound also from a worker after an escape.
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

  /** As {@link add}, for a call that blocks its guest: no other call follows before its answer. */
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
