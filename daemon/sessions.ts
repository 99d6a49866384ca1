/** The sessions of a daemon: made, listed, removed, and held by one execution at a time. */

import { randomBytes } from 'node:crypto'
import { LatchdError } from '../protocol/errors.ts'
import type { Session } from '../protocol/session.ts'
import type { Caller, Page } from './executions.ts'
import { fromCursor, toCursor } from './store/place.ts'
import type { SessionStore, StoredSession } from './store/store.ts'

/** A new session's id: 128 random bits. */
export function newSessionId(): string {
  return `ses_${randomBytes(16).toString('hex')}`
}

export class SessionDesk {
  #store: SessionStore
  /** How long an unused session stays, in milliseconds. */
  #keepMs: number
  /** Sessions that an execution holds, with those that wait for their turn. */
  #held = new Map<string, (() => void)[]>()

  constructor(store: SessionStore, keepMs: number) {
    this.#store = store
    this.#keepMs = keepMs
  }

  async create(caller: Caller): Promise<Session> {
    const sessionId = newSessionId()
    await this.#store.createSession(sessionId, caller.name, Date.now())
    return await this.get(sessionId, caller)
  }

  /** @throws {LatchdError} `NOT_FOUND`, also for the session of another caller */
  async get(sessionId: string, caller: Caller): Promise<Session> {
    return this.#told((await this.find(sessionId, caller)).session)
  }

  /** As {@link get}, with what only the daemon knows. */
  async find(sessionId: string, caller: Caller): Promise<StoredSession> {
    const found = await this.#store.session(sessionId)
    if (found !== undefined && (caller.seesAll || found.owner === caller.name)) return found
    throw new LatchdError('NOT_FOUND', `There is no session ${sessionId}`)
  }

  async list(
    query: { readonly after: string | undefined; readonly limit: number },
    caller: Caller,
  ): Promise<Page<Session>> {
    const owner = caller.seesAll ? undefined : caller.name
    const after = query.after === undefined ? undefined : fromCursor(query.after)
    const sessions = await this.#store.sessions({ owner, after, limit: query.limit })
    const last = sessions.at(-1)
    const isFull = last !== undefined && sessions.length === query.limit
    const place = last && { createdAtMs: last.createdAtMs, id: last.sessionId }
    return {
      data: sessions.map(session => this.#told(session)),
      ...(isFull && place && { nextCursor: toCursor(place) }),
    }
  }

  /** @throws {LatchdError} `NOT_FOUND`, `SESSION_BUSY` */
  async remove(sessionId: string, caller: Caller): Promise<void> {
    await this.find(sessionId, caller)
    if (this.#held.has(sessionId)) throw busy(sessionId)
    await this.#store.removeSession(sessionId)
  }

  /**
   * Takes a session for one execution; resolves with what gives it back.
   *
   * @param isQueued waits for its turn instead of being refused
   * @throws {LatchdError} `SESSION_BUSY`
   */
  async hold(sessionId: string, isQueued: boolean): Promise<() => void> {
    const waiting = this.#held.get(sessionId)
    if (waiting === undefined) this.#held.set(sessionId, [])
    else if (!isQueued) throw busy(sessionId)
    else await new Promise<void>(resolve => waiting.push(resolve))
    return () => this.#release(sessionId)
  }

  #release(sessionId: string): void {
    const next = this.#held.get(sessionId)?.shift()
    if (next === undefined) this.#held.delete(sessionId)
    else next()
  }

  #told(session: Session): Session {
    return { ...session, expiresAtMs: session.lastUsedAtMs + this.#keepMs }
  }
}

function busy(sessionId: string): LatchdError {
  return new LatchdError('SESSION_BUSY', `Cannot use session ${sessionId}: an execution runs in it`)
}
