/** Sessions as those in memory, with the runs that repeat their state. */

import { namedState, runsAfter, SESSION_ROW_BYTES } from '../../daemon/store/rules/sessions.ts'
import type { SessionLeaving, SessionSnapshot, SessionState } from '../../daemon/store/store.ts'
import { MemorySessions } from '../../executor/store/memory-sessions.ts'
import type { Session } from '../../protocol/execution/session.ts'

const all = { owner: undefined, after: undefined, limit: Infinity }

interface State {
  readonly bytes: Uint8Array | undefined
  /** `null`: nothing was left so far. */
  readonly runtime: string | null
  readonly state: string | null
  readonly runs: readonly Uint8Array[]
  readonly isRepeatable: boolean
  readonly steps: number
}

const NONE: State = {
  ...{ bytes: undefined, runtime: null, state: null },
  ...{ runs: [], isRepeatable: true, steps: 0 },
}

export class ToySessions extends MemorySessions {
  #states = new Map<string, State>()

  snapshot(sessionId: string, isNameEnough = false): SessionState | undefined {
    const { bytes, runs, steps, runtime, state } = this.#stateOf(sessionId)
    if (runtime === null) return undefined
    const named = namedState({ runtime, state, steps })
    if (isNameEnough && state !== null) return named
    return {
      ...named,
      ...(bytes && { bytes }),
      ...(steps > 0 && { since: runs.slice(-steps) }),
    }
  }

  saveSnapshot(
    sessionId: string,
    executionId: string,
    left: SessionLeaving | undefined,
    nowMs: number,
  ): void {
    const { executions = 0 } = this.session(sessionId)?.session ?? {}
    this.countExecution(sessionId, executionId, nowMs)
    if (left === undefined || this.session(sessionId) === undefined) return
    const before = this.#stateOf(sessionId)
    const runBytes = bytesOf(before.runs)
    const { added, isRepeatable, steps } = runsAfter({ ...before, runBytes }, executions, left)
    const { runtime, state = null, bytes = before.bytes } = left
    const runs = added === undefined ? [] : [...before.runs, added]
    this.#put(sessionId, { bytes, runtime, state, runs, isRepeatable, steps })
  }

  override removeSession(sessionId: string): boolean {
    const isGone = super.removeSession(sessionId)
    if (isGone) this.#states.delete(sessionId)
    return isGone
  }

  sessionRuns(sessionId: string): readonly Uint8Array[] | undefined {
    const { isRepeatable, runs } = this.#stateOf(sessionId)
    return isRepeatable && this.session(sessionId) !== undefined ? runs : undefined
  }

  outdatedSessions(runtime: string, limit: number): readonly string[] {
    const outdated = this.sessions(all).filter(({ sessionId }) => {
      const its = this.session(sessionId)?.runtime
      return its !== undefined && its !== runtime
    })
    outdated.sort((a, b) => b.lastUsedAtMs - a.lastUsedAtMs)
    return outdated.slice(0, limit).map(({ sessionId }) => sessionId)
  }

  replaceSnapshot(sessionId: string, before: string, { bytes, runtime }: SessionSnapshot): void {
    if (this.session(sessionId)?.runtime !== before) return
    this.#put(sessionId, { ...this.#stateOf(sessionId), bytes, runtime, state: null, steps: 0 })
  }

  #stateOf(sessionId: string): State {
    return this.#states.get(sessionId) ?? NONE
  }

  #put(sessionId: string, state: State): void {
    this.#states.set(sessionId, state)
    this.noteSnapshot(sessionId, state.bytes?.byteLength ?? 0, state.runtime ?? undefined)
  }

  sessionBytes(owner: string): number {
    const bytes = ({ sessionId, snapshotBytes }: Session) =>
      SESSION_ROW_BYTES + snapshotBytes + bytesOf(this.#stateOf(sessionId).runs)
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
