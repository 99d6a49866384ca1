/**
 * Ends the program of a session so that its memory stays sound: by a signal, whose handler in the
 * prelude raises an exception that unwinds the program. From then on the host answers nothing of
 * it. One that does not unwind in time is ended through its frames, and leaves nothing.
 */

/** The signal; `program.py` of the prelude has its handler. */
const SIGNAL = 63
/**
 * So long blocks of `finally` may run, memory may take to be freed, and handlers to let the exception
 * pass.
 */
const GRACE_MS = 500
/** So long the program runs until the exception is raised once more. */
const AGAIN_MS = 10

/** The end of one program, which has not begun yet. */
export class Interruption {
  #end: { readonly error: unknown; readonly sinceMs: number } | undefined
  #signalledMs = Number.NEGATIVE_INFINITY

  /** Why the program ends; `undefined` while it is let run. */
  get end(): { readonly error: unknown } | undefined {
    return this.#end
  }

  /** A hook has thrown, or the program has asked for something after its end. */
  begin(error?: unknown): void {
    this.#end ??= { error, sinceMs: performance.now() }
    this.#signalledMs = Number.NEGATIVE_INFINITY
  }

  /**
   * Polls while the program ends. @returns the signal that is due now, or 0
   *
   * @throws what the hook has thrown, when the program has not ended in time
   */
  poll(): number {
    if (this.#end === undefined) return 0
    const nowMs = performance.now()
    if (nowMs > this.#end.sinceMs + GRACE_MS) throw this.#end.error
    if (nowMs < this.#signalledMs + AGAIN_MS) return 0
    this.#signalledMs = nowMs
    return SIGNAL
  }
}
