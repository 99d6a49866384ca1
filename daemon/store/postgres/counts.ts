/** Counts over the store. */

import type { StoreShares, StoreStatistics } from '../store.ts'
import type { StoreLoad } from '../store-load.ts'
import type { Transaction } from './database.ts'
import { liveBytes } from './removing.ts'

/** Bytes of the tables and indexes in the schema that is searched first. */
const BYTES = `(SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint FROM pg_class c
  WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace)`

/** Counts over the tables; they read all of them. */
export async function statistics(
  tx: Transaction,
): Promise<Pick<StoreStatistics, 'executionsByStatus' | 'pendingApprovals' | 'bytes'>> {
  const states = await tx.rows<{ state: string; count: number }>(
    'SELECT state, count(*)::int AS count FROM execution GROUP BY state',
  )
  const [row] = await tx.rows<{ pending: number }>(
    `SELECT count(*)::int AS pending FROM wait WHERE status = 'pending'`,
  )
  return {
    executionsByStatus: Object.fromEntries(states.map(({ state, count }) => [state, count])),
    pendingApprovals: row?.pending ?? 0,
    bytes: await liveBytes(tx),
  }
}

/** Counts of unfinished work. */
export async function load(tx: Transaction, nowMs: number): Promise<StoreLoad> {
  const states = await tx.rows<{ state: string; count: number }>(
    `SELECT state, count(*)::int AS count FROM execution
      WHERE state IN ('queued', 'running', 'waiting', 'stuck') GROUP BY state`,
  )
  const [row] = await tx.rows<Omit<StoreLoad, 'executions'>>(
    `SELECT (SELECT count(*)::int FROM execution WHERE wake_ms <= $1) AS unclaimed,
      (SELECT count(*)::int FROM wait WHERE status = 'pending') AS "pendingApprovals",
      (SELECT count(*)::int FROM webhook) AS "pendingWebhooks",
      (SELECT coalesce(sum(snapshot_bytes + run_bytes), 0)::bigint FROM session) AS "sessionBytes",
      (SELECT count(*)::int FROM session) AS sessions, ${BYTES} AS bytes`,
    [nowMs],
  )
  const counts = new Map(states.map(({ state, count }) => [state, count]))
  const inState = (state: string) => counts.get(state) ?? 0
  return {
    executions: {
      queued: inState('queued'),
      running: inState('running'),
      waiting: inState('waiting'),
      stuck: inState('stuck'),
    },
    ...(row as Omit<StoreLoad, 'executions'>),
  }
}

/** Sessions and messages, counted by owner. */
export async function shares(tx: Transaction): Promise<StoreShares> {
  const byOwner = async (table: 'session' | 'webhook') => {
    const rows = await tx.rows<{ owner: string; count: number }>(
      `SELECT owner, count(*)::int AS count FROM ${table} GROUP BY owner`,
    )
    return Object.fromEntries(rows.map(({ owner, count }) => [owner, count]))
  }
  return { sessions: await byOwner('session'), webhooks: await byOwner('webhook') }
}
