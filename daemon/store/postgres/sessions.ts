/** Sessions: their state, and which execution of which daemon holds each. */

import type { Place } from '../../../executor/store/place.ts'
import { holdOutcome } from '../../../executor/store/rules.ts'
import { LatchdError } from '../../../protocol/errors.ts'
import type { Session } from '../../../protocol/execution/session.ts'
import { sessionOf } from '../rules/rows.ts'
import { namedState, runsAfter, SESSION_ROW_BYTES } from '../rules/sessions.ts'
import type {
  HoldOutcome,
  SessionLeaving,
  SessionSnapshot,
  SessionState,
  StoredSession,
} from '../store.ts'
import type { Transaction } from './database.ts'

interface SessionRow {
  readonly session_id: string
  readonly owner: string
  readonly created_ms: number
  readonly used_ms: number
  readonly executions: number
  readonly snapshot_bytes: number
  readonly runtime: string | null
  readonly remembered: string
  readonly is_repeatable: boolean
  readonly run_bytes: number
  readonly holder: string | null
  readonly state: string | null
  readonly steps: number
}

const ROWS = `SELECT session_id, owner, created_ms, used_ms, executions, snapshot_bytes, runtime,
  remembered, is_repeatable, run_bytes, holder, state, steps FROM session`

async function find(tx: Transaction, sessionId: string): Promise<SessionRow | undefined> {
  return (await tx.rows<SessionRow>(`${ROWS} WHERE session_id = $1`, [sessionId]))[0]
}

async function lock(tx: Transaction, sessionId: string): Promise<SessionRow | undefined> {
  const sql = `${ROWS} WHERE session_id = $1 FOR UPDATE`
  return (await tx.rows<SessionRow>(sql, [sessionId]))[0]
}

/** Makes a session. @throws {LatchdError} `CONFLICT`: it is there already */
export async function createSession(
  tx: Transaction,
  sessionId: string,
  owner: string,
  nowMs: number,
): Promise<void> {
  const made = await tx.run(
    `INSERT INTO session (session_id, owner, created_ms, used_ms) VALUES ($1, $2, $3, $3)
      ON CONFLICT DO NOTHING`,
    [sessionId, owner, nowMs],
  )
  if (made === 1) return
  if (tx.isRepeat && (await find(tx, sessionId))?.owner === owner) return
  throw new LatchdError('CONFLICT', `Cannot create session ${sessionId}: it is there already`)
}

/** One session; `undefined` when the store does not have it. */
export async function readSession(
  tx: Transaction,
  sessionId: string,
): Promise<StoredSession | undefined> {
  const row = await find(tx, sessionId)
  if (row === undefined) return undefined
  const { owner, runtime } = row
  const remembered = JSON.parse(row.remembered) as string[]
  return { owner, session: sessionOf(row), remembered, ...(runtime !== null && { runtime }) }
}

/** A page of sessions, newest first. */
export async function listSessions(
  tx: Transaction,
  query: {
    readonly owner: string | undefined
    readonly after: Place | undefined
    readonly limit: number
  },
): Promise<Session[]> {
  const { owner, after, limit } = query
  const rows = await tx.rows<SessionRow>(
    `${ROWS} WHERE (created_ms, session_id) < ($1, $2) AND ($3::text IS NULL OR owner = $3)
      ORDER BY created_ms DESC, session_id DESC LIMIT $4`,
    [after?.createdAtMs ?? Number.MAX_SAFE_INTEGER, after?.id ?? '', owner ?? null, limit],
  )
  return rows.map(sessionOf)
}

/** The state of a session; see `SessionStore.snapshot`. */
export async function readSnapshot(
  tx: Transaction,
  sessionId: string,
  isNameEnough = false,
): Promise<SessionState | undefined> {
  const [row] = await tx.rows<{
    snapshot: Buffer | null
    runtime: string | null
    state: string | null
    steps: number
  }>(
    `SELECT CASE WHEN $2 AND state IS NOT NULL THEN NULL ELSE snapshot END AS snapshot, runtime,
      state, steps FROM session WHERE session_id = $1`,
    [sessionId, isNameEnough],
  )
  if (row === undefined) return undefined
  const named = namedState(row)
  if (isNameEnough && named.state !== undefined) return named
  if (row.snapshot === null && row.steps === 0) return undefined
  return {
    ...named,
    ...(row.snapshot !== null && { bytes: new Uint8Array(row.snapshot) }),
    ...(row.steps > 0 && { since: await lastRuns(tx, sessionId, row.steps) }),
  }
}

/** The last runs, in order. */
async function lastRuns(tx: Transaction, sessionId: string, count: number): Promise<Uint8Array[]> {
  const rows = await tx.rows<{ body: Buffer }>(
    'SELECT body FROM session_run WHERE session_id = $1 ORDER BY number DESC LIMIT $2',
    [sessionId, count],
  )
  return rows.map(({ body }) => new Uint8Array(body)).reverse()
}

/**
 * Lets an execution hold a session.
 *
 * @param daemon the daemon that the hold ends with; `null`: it does not end with one
 */
export async function holdSession(
  tx: Transaction,
  sessionId: string,
  executionId: string,
  daemon: number | null,
): Promise<HoldOutcome> {
  const row = await lock(tx, sessionId)
  const outcome = holdOutcome(row !== undefined, row?.holder ?? undefined, executionId)
  if (outcome === 'held') {
    await tx.run('UPDATE session SET holder = $2, holder_daemon = $3 WHERE session_id = $1', [
      sessionId,
      executionId,
      daemon,
    ])
  }
  return outcome
}

/** Lets go of a session, if this execution holds it. */
export async function releaseSession(
  tx: Transaction,
  sessionId: string,
  executionId: string,
): Promise<void> {
  await tx.run(
    `UPDATE session SET holder = NULL, holder_daemon = NULL WHERE session_id = $1 AND holder = $2`,
    [sessionId, executionId],
  )
}

/** An execution of a session has ended, with the new state, if any; it lets go of the session. */
export async function endInSession(
  tx: Transaction,
  sessionId: string,
  executionId: string,
  snapshot: SessionLeaving | undefined,
  nowMs: number,
): Promise<void> {
  const row = await lock(tx, sessionId)
  if (row === undefined) return
  // It has let go of it: this has been carried out before.
  if (tx.isRepeat && row.holder !== executionId) return
  await tx.run(
    `UPDATE session SET used_ms = greatest(used_ms, $2), executions = executions + 1
      WHERE session_id = $1`,
    [sessionId, nowMs],
  )
  await releaseSession(tx, sessionId, executionId)
  if (snapshot === undefined) return
  await addRun(tx, row, snapshot)
  const { bytes, runtime, state = null } = snapshot
  if (bytes !== undefined) await setSnapshot(tx, sessionId, { bytes, runtime })
  await tx.run('UPDATE session SET runtime = $2, state = $3 WHERE session_id = $1', [
    sessionId,
    runtime,
    state,
  ])
}

async function addRun(
  tx: Transaction,
  { session_id, is_repeatable, run_bytes: runBytes, executions, steps }: SessionRow,
  leaving: SessionLeaving,
): Promise<void> {
  const before = { isRepeatable: is_repeatable, runBytes, steps }
  const after = runsAfter(before, executions, leaving)
  if (after.added !== undefined) {
    await tx.run('INSERT INTO session_run (session_id, number, body) VALUES ($1, $2, $3)', [
      session_id,
      executions + 1,
      Buffer.from(after.added),
    ])
  } else await tx.run('DELETE FROM session_run WHERE session_id = $1', [session_id])
  await tx.run(
    `UPDATE session SET is_repeatable = $2, run_bytes = $3, steps = $4 WHERE session_id = $1`,
    [session_id, after.isRepeatable, after.runBytes, after.steps],
  )
}

async function setSnapshot(
  tx: Transaction,
  sessionId: string,
  { bytes, runtime }: SessionSnapshot,
): Promise<void> {
  await tx.run(
    'UPDATE session SET snapshot = $2, snapshot_bytes = $3, runtime = $4 WHERE session_id = $1',
    [sessionId, Buffer.from(bytes), bytes.byteLength, runtime],
  )
}

/** Replaces a state that was made with `before` by the same one of another runtime. */
export async function replaceSnapshot(
  tx: Transaction,
  sessionId: string,
  before: string,
  snapshot: SessionSnapshot,
): Promise<void> {
  if ((await lock(tx, sessionId))?.runtime !== before) return
  await setSnapshot(tx, sessionId, snapshot)
  await tx.run('UPDATE session SET state = NULL, steps = 0 WHERE session_id = $1', [sessionId])
}

/** The runs that repeat the state of a session, in order; `undefined` when they are not all there. */
export async function sessionRuns(
  tx: Transaction,
  sessionId: string,
): Promise<Uint8Array[] | undefined> {
  if ((await find(tx, sessionId))?.is_repeatable !== true) return undefined
  const rows = await tx.rows<{ body: Buffer }>(
    'SELECT body FROM session_run WHERE session_id = $1 ORDER BY number',
    [sessionId],
  )
  return rows.map(({ body }) => new Uint8Array(body))
}

/** Sessions with a state of another runtime, the last used first. */
export async function outdatedSessions(
  tx: Transaction,
  runtime: string,
  limit: number,
): Promise<string[]> {
  const rows = await tx.rows<{ session_id: string }>(
    'SELECT session_id FROM session WHERE runtime <> $1 ORDER BY used_ms DESC LIMIT $2',
    [runtime, limit],
  )
  return rows.map(row => row.session_id)
}

/** Records a person's decision to allow a tool for the rest of the session. */
export async function remember(tx: Transaction, sessionId: string, tool: string): Promise<void> {
  const row = await lock(tx, sessionId)
  if (row === undefined) return
  const tools = new Set<string>(JSON.parse(row.remembered)).add(tool)
  await tx.run('UPDATE session SET remembered = $2 WHERE session_id = $1', [
    sessionId,
    JSON.stringify([...tools]),
  ])
}

/** Removes a session that no execution holds; `false` when one does. */
export async function removeSession(tx: Transaction, sessionId: string): Promise<boolean> {
  const row = await lock(tx, sessionId)
  if (row === undefined) return true
  if (row.holder !== null) return false
  await tx.run('DELETE FROM session WHERE session_id = $1', [sessionId])
  return true
}

/** Bytes of the sessions of an owner: states, runs and rows. */
export async function sessionBytes(tx: Transaction, owner: string): Promise<number> {
  const [row] = await tx.rows<{ bytes: number | null }>(
    `SELECT sum(snapshot_bytes + run_bytes + $2::int)::bigint AS bytes FROM session WHERE owner = $1`,
    [owner, SESSION_ROW_BYTES],
  )
  return row?.bytes ?? 0
}
