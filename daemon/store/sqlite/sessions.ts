/** Sessions, and the state that the next execution of each starts from. */

import { holdOutcome } from '../../../executor/store/rules.ts'
import { LatchdError } from '../../../protocol/errors.ts'
import type { Session } from '../../../protocol/execution/session.ts'
import { sessionOf } from '../rules/rows.ts'
import { namedState, runsAfter, SESSION_ROW_BYTES } from '../rules/sessions.ts'
import type {
  HoldOutcome,
  Place,
  SessionLeaving,
  SessionSnapshot,
  SessionState,
  StoredSession,
} from '../store.ts'
import type { Blobs } from './blobs.ts'
import type { Connection } from './connection.ts'
import { newestFirst } from './newest-first.ts'

interface SessionRow {
  readonly session_id: string
  readonly owner: string
  readonly created_ms: number
  readonly used_ms: number
  readonly executions: number
  readonly snapshot: number | null
  readonly snapshot_bytes: number
  readonly runtime: string | null
  readonly remembered: string
  readonly is_repeatable: number
  readonly run_bytes: number
  readonly state: string | null
  readonly steps: number
}

/**
 * Which execution holds a session. In memory: the holders that end with the process need no cleaning
 * up, and those that do not are known by their own rows.
 */
const HOLDERS = `CREATE TEMP TABLE holder (
  session_id TEXT PRIMARY KEY,
  execution_id TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT OR IGNORE INTO temp.holder SELECT session_id, execution_id FROM execution
  WHERE session_id IS NOT NULL AND state IN ('queued', 'running', 'waiting', 'stuck')
    AND started_ms IS NOT NULL`

/** Operations on sessions, their snapshots and their runs. */
export class Sessions {
  #connection: Connection
  #blobs: Blobs

  constructor(connection: Connection, blobs: Blobs) {
    this.#connection = connection
    this.#blobs = blobs
    connection.database.exec(HOLDERS)
  }

  create(sessionId: string, owner: string, nowMs: number): void {
    if (this.#find(sessionId) !== undefined) {
      throw new LatchdError('CONFLICT', `Cannot create session ${sessionId}: it is there already`)
    }
    this.#connection.run(
      `INSERT INTO session (session_id, owner, created_ms, used_ms, is_repeatable)
        VALUES (?, ?, ?, ?, 1)`,
      sessionId,
      owner,
      nowMs,
      nowMs,
    )
  }

  session(sessionId: string): StoredSession | undefined {
    const row = this.#find(sessionId)
    if (row === undefined) return undefined
    const { owner, runtime } = row
    const remembered = JSON.parse(row.remembered) as string[]
    return { owner, session: sessionOf(row), remembered, ...(runtime !== null && { runtime }) }
  }

  sessions(query: {
    readonly owner: string | undefined
    readonly after: Place | undefined
    readonly limit: number
  }): Session[] {
    const { owner } = query
    const [where, parts] = owner === undefined ? ['WHERE 1', [[]]] : ['WHERE owner = ?', [[owner]]]
    const select = `SELECT created_ms, session_id AS name FROM session ${where}`
    return newestFirst(this.#connection, select, 'session_id', parts, query).map(({ name }) =>
      sessionOf(this.#find(name) as SessionRow),
    )
  }

  /** See `SessionStore.snapshot`. */
  snapshot(sessionId: string, isNameEnough = false): SessionState | undefined {
    const row = this.#find(sessionId)
    if (row === undefined || (row.snapshot === null && row.steps === 0)) return undefined
    const named = namedState(row)
    if (isNameEnough && named.state !== undefined) return named
    return {
      ...named,
      ...(row.snapshot !== null && { bytes: this.#blobs.bytes(row.snapshot) }),
      ...(row.steps > 0 && { since: this.#lastRuns(sessionId, row.steps) }),
    }
  }

  /** Records that an execution of the session has ended, with the new state, if any. */
  ended(sessionId: string, snapshot: SessionLeaving | undefined, nowMs: number): void {
    const row = this.#find(sessionId)
    if (row === undefined) return
    this.#connection.run(
      'UPDATE session SET used_ms = max(used_ms, ?), executions = executions + 1 WHERE session_id = ?',
      nowMs,
      sessionId,
    )
    if (snapshot === undefined) return
    this.#addRun(row, snapshot)
    const { bytes, runtime, state = null } = snapshot
    if (bytes !== undefined) this.#setSnapshot(row, { bytes, runtime })
    this.#connection.run(
      'UPDATE session SET runtime = ?, state = ? WHERE session_id = ?',
      runtime,
      state,
      sessionId,
    )
  }

  /** Replaces a state that was made with `before` by the same one of another runtime. */
  replaceSnapshot(sessionId: string, before: string, snapshot: SessionSnapshot): void {
    const row = this.#find(sessionId)
    if (row?.runtime !== before) return
    this.#setSnapshot(row, snapshot)
    this.#connection.run(
      'UPDATE session SET state = NULL, steps = 0 WHERE session_id = ?',
      sessionId,
    )
  }

  #setSnapshot(row: SessionRow, { bytes, runtime }: SessionSnapshot): void {
    this.#connection.run(
      'UPDATE session SET snapshot = ?, snapshot_bytes = ?, runtime = ? WHERE session_id = ?',
      this.#blobs.keepBytes(bytes),
      bytes.byteLength,
      runtime,
      row.session_id,
    )
    if (row.snapshot !== null) this.#blobs.release(row.snapshot)
  }

  #addRun(row: SessionRow, leaving: SessionLeaving): void {
    const { session_id, is_repeatable, run_bytes: runBytes, executions, steps } = row
    const before = { isRepeatable: is_repeatable === 1, runBytes, steps }
    const after = runsAfter(before, executions, leaving)
    if (after.added !== undefined) {
      this.#connection.run(
        'INSERT INTO session_run (session_id, number, body) VALUES (?, ?, ?)',
        session_id,
        executions + 1,
        after.added,
      )
    } else this.#connection.run('DELETE FROM session_run WHERE session_id = ?', session_id)
    this.#connection.run(
      'UPDATE session SET is_repeatable = ?, run_bytes = ?, steps = ? WHERE session_id = ?',
      Number(after.isRepeatable),
      after.runBytes,
      after.steps,
      session_id,
    )
  }

  /** The last runs, in order. */
  #lastRuns(sessionId: string, count: number): Uint8Array[] {
    return this.#connection
      .all<{ body: Uint8Array }>(
        `SELECT body FROM (
          SELECT body, number FROM session_run WHERE session_id = ? ORDER BY number DESC LIMIT ?
        ) ORDER BY number`,
        sessionId,
        count,
      )
      .map(({ body }) => body)
  }

  runs(sessionId: string): Uint8Array[] | undefined {
    if (this.#find(sessionId)?.is_repeatable !== 1) return undefined
    return this.#connection
      .all<{ body: Uint8Array }>(
        'SELECT body FROM session_run WHERE session_id = ? ORDER BY number',
        sessionId,
      )
      .map(({ body }) => body)
  }

  /** Bytes of the sessions of an owner: states, runs and rows. */
  bytesOf(owner: string): number {
    const row = this.#connection.get<{ bytes: number | null }>(
      'SELECT sum(snapshot_bytes + run_bytes + ?) AS bytes FROM session WHERE owner = ?',
      SESSION_ROW_BYTES,
      owner,
    )
    return row?.bytes ?? 0
  }

  outdated(runtime: string, limit: number): string[] {
    return this.#connection
      .all<{ session_id: string }>(
        'SELECT session_id FROM session WHERE runtime <> ? ORDER BY used_ms DESC LIMIT ?',
        runtime,
        limit,
      )
      .map(row => row.session_id)
  }

  /** Records a person's decision to allow this tool for the rest of the session. */
  remember(sessionId: string, tool: string): void {
    const row = this.#find(sessionId)
    if (row === undefined) return
    const tools = new Set<string>(JSON.parse(row.remembered)).add(tool)
    this.#connection.run(
      'UPDATE session SET remembered = ? WHERE session_id = ?',
      JSON.stringify([...tools]),
      sessionId,
    )
  }

  hold(sessionId: string, executionId: string): HoldOutcome {
    const isThere = this.#find(sessionId) !== undefined
    const outcome = holdOutcome(isThere, this.#holder(sessionId), executionId)
    if (outcome === 'held') {
      this.#connection.run(
        'INSERT OR IGNORE INTO temp.holder (session_id, execution_id) VALUES (?, ?)',
        sessionId,
        executionId,
      )
    }
    return outcome
  }

  release(sessionId: string, executionId: string): void {
    this.#connection.run(
      'DELETE FROM temp.holder WHERE session_id = ? AND execution_id = ?',
      sessionId,
      executionId,
    )
  }

  #holder(sessionId: string): string | undefined {
    return this.#connection.get<{ execution_id: string }>(
      'SELECT execution_id FROM temp.holder WHERE session_id = ?',
      sessionId,
    )?.execution_id
  }

  remove(sessionId: string): boolean {
    if (this.#holder(sessionId) !== undefined) return false
    const row = this.#find(sessionId)
    if (row === undefined) return true
    this.#connection.run('DELETE FROM session WHERE session_id = ?', sessionId)
    if (row.snapshot !== null) this.#blobs.release(row.snapshot)
    return true
  }

  /**
   * Sessions not used since an instant, except those that are held, and those with an execution that
   * has not ended.
   */
  unused(usedBeforeMs: number, limit: number): string[] {
    return this.#connection
      .all<{ session_id: string }>(
        `SELECT session_id FROM session WHERE used_ms < ? AND NOT EXISTS (
          SELECT 1 FROM execution WHERE execution.session_id = session.session_id
            AND state IN ('queued', 'running', 'waiting', 'stuck')
        ) AND session_id NOT IN (SELECT session_id FROM temp.holder) ORDER BY used_ms LIMIT ?`,
        usedBeforeMs,
        limit,
      )
      .map(row => row.session_id)
  }

  #find(sessionId: string): SessionRow | undefined {
    return this.#connection.get('SELECT * FROM session WHERE session_id = ?', sessionId)
  }
}
