/**
 * `npm run simulate [-- --cores N --seconds N]`: many daemons over one PostgreSQL, by the true rules of
 * claims, of turns and of workers, over a simulated store and clock. Prints what a fleet asks of the
 * database, how soon a million that wait go on, and which bound is met first.
 *
 * The costs of statements are measured ones: see `costs.ts`. What it does not know: locks, vacuum, the
 * network, the time of a commit on the disk.
 */

import { parseArgs } from 'node:util'
import { p50 as p50Of, p99 as p99Of, sorted as sortedOf } from '../bench/samples.ts'
import { BEAT_EVERY_MS, costs, LOOK_EVERY_MS } from './costs.ts'
import { Fleet } from './fleet.ts'
import { SimulatedClock, SimulatedServer } from './machine.ts'
import { type SimulatedExecution, SimulatedStore } from './simulated-store.ts'

const { values } = parseArgs({
  options: {
    cores: { type: 'string', default: '16' },
    seconds: { type: 'string', default: '4' },
  },
})
const cores = Number(values.cores)
const seconds = Number(values.seconds)
if (!(cores >= 1 && seconds > 0)) {
  console.error('simulate: --cores N of PostgreSQL, --seconds N of each fleet')
  process.exit(2)
}

const p50 = (values: readonly number[]) => p50Of(sortedOf(values))
const p99 = (values: readonly number[]) => p99Of(sortedOf(values))
const WORKERS = 8
const MS = 1000
const MILLION = 1_000_000
const world = () => {
  const clock = new SimulatedClock()
  return { clock, server: new SimulatedServer(clock, cores), store: new SimulatedStore() }
}

console.log(`PostgreSQL with ${cores} cores; daemons with ${WORKERS} workers on one core each\n`)
fairness()
await idle()
await loaded()
await waiting()
await takeOver()
arithmetic()

/** A hundred thousand of one owner, and twenty other owners. */
function fairness(): void {
  const { store } = world()
  for (let i = 0; i < 100_000; i++) store.submit('big', 0)
  const others = Array.from({ length: 20 }, (_, i) => `other ${i}`)
  for (const owner of others) store.submit(owner, 0)
  const left = new Set(others)
  let claims = 0
  for (let after = ''; left.size > 0 && claims < 100; claims++) {
    for (const { owner } of store.claim(0, WORKERS, after)) {
      left.delete(owner)
      after = owner
    }
  }
  console.log(
    `100 000 of one owner, 20 others: each other one runs within ${claims} claims of ${WORKERS}\n`,
  )
  if (claims > 5) process.exitCode = 1
}

/** What daemons cost that have nothing to do. */
async function idle(): Promise<void> {
  const rows: object[] = []
  for (const daemons of [1, 10, 100, 1000]) {
    const { clock, server, store } = world()
    new Fleet({ clock, server, store }, { daemons, workers: WORKERS, runMs: 0 }).start()
    await clock.run(seconds * MS)
    rows.push({
      daemons,
      'statements a second': Math.round(server.tookMs.length / seconds),
      'cores of PostgreSQL': (server.busyMs / seconds / MS).toFixed(2),
    })
  }
  console.log('Daemons that have nothing to do')
  console.table(rows)
}

/** Daemons with half of what one core carries. */
async function loaded(): Promise<void> {
  const perDaemon = Math.round(MS / costs.daemonMs / 2)
  const rows: object[] = []
  for (const daemons of [1, 3, 10, 30, 100, 300, 1000]) {
    const { clock, server, store } = world()
    let started = 0
    const runMs = costs.daemonMs
    const onStarted = () => started++
    const fleet = new Fleet(
      { clock, server, store },
      { daemons, workers: WORKERS, runMs, onStarted },
    )
    fleet.start()
    const everyMs = MS / perDaemon / daemons
    const arrive = () => {
      const draw = Math.floor(Math.random() * MILLION)
      fleet.submit(draw % daemons, `owner ${draw % 100}`)
      clock.after(everyMs, arrive)
    }
    arrive()
    await clock.run(seconds * MS)
    const isOver = p99(server.tookMs) > 1000 || store.dueCount > daemons * WORKERS * 4
    rows.push({
      daemons,
      'executions a second': Math.round(started / seconds),
      'cores of PostgreSQL': (server.busyMs / seconds / MS).toFixed(1),
      'statement p99 ms': p99(server.tookMs).toFixed(1),
      'MB of WAL a second': (((started / seconds) * costs.walBytes) / MILLION).toFixed(1),
      'they keep up': isOver ? 'no' : 'yes',
    })
    if (isOver) break
  }
  console.log(`Each daemon is sent ${perDaemon} executions a second, half of what its core carries`)
  console.table(rows)
}

/** A million that wait, for a person or for an instant, over an hour; and all of them at once. */
async function waiting(): Promise<void> {
  const rows: object[] = []
  for (const [what, overMs] of [
    ['over an hour', 3_600_000],
    ['over a minute', 60_000],
  ] as const) {
    const { clock, server, store } = world()
    const lateMs: number[] = []
    const dueAt = new WeakMap<SimulatedExecution, number>()
    const onStarted = (one: SimulatedExecution) => lateMs.push(clock.nowMs - (dueAt.get(one) ?? 0))
    const onTurn = (one: SimulatedExecution) => store.park(one, clock.nowMs + overMs)
    const options = { daemons: 100, workers: WORKERS, runMs: costs.daemonMs, onStarted, onTurn }
    new Fleet({ clock, server, store }, options).start()
    // As many as become due while it is simulated; the others wait, and cost nothing but their bytes.
    const everyMs = overMs / MILLION
    const due = () => {
      const standing = { state: 'waiting', epoch: 1, losses: 0, wake_ms: clock.nowMs } as const
      const one = { owner: `owner ${Math.floor(Math.random() * 1000)}`, standing }
      dueAt.set(one, clock.nowMs)
      store.ready(one)
      clock.after(everyMs, due)
    }
    due()
    await clock.run(seconds * MS)
    rows.push({
      'a million go on': what,
      'resumptions a second': Math.round(lateMs.length / seconds),
      'late p50 ms': Math.round(p50(lateMs)),
      'late p99 ms': Math.round(p99(lateMs)),
      'cores of PostgreSQL': (server.busyMs / seconds / MS).toFixed(2),
    })
  }
  const gigabytes = (MILLION * costs.waitingBytes) / 1e9
  console.log(`A million that wait, 100 daemons: ${gigabytes} GB in the database`)
  console.table(rows)
}

/** One of ten daemons is killed, with all of its workers in use. */
async function takeOver(): Promise<void> {
  const tookMs: number[] = []
  for (let kill = 0; kill < 20; kill++) {
    const { clock, server, store } = world()
    const DAEMONS = 10
    const AT_MS = 5000 + kill * 97
    const onStarted = () => {
      if (clock.nowMs > AT_MS) tookMs.push(clock.nowMs - AT_MS)
    }
    const fleet = new Fleet(
      { clock, server, store },
      { daemons: DAEMONS, workers: WORKERS, runMs: 600_000, onStarted },
    )
    // The others have room for what it had.
    for (let i = 0; i < (DAEMONS - 1) * WORKERS; i++) store.submit(`owner ${i % 7}`, 0)
    fleet.start()
    clock.after(AT_MS, () => fleet.kill(kill % DAEMONS))
    await clock.run(AT_MS + 20_000)
  }
  console.log(
    `20 kills of one of ten daemons: ${tookMs.length} executions go on elsewhere, p50 ${Math.round(p50(tookMs))} ms, p99 ${Math.round(p99(tookMs))} ms after the kill\n`,
  )
}

/** Where it ends, by what is known without simulating. */
function arithmetic(): void {
  const idleMs = (MS / LOOK_EVERY_MS) * costs.lookMs + (MS / BEAT_EVERY_MS) * costs.beatMs
  const each = MS / costs.daemonMs / 2
  const busyMs =
    idleMs +
    each * costs.executionMs +
    (each / WORKERS) * (costs.claimMs + WORKERS * costs.claimedMs)
  const bounds = [
    ['connections: 4 of each daemon, 500 of a usual server', Math.floor(500 / costs.connections)],
    [`CPU of PostgreSQL, ${cores} cores, each daemon half busy`, Math.floor((cores * MS) / busyMs)],
    ['write-ahead log, 200 MB a second', Math.floor(200e6 / (each * costs.walBytes))],
    [`CPU of PostgreSQL, ${cores} cores, daemons idle`, Math.floor((cores * MS) / idleMs)],
  ] as const
  const sorted = bounds.toSorted(([, a], [, b]) => a - b)
  console.log('Daemons up to each bound; the first is met first')
  console.table(sorted.map(([bound, daemons]) => ({ bound, daemons })))
}
