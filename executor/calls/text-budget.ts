/**
 * Decides which texts of a journal are sent with it: all short ones, and longer ones up to a piece. The
 * worker asks for the others, a piece at a time, so that a long journal is nowhere in memory as a whole.
 */

/** Bytes of texts that are sent at once, unless one text alone is longer. */
export const PIECE_BYTES = 1024 * 1024
/** A string of up to this many bytes is always sent along: a hundred thousand of them have 25 MB. */
export const SHORT_TEXT_BYTES = 256

/** Counts the texts of one piece. */
export class TextBudget {
  #leftBytes: number

  /** @param bytes the room for longer texts */
  constructor(bytes = PIECE_BYTES) {
    this.#leftBytes = bytes
  }

  /** For a worker that cannot ask for the rest. */
  static readonly unlimited = (): TextBudget => new TextBudget(Infinity)

  /** Whether a text is sent along; then its bytes are counted. */
  takes(bytes: number): boolean {
    if (bytes <= SHORT_TEXT_BYTES) return true
    if (bytes > this.#leftBytes) return false
    this.#leftBytes -= bytes
    return true
  }
}
