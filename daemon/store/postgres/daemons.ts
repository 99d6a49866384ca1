/** The daemons over one database: which of them live, and what becomes of the executions of a dead one. */

import type { OpeningFacts } from '../claim-facts.ts'
import type { DaemonLoad } from '../daemon-load.ts'
import type { StuckError, StuckExecution } from '../recovery-facts.ts'
import { eventsText } from '../rules/event-text.ts'
import {
  CRASH_LOOP,
  DAMAGED,
  isCrashLoop,
  lost,
  stuckExecution,
  stuckRecord,
} from '../rules/recovery.ts'
import { toShortJson } from '../rules/short-json.ts'
import { finished, isOwned } from '../rules/standing.ts'
import type { DaemonRow, PeerFacts } from '../sharing.ts'
import type { StoredApproval } from '../store.ts'
import { messageFor } from '../webhook-messages.ts'
import { undeliveredDecisions } from './approvals.ts'
import { IS_DUE } from './claims.ts'
import type { Transaction } from './database.ts'
import { changeExecutions, type ExecutionRow, lockExecution, lockOwned } from './execution-rows.ts'
import { forgetClientsOf, setPeerFacts } from './peers.ts'
import { readRunning } from './reading.ts'
import { addWebhooks } from './webhooks.ts'

/** A daemon that has not been seen for this long is dead, in milliseconds. */
export const LEASE_MS = 10_000

/** How a daemon names itself to the others. */
export interface DaemonFacts {
  readonly name: string
  /** Where callers reach it; absent: nowhere but by the balancer. */
  readonly url: string | undefined
  /** The version of latchd; unknown when absent. */
  readonly version?: string
  /** Tag of what its programs of JavaScript run on; unknown when absent. */
  readonly runtime?: string
}

/**
 * Registers a daemon; returns its number.
 *
 * @param facts `peer`: how the others reach it, once that is known
 * @param before the number that it got when the commit became unknown
 */
export async function register(
  tx: Transaction,
  facts: DaemonFacts & { readonly peer?: PeerFacts },
  before: number | undefined,
): Promise<number> {
  const { name, url, version = '', runtime = '', peer } = facts
  if (before !== undefined && (await renew(tx, before)) !== undefined) return before
  const [row] = await tx.rows<{ id: number }>(
    `INSERT INTO daemon (name, url, version, runtime, started_ms, seen_ms)
      VALUES ($1, $2, $3, $4, latchd_now(), latchd_now()) RETURNING id`,
    [name, url ?? null, version, runtime],
  )
  const { id } = row as { id: number }
  if (peer !== undefined) await setPeerFacts(tx, id, peer)
  return id
}

/** The daemons that live, the first started first. */
export async function listDaemons(tx: Transaction): Promise<DaemonRow[]> {
  const rows = await tx.rows<
    Omit<DaemonRow, 'load' | 'url'> & { load: string; url: string | null }
  >(
    `SELECT id AS number, name, url, started_ms AS "startedAtMs", seen_ms AS "seenAtMs", version,
        runtime, load, (SELECT count(*)::int FROM execution e WHERE e.daemon = d.id) AS executions
      FROM daemon d WHERE seen_ms >= latchd_now() - ${LEASE_MS} ORDER BY id`,
  )
  return rows.map(row => ({ ...row, url: row.url ?? undefined, load: loadOf(row.load) }))
}

/** Another daemon, as a heartbeat sees it. */
export interface Peer {
  readonly id: number
  readonly runtime: string
  readonly load: DaemonLoad | undefined
}

/** The daemons that live, but for one. */
export async function listPeers(tx: Transaction, daemon: number): Promise<Peer[]> {
  const rows = await tx.rows<{ id: number; runtime: string; load: string }>(
    `SELECT id, runtime, load FROM daemon WHERE id <> $1 AND seen_ms >= latchd_now() - ${LEASE_MS}`,
    [daemon],
  )
  return rows.map(row => ({ ...row, load: loadOf(row.load) }))
}

function loadOf(text: string): DaemonLoad | undefined {
  const load = JSON.parse(text)
  return 'owners' in load ? load : undefined
}

/**
 * Renews the lease of a daemon; the database's time, or `undefined` when it was given up as dead.
 *
 * @param load what it has in memory; absent: as before
 */
export async function renew(
  tx: Transaction,
  daemon: number,
  load?: DaemonLoad,
): Promise<number | undefined> {
  const [row] = await tx.rows<{ seen_ms: number }>(
    `UPDATE daemon SET seen_ms = latchd_now(), load = coalesce($2, load) WHERE id = $1
      RETURNING seen_ms`,
    [daemon, load === undefined ? null : JSON.stringify(load)],
  )
  return row?.seen_ms
}

/** What others have done to the executions of a daemon. */
export interface Glance {
  readonly decided: readonly StoredApproval[]
  readonly cancelled: readonly string[]
  /** Whether there is something to claim. */
  readonly isDue: boolean
  readonly hasWebhooks: boolean
  /** Whether a daemon is dead and has not been given up. */
  readonly hasDead: boolean
}

/** Looks for news, by indexes that hold nothing else. @param nowMs the time of the database */
export async function glance(tx: Transaction, daemon: number, nowMs: number): Promise<Glance> {
  const [found] = await tx.rows<{
    is_due: boolean
    has_webhooks: boolean
    has_dead: boolean
    is_decided: boolean
    cancelled: string[]
  }>(
    `SELECT ${IS_DUE} AS is_due,
      EXISTS (SELECT 1 FROM webhook WHERE due_ms <= $1 AND leased_ms <= $1) AS has_webhooks,
      coalesce((SELECT min(seen_ms) FROM daemon) < latchd_now() - ${LEASE_MS}, false) AS has_dead,
      EXISTS (SELECT 1 FROM wait w JOIN execution e ON e.id = w.execution
        WHERE w.is_ready AND e.daemon = $2) AS is_decided,
      ARRAY(SELECT execution_id FROM execution
        WHERE daemon = $2 AND cancel_ms IS NOT NULL) AS cancelled`,
    [nowMs, daemon],
  )
  return {
    decided: found?.is_decided === true ? await undeliveredDecisions(tx, daemon) : [],
    cancelled: found?.cancelled ?? [],
    isDue: found?.is_due === true,
    hasWebhooks: found?.has_webhooks === true,
    hasDead: found?.has_dead === true,
  }
}

/** What a daemon owns, as the store has it. */
export interface HeartbeatFindings {
  readonly owned: readonly { readonly execution_id: string; readonly epoch: number }[]
  /** Those of {@link HeartbeatFacts.queued} that do not wait for an owner any more. */
  readonly unqueued: readonly string[]
}

/** What a daemon knows at a heartbeat. */
export interface HeartbeatFacts {
  /** Executions that have a worker now. */
  readonly working: readonly string[]
  /** Executions that, as far as it knows, have no owner. */
  readonly queued: readonly string[]
}

/** Looks after the executions of a daemon. */
export async function lookAfter(
  tx: Transaction,
  daemon: number,
  { working, queued }: HeartbeatFacts,
): Promise<HeartbeatFindings> {
  await tx.run(
    `UPDATE execution SET suspect = NOT suspect
      WHERE daemon = $1 AND suspect <> (execution_id = ANY($2::text[]))`,
    [daemon, working],
  )
  const owned = await tx.rows<{ execution_id: string; epoch: number }>(
    'SELECT execution_id, epoch FROM execution WHERE daemon = $1',
    [daemon],
  )
  return { owned, unqueued: await ownedOf(tx, queued) }
}

/** Which of these executions wait no longer for an owner. */
async function ownedOf(tx: Transaction, queued: readonly string[]): Promise<string[]> {
  if (queued.length === 0) return []
  const rows = await tx.rows<{ execution_id: string }>(
    'SELECT execution_id FROM execution WHERE execution_id = ANY($1::text[]) AND wake_ms IS NOT NULL',
    [queued],
  )
  const free = new Set(rows.map(({ execution_id }) => execution_id))
  return queued.filter(id => !free.has(id))
}

/** Gives up the daemons that are dead: their executions have no owner any more. */
export async function reap(tx: Transaction): Promise<StuckExecution[]> {
  const dead = await tx.rows<{ id: number; now_ms: number }>(
    `SELECT id, latchd_now() AS now_ms FROM daemon WHERE seen_ms < latchd_now() - ${LEASE_MS}
      ORDER BY id FOR UPDATE SKIP LOCKED`,
  )
  const stuck: StuckExecution[] = []
  // A repetition: the first attempt has removed the dead daemons.
  if (dead.length === 0 && tx.before !== undefined) stuck.push(...(tx.before as StuckExecution[]))
  for (const { id, now_ms: nowMs } of dead) stuck.push(...(await giveUp(tx, id, { nowMs })))
  return stuck
}

/** Gives up a daemon: its executions have no owner any more, and count as lost. */
export async function giveUp(
  tx: Transaction,
  daemon: number,
  { nowMs, ran }: OpeningFacts,
): Promise<StuckExecution[]> {
  const hadWorker = ran === undefined ? undefined : new Set(ran)
  const rows = (await lockOwned(tx, daemon)).map(row =>
    lost(row, hadWorker?.has(row.execution_id) ?? row.suspect, nowMs),
  )
  await changeExecutions(
    tx,
    rows.map(row => ({ id: row.id, next: row })),
  )
  const stuck: StuckExecution[] = []
  for (const row of rows.filter(isCrashLoop)) {
    stuck.push(await markStuck(tx, row, nowMs, CRASH_LOOP))
  }
  await forget(tx, daemon)
  return stuck
}

/** Gives up what a daemon owned in an earlier life, and registers it as a new one. */
export async function startAnew(
  tx: Transaction,
  daemon: number,
  opening: OpeningFacts,
  facts: DaemonFacts & { readonly peer?: PeerFacts },
): Promise<{ readonly stuck: readonly StuckExecution[]; readonly number: number }> {
  const before = tx.before as { stuck: readonly StuckExecution[]; number: number } | undefined
  const stuck = await giveUp(tx, daemon, opening)
  const number = await register(tx, facts, before?.number)
  // A repetition: the first attempt has left nothing to give up.
  return before?.number === number ? before : { stuck, number }
}

/** Removes a daemon that leaves: its executions can be claimed at once, and none of them is lost. */
export async function leave(tx: Transaction, daemon: number): Promise<void> {
  await tx.run(
    'UPDATE execution SET wake_ms = 0, daemon = NULL, suspect = false WHERE daemon = $1',
    [daemon],
  )
  await forget(tx, daemon)
}

/** Volatile executions end with their daemon; those of the store keep their sessions. */
async function forget(tx: Transaction, daemon: number): Promise<void> {
  await tx.run(
    `UPDATE session SET holder = NULL, holder_daemon = NULL WHERE holder_daemon = $1
      AND NOT EXISTS (SELECT 1 FROM execution e WHERE e.execution_id = session.holder
        AND e.state IN ('queued', 'running', 'waiting', 'stuck') AND e.started_ms IS NOT NULL)`,
    [daemon],
  )
  await tx.run('UPDATE session SET holder_daemon = NULL WHERE holder_daemon = $1', [daemon])
  await forgetClientsOf(tx, daemon)
  await tx.run('DELETE FROM daemon WHERE id = $1', [daemon])
}

/** Makes an execution stuck that its owner cannot go on with; `undefined` when it has another owner. */
export async function quarantine(
  tx: Transaction,
  executionId: string,
  epoch: number,
  nowMs: number,
  error: StuckError = DAMAGED,
): Promise<StuckExecution | undefined> {
  const row = await lockExecution(tx, executionId)
  if (row === undefined || row.epoch !== epoch) return undefined
  // A repetition: the first attempt was committed before its connection was lost.
  if (row.state === 'stuck' && tx.before !== undefined) return tx.before as StuckExecution
  if (!isOwned(row)) return undefined
  return await markStuck(tx, row, nowMs, error)
}

/** Stores an execution as it stands, with the error, until a caller retries it. */
async function markStuck(
  tx: Transaction,
  row: ExecutionRow,
  nowMs: number,
  error: StuckError,
): Promise<StuckExecution> {
  const record = stuckRecord(await readRunning(tx, row.execution_id, nowMs), error)
  const sequence = row.last_event + 1
  const stuck = stuckExecution(row, sequence, nowMs, error)
  await changeExecutions(tx, [{ id: row.id, next: finished(row, record) }])
  await tx.run('INSERT INTO ending (execution, body) VALUES ($1, $2)', [
    row.id,
    toShortJson(record, row.execution_id),
  ])
  await tx.run('INSERT INTO event (execution, first, last, events) VALUES ($1, $2, $2, $3)', [
    row.id,
    sequence,
    eventsText([stuck.event], row.execution_id, undefined),
  ])
  const message = row.webhook_url === null ? undefined : messageFor(row.webhook_url, stuck.event)
  if (message !== undefined) await addWebhooks(tx, [{ ...message, owner: row.owner }])
  return stuck
}
