/**
 * The turns of executions in a session. The store says which execution holds the session, for all
 * daemons. Executions that wait for it at this daemon take it in the order in which they came.
 */

import { setTimeout as delay } from 'node:timers/promises'
import { type SessionUse, sessionBusy } from '../../executor/execution/session-locks.ts'
import type { SessionStore } from '../store/store.ts'
import { untilRoom } from '../store/until-room.ts'

/** The interval at which a waiting execution asks the store: another daemon's execution may have ended. */
const LOOK_AGAIN_MS = 1000

/** Gives each session to one execution at a time; the others wait in order. */
export class SessionTurns {
  #store: Pick<SessionStore, 'holdSession' | 'releaseSession'>
  /** Executions of this process that hold a session. */
  #holding = new Set<string>()
  /** By session: resolves when all that wait for it so far have got it, or have left. */
  #waiting = new Map<string, Promise<unknown>>()
  /** By session: resolves when an execution of this process lets go of it. */
  #freed = new Map<string, PromiseWithResolvers<void>>()

  constructor(store: Pick<SessionStore, 'holdSession' | 'releaseSession'>) {
    this.#store = store
  }

  /**
   * Takes a session that is free.
   *
   * @returns `false` when there is no such session
   * @throws {LatchdError} `SESSION_BUSY`
   */
  async take({ sessionId, executionId }: SessionUse): Promise<boolean> {
    if (this.#waiting.has(sessionId)) throw sessionBusy(sessionId)
    const outcome = await this.#store.holdSession(sessionId, executionId)
    if (outcome === 'busy') throw sessionBusy(sessionId)
    if (outcome === 'held') this.#holding.add(executionId)
    return outcome === 'held'
  }

  /** An execution holds its session already. */
  took({ executionId }: SessionUse): void {
    this.#holding.add(executionId)
  }

  /**
   * Waits for an execution's turn.
   *
   * @param left ends the wait when aborted: then the session is not held
   * @returns `undefined` when it is its turn already
   */
  wait(use: SessionUse, left: AbortSignal): Promise<void> | undefined {
    if (this.#holding.has(use.executionId)) return undefined
    const { sessionId } = use
    const before = this.#waiting.get(sessionId)
    const turn = this.#turn(use, before, left)
    const all = Promise.allSettled([before, turn])
    this.#waiting.set(sessionId, all)
    void all.then(() => {
      if (this.#waiting.get(sessionId) === all) this.#waiting.delete(sessionId)
    })
    return turn
  }

  async #turn(
    { sessionId, executionId }: SessionUse,
    before: Promise<unknown> | undefined,
    left: AbortSignal,
  ): Promise<void> {
    const hasLeft = aborted(left)
    await Promise.race([before, hasLeft])
    while (!left.aborted) {
      // Before the store is asked, so that no release is missed.
      const freed = this.#freedOf(sessionId)
      const hold = () => this.#store.holdSession(sessionId, executionId)
      const outcome = await untilRoom(hold, { signal: left })
      if (outcome === 'held') this.#holding.add(executionId)
      if (outcome !== 'busy') return
      const pause = delay(LOOK_AGAIN_MS, undefined, { ref: false })
      await Promise.race([freed, pause, hasLeft])
    }
  }

  /** An execution has ended, and the store has let go of its session. */
  release({ sessionId, executionId }: SessionUse): void {
    this.#holding.delete(executionId)
    this.freed(sessionId)
  }

  /** A session may be free: those that wait for it ask the store. */
  freed(sessionId: string): void {
    this.#freed.get(sessionId)?.resolve()
    this.#freed.delete(sessionId)
  }

  /** An execution has left this process; it may hold its session from elsewhere. */
  left({ executionId }: SessionUse): void {
    this.#holding.delete(executionId)
  }

  /** An execution was not taken after all. */
  async abandon(use: SessionUse): Promise<void> {
    if (!this.#holding.has(use.executionId)) return
    await this.#store.releaseSession(use.sessionId, use.executionId)
    this.release(use)
  }

  #freedOf(sessionId: string): Promise<void> {
    let freed = this.#freed.get(sessionId)
    if (freed === undefined) {
      freed = Promise.withResolvers()
      this.#freed.set(sessionId, freed)
    }
    return freed.promise
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
