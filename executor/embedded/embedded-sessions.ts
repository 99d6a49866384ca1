/** The sessions of an embedded executor, in its store. */

import { randomBytes } from 'node:crypto'
import { LatchdError } from '../../protocol/errors.ts'
import type { Executor, SessionHandle, Sessions } from '../../protocol/execution/executor.ts'
import type { Session } from '../../protocol/execution/session.ts'
import { ExecutorSession } from '../../protocol/execution/session-handle.ts'
import { LOCAL_CALLER } from '../../protocol/local-caller.ts'
import type { GuestSession, SessionStep } from '../boundary/messages.ts'
import { SessionLocks, type SessionUse, sessionBusy } from '../execution/session-locks.ts'
import type { SessionLeft } from '../execution/session-of-execution.ts'
import type { MemorySessions } from '../store/memory-sessions.ts'
import type { StoredSession } from '../store/volatile-store.ts'

/** A new session's id: 128 random bits. */
export function newSessionId(): string {
  return `ses_${randomBytes(16).toString('hex')}`
}

/** The state of a session. */
interface State {
  readonly snapshot: Uint8Array | undefined
  /** The programs that have run since the snapshot. */
  readonly since: readonly SessionStep[]
  /** The name of the state, when a guest may hold it. */
  readonly state: string | undefined
}

const NO_STATE: State = { snapshot: undefined, since: [], state: undefined }

/** The sessions of one embedded executor. They end with the process. */
export class EmbeddedSessions implements Sessions {
  #executor: Executor
  #store: MemorySessions
  #locks: SessionLocks
  /** By session; none before its first execution has ended. */
  #states = new Map<string, State>()

  constructor(executor: Executor, store: MemorySessions) {
    this.#executor = executor
    this.#store = store
    this.#locks = new SessionLocks(store)
  }

  async create(): Promise<SessionHandle> {
    const sessionId = newSessionId()
    this.#store.createSession(sessionId, LOCAL_CALLER, Date.now())
    return new ExecutorSession(this.#executor, sessionId)
  }

  /** Whether a session is there. */
  has(sessionId: string): boolean {
    return this.#store.session(sessionId) !== undefined
  }

  async open(sessionId: string): Promise<SessionHandle> {
    this.find(sessionId)
    return new ExecutorSession(this.#executor, sessionId)
  }

  async get(sessionId: string): Promise<Session> {
    return this.find(sessionId).session
  }

  async list(): Promise<readonly Session[]> {
    const limit = Number.POSITIVE_INFINITY
    return this.#store.sessions({ owner: undefined, after: undefined, limit })
  }

  async delete(sessionId: string): Promise<void> {
    this.find(sessionId)
    if (!this.#store.removeSession(sessionId)) throw sessionBusy(sessionId)
    this.#states.delete(sessionId)
  }

  /** @throws {LatchdError} `NOT_FOUND` */
  find(sessionId: string): StoredSession {
    const found = this.#store.session(sessionId)
    if (found !== undefined) return found
    throw new LatchdError('NOT_FOUND', `There is no session ${sessionId}`)
  }

  /** The state of a session, for its next program. @param isWhole whether its name does not do */
  stateOf(sessionId: string, isWhole: boolean): GuestSession {
    const { snapshot, since, state } = this.#states.get(sessionId) ?? NO_STATE
    const named = { ...(state !== undefined && { state }), stepsSince: since.length }
    return state === undefined || isWhole
      ? { ...named, snapshot, since }
      : { ...named, snapshot: undefined, isNameOnly: true }
  }

  /**
   * Takes a session for an execution.
   *
   * @param left gives up waiting for it when aborted
   * @returns whether it was taken; `undefined`: at once
   * @throws {LatchdError} `NOT_FOUND`, `SESSION_BUSY`
   */
  take(use: SessionUse, isQueued: boolean, left: AbortSignal): Promise<boolean> | undefined {
    this.find(use.sessionId)
    if (isQueued) return this.#locks.wait(use, left)
    this.#locks.take(use)
    return undefined
  }

  /** Gives a session back after an execution. @param left empty: it keeps what it had */
  release({ sessionId, executionId }: SessionUse, { snapshot, state, step }: SessionLeft): void {
    const before = this.#states.get(sessionId) ?? NO_STATE
    if (step !== undefined) {
      const since = [...before.since, step()]
      this.#states.set(sessionId, { ...before, since, state })
    } else if (snapshot !== undefined) {
      this.#states.set(sessionId, { snapshot, since: [], state })
      this.#store.noteSnapshot(sessionId, snapshot.byteLength)
    }
    this.#store.countExecution(sessionId, executionId, Date.now())
    this.#locks.next(sessionId)
  }
}
