/** Sessions in memory, and which execution holds each. */

import { LatchdError } from '../../protocol/errors.ts'
import type { Session } from '../../protocol/execution/session.ts'
import { newestFirst } from './place.ts'
import { holdOutcome } from './rules.ts'
import type { HoldOutcome, SessionHolds, SessionQuery, StoredSession } from './volatile-store.ts'

/** Holds sessions until they are removed. */
export class MemorySessions implements SessionHolds {
  #rows = new Map<string, StoredSession>()
  /** By session: the execution that holds it. */
  #holders = new Map<string, string>()

  createSession(sessionId: string, owner: string, nowMs: number): void {
    if (this.#rows.has(sessionId)) {
      throw new LatchdError('CONFLICT', `Cannot create session ${sessionId}: it is there already`)
    }
    const session: Session = {
      sessionId,
      createdAtMs: nowMs,
      lastUsedAtMs: nowMs,
      executions: 0,
      snapshotBytes: 0,
    }
    this.#rows.set(sessionId, { owner, session, remembered: [] })
  }

  session(sessionId: string): StoredSession | undefined {
    return this.#rows.get(sessionId)
  }

  sessions({ owner, after, limit }: SessionQuery): readonly Session[] {
    const wanted = this.#rows.values().filter(row => (owner ?? row.owner) === row.owner)
    const listed = wanted.map(({ session }) => session)
    return newestFirst(listed, placeOf, after, limit)
  }

  holdSession(sessionId: string, executionId: string): HoldOutcome {
    const holder = this.#holders.get(sessionId)
    const outcome = holdOutcome(this.#rows.has(sessionId), holder, executionId)
    if (outcome === 'held') this.#holders.set(sessionId, executionId)
    return outcome
  }

  releaseSession(sessionId: string, executionId: string): void {
    if (this.#holders.get(sessionId) === executionId) this.#holders.delete(sessionId)
  }

  /** An execution has ended in a session: it counts, and lets go of it. */
  countExecution(sessionId: string, executionId: string, nowMs: number): void {
    this.releaseSession(sessionId, executionId)
    const row = this.#rows.get(sessionId)
    if (row === undefined) return
    const lastUsedAtMs = Math.max(row.session.lastUsedAtMs, nowMs)
    const executions = row.session.executions + 1
    this.#rows.set(sessionId, { ...row, session: { ...row.session, lastUsedAtMs, executions } })
  }

  /** A session has another state; nothing happens when it is not there. */
  noteSnapshot(sessionId: string, snapshotBytes: number, runtime?: string): void {
    const row = this.#rows.get(sessionId)
    if (row === undefined) return
    const session = { ...row.session, snapshotBytes }
    this.#rows.set(sessionId, { ...row, session, ...(runtime !== undefined && { runtime }) })
  }

  /** A decision allows a tool for the rest of a session. */
  remember(sessionId: string, tool: string): void {
    const row = this.#rows.get(sessionId)
    if (row === undefined) return
    this.#rows.set(sessionId, { ...row, remembered: [...new Set([...row.remembered, tool])] })
  }

  removeSession(sessionId: string): boolean {
    if (this.#holders.has(sessionId)) return false
    this.#rows.delete(sessionId)
    return true
  }
}

const placeOf = ({ createdAtMs, sessionId }: Session) => ({ createdAtMs, id: sessionId })
