/** When the entries that a writer holds are written, if nothing that depends on them comes before. */

/** For watchers, an event waits this long for others before it is written. */
const WATCHED_MS = 10
/**
 * The answer of a call that is made once waits this long for the next call, whose write includes
 * it.
 */
const ANSWER_MS = 250
/** An approval waits this long for the park of its guest. */
const SHOW_MS = 10

/** Writes what one execution holds after a while. */
export class WriteTimer {
  #write: () => void
  #timer: NodeJS.Timeout | undefined

  constructor(write: () => void) {
    this.#write = write
  }

  /** Writes an approval, unless its guest parks before. */
  startForApproval(): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(this.#write, SHOW_MS)
  }

  /** Writes soon, unless the timer runs already. @param isWatched whether a reader waits for the write */
  start(isWatched: boolean): void {
    this.#timer ??= setTimeout(this.#write, isWatched ? WATCHED_MS : ANSWER_MS)
  }

  /** The entries are written now. */
  stop(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }
}
