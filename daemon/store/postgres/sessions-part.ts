/** The part of the store that is about sessions: each operation in its transaction. */

import type { SessionStore } from '../store.ts'
import type { PartRuns } from './in-order.ts'
import * as sessions from './sessions.ts'

/** The operations on sessions. */
export function sessionsPart({ transaction, read }: PartRuns): SessionStore {
  return {
    createSession: (sessionId, owner, nowMs) =>
      transaction([sessionId], tx => sessions.createSession(tx, sessionId, owner, nowMs)),
    session: sessionId => read([sessionId], tx => sessions.readSession(tx, sessionId)),
    sessions: query => read([], tx => sessions.listSessions(tx, query)),
    snapshot: (sessionId, isNameEnough) =>
      read([sessionId], tx => sessions.readSnapshot(tx, sessionId, isNameEnough)),
    holdSession: (sessionId, executionId) =>
      transaction([sessionId], (tx, daemon) =>
        sessions.holdSession(tx, sessionId, executionId, daemon),
      ),
    releaseSession: (sessionId, executionId) =>
      transaction([sessionId], tx => sessions.releaseSession(tx, sessionId, executionId)),
    saveSnapshot: (sessionId, executionId, snapshot, nowMs) =>
      transaction([sessionId], tx =>
        sessions.endInSession(tx, sessionId, executionId, snapshot, nowMs),
      ),
    sessionRuns: sessionId => read([sessionId], tx => sessions.sessionRuns(tx, sessionId)),
    outdatedSessions: (runtime, limit) =>
      read([], tx => sessions.outdatedSessions(tx, runtime, limit)),
    replaceSnapshot: (sessionId, before, snapshot) =>
      transaction([sessionId], tx => sessions.replaceSnapshot(tx, sessionId, before, snapshot)),
    removeSession: sessionId =>
      transaction([sessionId], tx => sessions.removeSession(tx, sessionId)),
    sessionBytes: owner => read([], tx => sessions.sessionBytes(tx, owner)),
  }
}
