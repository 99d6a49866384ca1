/** Sessions in a store: their state, and which execution holds each. */

import type { Promised, SessionHolds } from '../../executor/store/volatile-store.ts'

/** The state of a session. */
export interface SessionSnapshot {
  /** The virtual machine at rest, compressed. */
  readonly bytes: Uint8Array
  /** The engine and prelude that made it. */
  readonly runtime: string
}

/** The state of a session, as its next execution begins with it. */
export interface SessionState {
  /** The snapshot; absent: none was written yet, or the name was enough. */
  readonly bytes?: Uint8Array
  /** The engine and prelude that made it. */
  readonly runtime: string
  /** The name under which a worker's guest may hold it; absent: none does. */
  readonly state?: string
  /** How many runs have changed the state since the snapshot; absent: none. */
  readonly steps?: number
  /** Those runs, in order; absent: there are none, or the name was enough. */
  readonly since?: readonly Uint8Array[]
}

/** The state that an execution leaves to its session. */
export interface SessionLeaving {
  /** Its snapshot; absent: it is the one before with the run repeated on it, which has to be there. */
  readonly bytes?: Uint8Array
  /** The engine and prelude that made it. */
  readonly runtime: string
  /** The run that repeats it, also under another runtime; opaque to a store. Absent: none can. */
  readonly run?: Uint8Array
  /** The name under which a worker's guest holds it; absent: none does. */
  readonly state?: string
}

/** Operations on sessions and their state. */
export interface SessionStore extends Promised<SessionHolds> {
  /**
   * The state that its next execution starts from; `undefined` before the first has ended.
   *
   * @param isNameEnough whether the rest is not wanted when it has a name
   */
  snapshot(sessionId: string, isNameEnough?: boolean): Promise<SessionState | undefined>
  /**
   * Stores the state after an execution that is not durable itself, and lets go of the session for
   * it.
   */
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
