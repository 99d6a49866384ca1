/** Who may run in a session now: one execution at a time, the others in order. */

import { LatchdError } from '../protocol/errors.ts'

export class SessionTurns {
  /** Sessions that are held, with those that wait for their turn. */
  #held = new Map<string, (() => void)[]>()

  isHeld(sessionId: string): boolean {
    return this.#held.has(sessionId)
  }

  /** Takes a session that is free. @throws {LatchdError} `SESSION_BUSY` */
  take(sessionId: string): void {
    if (this.#held.has(sessionId)) throw sessionBusy(sessionId)
    this.#held.set(sessionId, [])
  }

  /** Takes a session as soon as those before have given it back; `undefined` when it is free. */
  wait(sessionId: string): Promise<void> | undefined {
    const waiting = this.#held.get(sessionId)
    if (waiting !== undefined) return new Promise(resolve => waiting.push(resolve))
    this.#held.set(sessionId, [])
    return undefined
  }

  /** Gives a session back. */
  release(sessionId: string): void {
    const next = this.#held.get(sessionId)?.shift()
    if (next === undefined) this.#held.delete(sessionId)
    else next()
  }
}

export function sessionBusy(sessionId: string): LatchdError {
  return new LatchdError('SESSION_BUSY', `Cannot use session ${sessionId}: an execution runs in it`)
}
