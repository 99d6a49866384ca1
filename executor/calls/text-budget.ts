/**
 * Which texts of a journal travel with it: short ones, and longer ones up to a piece. The rest is
 * asked for, a piece at a time, so that a long journal is nowhere in memory as a whole.
 */

/** Bytes of texts that travel at once, but for one text that is longer by itself. */
export const PIECE_BYTES = 1024 * 1024
/** A string of up to this many bytes is always sent along: a hundred thousand of them have 25 MB. */
export const SHORT_TEXT_BYTES = 256

/** Counts the texts of one piece. */
export class TextBudget {
  #leftBytes: number

  /** @param bytes what there is room for */
  constructor(bytes = PIECE_BYTES) {
    this.#leftBytes = bytes
  }

  /** For a worker that cannot ask for the rest. */
  static readonly unlimited = (): TextBudget => new TextBudget(Infinity)

  /** Whether a string still travels; one that does is counted. */
  takes(bytes: number): boolean {
    if (bytes <= SHORT_TEXT_BYTES) return true
    if (bytes > this.#leftBytes) return false
    this.#leftBytes -= bytes
    return true
  }
}
