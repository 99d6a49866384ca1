/** How long a daemon that does not answer is waited for: it may be starting again. */

import { type ErrorCode, LatchdError } from '../errors.ts'
import { pause } from './pause.ts'

/** The daemon is given up after this long without an answer. */
const GIVE_UP_MS = 120_000
/** The first pause between tries to reach a daemon; each is twice the one before. */
export const FIRST_PAUSE_MS = 50
/** The longest pause between tries to reach a daemon. */
export const LONGEST_PAUSE_MS = 2000

/** The refusals of a request by a daemon that stops, and by the one that follows it. */
const away: ReadonlySet<ErrorCode> = new Set(['CONNECTION_LOST', 'CONNECTION_REFUSED', 'DRAINING'])

/** The pauses between tries to reach a daemon. */
export class Backoff {
  #failures = 0
  #sinceMs = 0

  /** The daemon has answered. */
  renew(): void {
    this.#failures = 0
  }

  /** Waits until the next try. @throws the error, when another try is useless */
  async wait(error: unknown, signal: AbortSignal): Promise<void> {
    if (!(error instanceof LatchdError && away.has(error.code))) throw error
    const nowMs = performance.now()
    if (this.#failures === 0) this.#sinceMs = nowMs
    else if (nowMs - this.#sinceMs > GIVE_UP_MS) throw error
    const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** this.#failures++, LONGEST_PAUSE_MS)
    await pause(pauseMs, signal)
  }
}

/**
 * Sends a repeatable request until a daemon answers.
 *
 * @throws the daemon's refusal; the last error when the daemon was given up; the signal's reason
 */
export async function untilAnswered<T>(send: () => Promise<T>, signal: AbortSignal): Promise<T> {
  const backoff = new Backoff()
  for (;;) {
    try {
      return await send()
    } catch (error) {
      await backoff.wait(error, signal)
    }
  }
}
