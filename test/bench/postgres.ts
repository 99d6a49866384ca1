/**
 * How many durable executions a second one process writes to a PostgreSQL server of its own, and what
 * claims and beats cost when much waits: `node test/bench/postgres.ts [SECONDS]`.
 */

import { connect } from '../../daemon/store/postgres/connect.ts'
import {
  glance,
  listPeers,
  lookAfter,
  register,
  renew,
} from '../../daemon/store/postgres/daemons.ts'
import { openPostgresStore } from '../../daemon/store/postgres/open.ts'
import type { PostgresStore } from '../../daemon/store/postgres/postgres-store.ts'
import { completed, delivery, intent, started, submission } from '../conformance/store-samples.ts'
import { PostgresServer } from '../support/postgres.ts'

const UNDER_WAY = 64
const MANY = 100_000
const TIMES = 1000
const OWNERS = 1000
const seconds = Number(process.argv[2] ?? 10)

const server = await new PostgresServer(['shared_buffers=256MB', 'max_wal_size=4GB']).start()
try {
  const databaseUrl = server.url()
  const store = await openPostgresStore({ databaseUrl, name: 'bench', url: undefined })
  await writes(store)
  await claims(store)
  await rests()
  await store.close()
} finally {
  await server.close()
}

/** Submit, one call that is made once, finish; 64 under way. */
async function writes(store: PostgresStore): Promise<void> {
  const batches: number[] = []
  store.watchCommits(operations => batches.push(operations))
  const before = await lsn()
  const cpu = process.cpuUsage()
  const serverMs = server.cpuMs
  const began = performance.now()
  let count = 0
  const lane = async (lane: number) => {
    for (let n = 0; performance.now() - began < seconds * 1000; n++) {
      const id = `exe_${lane}_${n}`
      await store.submit(submission(id, { state: 'queued' }))
      const at = { startedAtMs: Date.now(), events: [started(id)] }
      await store.append(id, 1, { records: [intent(1)], ...at })
      await store.finish(id, 1, completed(id, { records: [delivery(1)] }))
      count++
    }
  }
  await Promise.all(Array.from({ length: UNDER_WAY }, (_, n) => lane(n)))
  const tookMs = performance.now() - began
  const { user, system } = process.cpuUsage(cpu)
  const operations = batches.reduce((sum, one) => sum + one, 0)
  console.table({
    'executions a second': Math.round((count / tookMs) * 1000),
    'operations a transaction': (operations / batches.length).toFixed(1),
    'bytes of WAL each': Math.round(((await lsn()) - before) / count),
    "PostgreSQL's CPU, ms each": ((server.cpuMs - serverMs) / count).toFixed(2),
    'CPU of this process, ms each': ((user + system) / 1000 / count).toFixed(2),
  })
}

async function lsn(): Promise<number> {
  const { rows } = await server.query(`SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0') AS at`)
  return Number(rows[0].at)
}

/** One owner with much that is queued, twenty others; then much that waits. */
async function claims(store: PostgresStore): Promise<void> {
  const fill = (owner: string, state: string, wake: string, count: number) =>
    server.query(
      `INSERT INTO execution (execution_id, owner, state, epoch, wake_ms, created_ms, deadline_ms)
        SELECT 'x-${owner}-${state}-' || n, '${owner}', '${state}', 1, ${wake}, 0, 0
        FROM generate_series(1, ${count}) n`,
    )
  await fill('big', 'queued', 'n', MANY)
  for (let n = 0; n < 20; n++) await fill(`small${n}`, 'queued', 'n', 50)
  await server.query('ANALYZE execution')
  let after = ''
  const claim = async () => {
    const { claimed } = await store.claim({ nowMs: Date.now(), max: 16, after })
    after = claimed.at(-1)?.owner ?? after
  }
  console.log(`claim of 16 with ${MANY} queued: ${await median(50, claim)} ms`)
  await server.query('DELETE FROM execution')
  await server.query('VACUUM execution')
  await fill('big', 'waiting', '9000000000000', MANY)
  await server.query('ANALYZE execution')
  console.log(`claim that finds nothing, ${MANY} wait: ${await median(50, claim)} ms`)
  await server.query(
    `INSERT INTO execution (execution_id, owner, state, epoch, wake_ms, created_ms, deadline_ms)
      SELECT 'm-' || n, 'owner' || n % ${OWNERS}, 'queued', 1, CASE WHEN n % 10 = 0 THEN n
        ELSE 9000000000000 END, 0, 0 FROM generate_series(1, ${OWNERS * 50}) n`,
  )
  await server.query('ANALYZE execution')
  console.log(`claim of 16, ${OWNERS} owners: ${await median(50, claim)} ms`)
}

/** What daemons cost that have nothing to do: looks for news, and beats. */
async function rests(): Promise<void> {
  const database = await connect(server.url())
  const number = await database.transaction(tx =>
    register(tx, { name: 'rests', url: undefined }, undefined),
  )
  const load = { workers: 8, running: 0, waiting: 0, owners: {} }
  const beat = async () => {
    await database.transaction(tx => renew(tx, number, load))
    await database.read(tx => listPeers(tx, number))
    await database.transaction(tx => lookAfter(tx, number, { working: [], queued: [] }))
  }
  const look = () => database.read(tx => glance(tx, number, Date.now())).then(() => {})
  for (const [what, act] of Object.entries({ 'look for news': look, beat })) {
    const before = server.cpuMs
    const ms = await median(TIMES, act)
    const cpuMs = ((server.cpuMs - before) / TIMES).toFixed(2)
    console.log(`${what}, ${MANY} wait: ${ms} ms, ${cpuMs} ms of PostgreSQL's CPU`)
  }
  await database.close()
}

async function median(times: number, act: () => Promise<void>): Promise<string> {
  const took: number[] = []
  for (let n = 0; n < times; n++) {
    const began = performance.now()
    await act()
    took.push(performance.now() - began)
  }
  return (took.sort((a, b) => a - b)[times >> 1] as number).toFixed(1)
}
