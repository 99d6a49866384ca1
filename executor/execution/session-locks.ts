/** Turns in sessions: the store says which execution holds one; here the others wait in order. */

import { Fifo } from '../../protocol/base/fifo.ts'
import { LatchdError } from '../../protocol/errors.ts'
import type { SessionHolds } from '../store/volatile-store.ts'

/** An execution that runs in a session, or wants to. */
export interface SessionUse {
  readonly sessionId: string
  readonly executionId: string
}

/** Gives each session of a store in memory to one execution at a time; the others wait in order. */
export class SessionLocks {
  #store: Pick<SessionHolds, 'holdSession'>
  /** By session: those that wait for their turn. */
  #waiting = new Map<string, Fifo<string, () => void>>()

  constructor(store: Pick<SessionHolds, 'holdSession'>) {
    this.#store = store
  }

  /** Takes a session that is free. @throws {LatchdError} `SESSION_BUSY` */
  take({ sessionId, executionId }: SessionUse): void {
    const outcome = this.#store.holdSession(sessionId, executionId)
    if (outcome === 'busy') throw sessionBusy(sessionId)
  }

  /**
   * Takes a session as soon as those before have given it back.
   *
   * @param left takes the place in the queue away when aborted
   * @returns whether the session was taken; `undefined`: at once
   */
  wait({ sessionId, executionId }: SessionUse, left: AbortSignal): Promise<boolean> | undefined {
    if (this.#store.holdSession(sessionId, executionId) !== 'busy') return undefined
    const waiting = this.#waiting.get(sessionId) ?? new Fifo()
    this.#waiting.set(sessionId, waiting)
    return new Promise(resolve => {
      const onLeave = () => {
        if (waiting.take(executionId) !== undefined) resolve(false)
      }
      left.addEventListener('abort', onLeave, { once: true })
      waiting.push(executionId, () => {
        left.removeEventListener('abort', onLeave)
        this.#store.holdSession(sessionId, executionId)
        resolve(true)
      })
      if (left.aborted) onLeave()
    })
  }

  /** A session was given back to the store: the next one that waits takes it. */
  next(sessionId: string): void {
    const next = this.#waiting.get(sessionId)?.shift()
    if (next === undefined) this.#waiting.delete(sessionId)
    else next()
  }
}

/** The error of a caller that wants a session in which an execution runs: `SESSION_BUSY`. */
export function sessionBusy(sessionId: string): LatchdError {
  return new LatchdError('SESSION_BUSY', `Cannot use session ${sessionId}: an execution runs in it`)
}
