/** Sessions in a durable store: the runs that repeat their state, beside what every store has. */

import type {
  Promised,
  SessionHolds,
  SessionSnapshot,
} from '../../executor/store/volatile-store.ts'

/** The state that an execution leaves to its session. */
export interface SessionLeaving extends SessionSnapshot {
  /** The run that repeats it under another runtime; opaque to a store. Absent: none can. */
  readonly run?: Uint8Array
}

/** Operations on sessions and their state. */
export interface SessionStore extends Promised<SessionHolds> {
  /** As every store does, with the run that repeats the state. */
  saveSnapshot(
    sessionId: string,
    executionId: string,
    snapshot: SessionLeaving | undefined,
    nowMs: number,
  ): Promise<void>
  /**
   * The runs that repeat the state of a session, in order; `undefined` when they were not stored,
   * or were too large.
   */
  sessionRuns(sessionId: string): Promise<readonly Uint8Array[] | undefined>
  /** Sessions with a state of another runtime, the last used first. */
  outdatedSessions(runtime: string, limit: number): Promise<readonly string[]>
  /** Replaces a state that was made with `before` by the same one of another runtime. */
  replaceSnapshot(sessionId: string, before: string, snapshot: SessionSnapshot): Promise<void>
  /** Bytes that the sessions of an owner take. */
  sessionBytes(owner: string): Promise<number>
}
