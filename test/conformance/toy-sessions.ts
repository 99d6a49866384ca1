/** Sessions as those in memory, with the runs that repeat their state. */

import { keepsRun, SESSION_ROW_BYTES } from '../../daemon/store/rules/sessions.ts'
import type { SessionLeaving, SessionSnapshot } from '../../daemon/store/store.ts'
import { MemorySessions } from '../../executor/store/memory-sessions.ts'
import type { Session } from '../../protocol/execution/session.ts'

const all = { owner: undefined, after: undefined, limit: Infinity }

export class ToySessions extends MemorySessions {
  #snapshots = new Map<string, SessionSnapshot>()
  /** By session; `undefined`: too large, or not all of them were stored. */
  #runs = new Map<string, readonly Uint8Array[] | undefined>()

  override createSession(sessionId: string, owner: string, nowMs: number): void {
    super.createSession(sessionId, owner, nowMs)
    this.#runs.set(sessionId, [])
  }

  snapshot(sessionId: string): SessionSnapshot | undefined {
    return this.#snapshots.get(sessionId)
  }

  saveSnapshot(
    sessionId: string,
    executionId: string,
    snapshot: SessionLeaving | undefined,
    nowMs: number,
  ): void {
    const { executions = 0 } = this.session(sessionId)?.session ?? {}
    this.countExecution(sessionId, executionId, nowMs)
    if (snapshot === undefined || this.session(sessionId) === undefined) return
    this.#put(sessionId, snapshot)
    const runs = this.sessionRuns(sessionId) ?? []
    const isRepeatable = this.sessionRuns(sessionId) !== undefined
    const isKept = keepsRun({ isRepeatable, runBytes: bytesOf(runs), executions }, snapshot.run)
    this.#runs.set(sessionId, isKept ? [...runs, snapshot.run as Uint8Array] : undefined)
  }

  override removeSession(sessionId: string): boolean {
    const isGone = super.removeSession(sessionId)
    if (isGone) this.#runs.delete(sessionId)
    if (isGone) this.#snapshots.delete(sessionId)
    return isGone
  }

  sessionRuns(sessionId: string): readonly Uint8Array[] | undefined {
    return this.#runs.get(sessionId)
  }

  outdatedSessions(runtime: string, limit: number): readonly string[] {
    const outdated = this.sessions(all).filter(({ sessionId }) => {
      const its = this.session(sessionId)?.runtime
      return its !== undefined && its !== runtime
    })
    outdated.sort((a, b) => b.lastUsedAtMs - a.lastUsedAtMs)
    return outdated.slice(0, limit).map(({ sessionId }) => sessionId)
  }

  replaceSnapshot(sessionId: string, before: string, snapshot: SessionSnapshot): void {
    if (this.session(sessionId)?.runtime === before) this.#put(sessionId, snapshot)
  }

  #put(sessionId: string, { bytes, runtime }: SessionSnapshot): void {
    this.#snapshots.set(sessionId, { bytes, runtime })
    this.noteSnapshot(sessionId, bytes.byteLength, runtime)
  }

  sessionBytes(owner: string): number {
    const bytes = ({ sessionId, snapshotBytes }: Session) =>
      SESSION_ROW_BYTES + snapshotBytes + bytesOf(this.sessionRuns(sessionId) ?? [])
    return this.sessions({ ...all, owner }).reduce((sum, one) => sum + bytes(one), 0)
  }

  /** Removes those that were not used since, but those that are in use. */
  sweepSessions(usedBeforeMs: number, used: ReadonlySet<string | null>): number {
    const old = this.sessions(all).filter(
      ({ sessionId, lastUsedAtMs }) => lastUsedAtMs < usedBeforeMs && !used.has(sessionId),
    )
    return old.filter(({ sessionId }) => this.removeSession(sessionId)).length
  }

  /** The owner of each. */
  owners(): string[] {
    return this.sessions(all).map(({ sessionId }) => this.session(sessionId)?.owner ?? '')
  }
}

const bytesOf = (runs: readonly Uint8Array[]) => runs.reduce((sum, run) => sum + run.byteLength, 0)
