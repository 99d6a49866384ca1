/** Locks of sessions: one execution at a time runs in a session, the others wait in order. */

import { Fifo } from '../../protocol/base/fifo.ts'
import { LatchdError } from '../../protocol/errors.ts'

/** Gives each session to one execution at a time; the others wait in order. */
export class SessionLocks {
  /** Sessions that are held, with those that wait for their turn. */
  #held = new Map<string, Fifo<object, () => void>>()

  isHeld(sessionId: string): boolean {
    return this.#held.has(sessionId)
  }

  /** Takes a session that is free. @throws {LatchdError} `SESSION_BUSY` */
  take(sessionId: string): void {
    if (this.#held.has(sessionId)) throw sessionBusy(sessionId)
    this.#held.set(sessionId, new Fifo())
  }

  /**
   * Takes a session as soon as those before have given it back.
   *
   * @param left takes the place in the queue away when aborted
   * @returns whether the session was taken; `undefined`: at once
   */
  wait(sessionId: string, left: AbortSignal): Promise<boolean> | undefined {
    const waiting = this.#held.get(sessionId)
    if (waiting === undefined) {
      this.#held.set(sessionId, new Fifo())
      return undefined
    }
    return new Promise(resolve => {
      const place = {}
      const onLeave = () => {
        if (waiting.take(place) !== undefined) resolve(false)
      }
      left.addEventListener('abort', onLeave, { once: true })
      waiting.push(place, () => {
        left.removeEventListener('abort', onLeave)
        resolve(true)
      })
      if (left.aborted) onLeave()
    })
  }

  /** Gives a session back. */
  release(sessionId: string): void {
    const next = this.#held.get(sessionId)?.shift()
    if (next === undefined) this.#held.delete(sessionId)
    else next()
  }
}

/** The error of a caller that wants a session in which an execution runs: `SESSION_BUSY`. */
export function sessionBusy(sessionId: string): LatchdError {
  return new LatchdError('SESSION_BUSY', `Cannot use session ${sessionId}: an execution runs in it`)
}
