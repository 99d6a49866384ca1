/** The sessions of an embedded executor: kept in memory. */

import { randomBytes } from 'node:crypto'
import { LatchdError } from '../../protocol/errors.ts'
import type { Executor, SessionHandle, Sessions } from '../../protocol/execution/executor.ts'
import type { Session } from '../../protocol/execution/session.ts'
import { ExecutorSession } from '../../protocol/execution/session-handle.ts'
import type { CallApproval } from '../boundary/call-approval.ts'
import type { GuestSession, SessionStep } from '../boundary/messages.ts'
import { SessionLocks, sessionBusy } from '../execution/session-locks.ts'
import type { SessionLeft } from '../execution/session-of-execution.ts'

/** A new session's id: 128 random bits. */
export function newSessionId(): string {
  return `ses_${randomBytes(16).toString('hex')}`
}

interface Kept {
  session: Session
  snapshot: Uint8Array | undefined
  /** The programs that have run since the snapshot. */
  since: readonly SessionStep[]
  /** The name of its state, when a guest may hold it. */
  state: string | undefined
  /** Tools that may be called without an approval. */
  readonly remembered: Set<string>
}

/** The sessions of one embedded executor, with their snapshots. They end with the process. */
export class MemorySessions implements Sessions {
  #executor: Executor
  #locks = new SessionLocks()
  #kept = new Map<string, Kept>()

  constructor(executor: Executor) {
    this.#executor = executor
  }

  async create(): Promise<SessionHandle> {
    const sessionId = newSessionId()
    const nowMs = Date.now()
    this.#kept.set(sessionId, {
      session: {
        sessionId,
        createdAtMs: nowMs,
        lastUsedAtMs: nowMs,
        executions: 0,
        snapshotBytes: 0,
      },
      snapshot: undefined,
      since: [],
      state: undefined,
      remembered: new Set(),
    })
    return new ExecutorSession(this.#executor, sessionId)
  }

  /** Whether a session is there. */
  has(sessionId: string): boolean {
    return this.#kept.has(sessionId)
  }

  async open(sessionId: string): Promise<SessionHandle> {
    this.find(sessionId)
    return new ExecutorSession(this.#executor, sessionId)
  }

  async get(sessionId: string): Promise<Session> {
    return this.find(sessionId).session
  }

  async list(): Promise<readonly Session[]> {
    return Array.from(this.#kept.values(), ({ session }) => session).reverse()
  }

  async delete(sessionId: string): Promise<void> {
    this.find(sessionId)
    if (this.#locks.isHeld(sessionId)) throw sessionBusy(sessionId)
    this.#kept.delete(sessionId)
  }

  /** @throws {LatchdError} `NOT_FOUND` */
  find(sessionId: string): Kept {
    const kept = this.#kept.get(sessionId)
    if (kept !== undefined) return kept
    throw new LatchdError('NOT_FOUND', `There is no session ${sessionId}`)
  }

  /** The state of a session, for its next program. @param isWhole whether its name does not do */
  stateOf(sessionId: string, isWhole: boolean): GuestSession {
    const { snapshot, since, state } = this.find(sessionId)
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
  take(sessionId: string, isQueued: boolean, left: AbortSignal): Promise<boolean> | undefined {
    this.find(sessionId)
    if (isQueued) return this.#locks.wait(sessionId, left)
    this.#locks.take(sessionId)
    return undefined
  }

  /**
   * Gives a session back after an execution.
   *
   * @param left what the execution has left to it; empty: it keeps what it had
   * @param approvals of the execution: the remembered ones are added to the session
   */
  release(
    sessionId: string,
    { snapshot, state, step }: SessionLeft,
    approvals: readonly CallApproval[],
  ): void {
    const kept = this.#kept.get(sessionId)
    if (kept !== undefined) {
      for (const { rememberAs } of approvals) {
        if (rememberAs !== undefined) kept.remembered.add(rememberAs)
      }
      if (step !== undefined) {
        kept.since = [...kept.since, step()]
        kept.state = state
      } else if (snapshot !== undefined) {
        kept.snapshot = snapshot
        kept.since = []
        kept.state = state
      }
      kept.session = {
        ...kept.session,
        lastUsedAtMs: Date.now(),
        executions: kept.session.executions + 1,
        snapshotBytes: kept.snapshot?.byteLength ?? 0,
      }
    }
    this.#locks.release(sessionId)
  }
}
