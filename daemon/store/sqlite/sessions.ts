/** Sessions, and the state that the next execution of each starts from. */

import { LatchdError } from '../../../protocol/errors.ts'
import type { Session } from '../../../protocol/session.ts'
import type { Place, SessionSnapshot, StoredSession } from '../store.ts'
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
}

export class Sessions {
  #connection: Connection
  #blobs: Blobs

  constructor(connection: Connection, blobs: Blobs) {
    this.#connection = connection
    this.#blobs = blobs
  }

  create(sessionId: string, owner: string, nowMs: number): void {
    if (this.#find(sessionId) !== undefined) {
      throw new LatchdError('CONFLICT', `Cannot create session ${sessionId}: it is there already`)
    }
    this.#connection.run(
      'INSERT INTO session (session_id, owner, created_ms, used_ms) VALUES (?, ?, ?, ?)',
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
    return { owner, session: told(row), remembered, ...(runtime !== null && { runtime }) }
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
      told(this.#find(name) as SessionRow),
    )
  }

  snapshot(sessionId: string): SessionSnapshot | undefined {
    const row = this.#find(sessionId)
    if (row === undefined || row.snapshot === null) return undefined
    return { bytes: this.#blobs.bytes(row.snapshot), runtime: row.runtime ?? '' }
  }

  /** An execution of the session has ended; its state is what it was, or a new one. */
  ended(sessionId: string, snapshot: SessionSnapshot | undefined, nowMs: number): void {
    const row = this.#find(sessionId)
    if (row === undefined) return
    this.#connection.run(
      'UPDATE session SET used_ms = max(used_ms, ?), executions = executions + 1 WHERE session_id = ?',
      nowMs,
      sessionId,
    )
    if (snapshot === undefined) return
    this.#connection.run(
      'UPDATE session SET snapshot = ?, snapshot_bytes = ?, runtime = ? WHERE session_id = ?',
      this.#blobs.keepBytes(snapshot.bytes),
      snapshot.bytes.byteLength,
      snapshot.runtime,
      sessionId,
    )
    if (row.snapshot !== null) this.#blobs.release(row.snapshot)
  }

  /** A person said that this tool is not to be asked for again. */
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

  /** Sessions whose execution has begun and not ended; at most one of a session has. */
  held(): { sessionId: string; executionId: string }[] {
    return this.#connection.all(
      `SELECT session_id AS sessionId, execution_id AS executionId FROM execution
        WHERE session_id IS NOT NULL AND state IN ('queued', 'running', 'waiting', 'stuck')
        AND started_ms IS NOT NULL`,
    )
  }

  remove(sessionId: string): void {
    const row = this.#find(sessionId)
    if (row === undefined) return
    this.#connection.run('DELETE FROM session WHERE session_id = ?', sessionId)
    if (row.snapshot !== null) this.#blobs.release(row.snapshot)
  }

  /**
   * Sessions not used since an instant, but for those that an execution is going on in.
   *
   * @param inUse those of executions that are not in the store
   */
  unused(usedBeforeMs: number, inUse: readonly string[], limit: number): string[] {
    return this.#connection
      .all<{ session_id: string }>(
        `SELECT session_id FROM session WHERE used_ms < ? AND NOT EXISTS (
          SELECT 1 FROM execution WHERE execution.session_id = session.session_id
            AND state IN ('queued', 'running', 'waiting', 'stuck')
        ) AND session_id NOT IN (SELECT value FROM json_each(?)) ORDER BY used_ms LIMIT ?`,
        usedBeforeMs,
        JSON.stringify(inUse),
        limit,
      )
      .map(row => row.session_id)
  }

  #find(sessionId: string): SessionRow | undefined {
    return this.#connection.get('SELECT * FROM session WHERE session_id = ?', sessionId)
  }
}

function told(row: SessionRow): Session {
  return {
    sessionId: row.session_id,
    createdAtMs: row.created_ms,
    lastUsedAtMs: row.used_ms,
    executions: row.executions,
    snapshotBytes: row.snapshot_bytes,
  }
}
