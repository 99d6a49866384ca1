/** Two stores over one PostgreSQL database: what each does while the other does it too. */

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import t, { type Test } from 'tap'
import { LEASE_MS } from '../../daemon/store/postgres/daemons.ts'
import { Database } from '../../daemon/store/postgres/database.ts'
import { openPostgresStore } from '../../daemon/store/postgres/open.ts'
import { PostgresStore } from '../../daemon/store/postgres/postgres-store.ts'
import { unsafeSetting } from '../../daemon/store/postgres/safety.ts'
import type { StoreNews } from '../../daemon/store/sharing.ts'
import type { StoredApproval } from '../../daemon/store/store.ts'
import {
  approval,
  CREATED_MS,
  claimedOf,
  completed,
  delivery,
  endedExecution,
  logged,
  message,
  parking,
  started,
  submission,
} from '../conformance/store-samples.ts'
import { EMPTY, PostgresServer } from '../support/postgres.ts'

t.setTimeout(240_000)

const server = await new PostgresServer().start()
t.teardown(() => server.close())
const databaseUrl = server.url()

async function open(t: Test, name: string): Promise<PostgresStore> {
  const store = await openPostgresStore({ databaseUrl, name, url: undefined })
  t.teardown(() => store.close())
  return store
}

const [one, other] = await Promise.all([open(t, 'one'), open(t, 'other')])

t.beforeEach(async () => {
  await server.query(EMPTY)
  await Promise.all([one.register(), other.register()])
})

const numbers = (count: number) => Array.from({ length: count }, (_, i) => i)
const queued = (id: string, more: object = {}) =>
  submission(id, { state: 'queued' as const, ...more })
const stale = { code: 'STALE_OWNER' }
const approved = { status: 'approved', decidedAtMs: CREATED_MS + 9 } as const

/** News that a test does not look at. */
const quiet: StoreNews = {
  isHere: () => true,
  working: () => [],
  queued: () => [],
  load: () => ({ workers: 1, running: 0, waiting: 0, owners: {} }),
  onUnqueued: () => {},
  onDecided: () => true,
  onCancelled: () => true,
  onDue: () => {},
  onWebhooks: () => {},
  onStuck: () => {},
  onDeclaredDead: () => {},
  onFault: () => {},
}

t.test('daemons that start at once make the tables once', async t => {
  const url = await server.database('fresh')
  const stores = await Promise.all(
    numbers(4).map(n => openPostgresStore({ databaseUrl: url, name: `d${n}`, url: undefined })),
  )
  t.teardown(() => Promise.all(stores.map(store => store.close())))
  const ids = await Promise.all(stores.map(async store => (await store.statistics()).storeId))
  t.equal(new Set(ids).size, 1)
  t.strictSame((await stores[0]?.sharing.daemons())?.map(({ name }) => name).toSorted(), [
    'd0',
    'd1',
    'd2',
    'd3',
  ])
})

t.test('a database of a newer version, or of another program, is refused', async t => {
  const url = await server.database('newer')
  const store = await openPostgresStore({ databaseUrl: url, name: 'a', url: undefined })
  await store.close()
  await server.query(`UPDATE meta SET value = '99' WHERE name = 'schema_version'`, 'newer')
  const again = () => openPostgresStore({ databaseUrl: url, name: 'a', url: undefined })
  await t.rejects(again(), { code: 'STATE_TOO_NEW' })
  const foreign = await server.database('shop')
  await server.query('CREATE TABLE customer (id int)', 'shop')
  const open = () => openPostgresStore({ databaseUrl: foreign, name: 'a', url: undefined })
  await t.rejects(open(), { code: 'INTERNAL', message: /another program/ })
})

t.test('each of many executions has one owner, however many claim at once', async t => {
  const ids = numbers(60).map(n => `e${n}`)
  await Promise.all(ids.map(id => one.submit(queued(id, { owner: `o${id.length}` }), 'queue')))
  const claim = (store: PostgresStore) => claimedOf(store, CREATED_MS, 7)
  const found: string[] = []
  for (;;) {
    const answers = await Promise.all([one, other, one, other].map(claim))
    const some = answers.flatMap(answer => answer.ids)
    if (some.length === 0) break
    found.push(...some)
  }
  t.strictSame(found.toSorted(), ids.toSorted())
  t.strictSame(await one.verify(), [])
})

t.test('no write of an owner comes after the claim of another one', async t => {
  let refused = 0
  for (const round of numbers(12)) {
    const ids = numbers(8).map(n => `e${round}-${n}`)
    await Promise.all(ids.map(id => one.submit(submission(id))))
    const lose = server.query(
      `UPDATE execution SET wake_ms = 0, daemon = NULL WHERE execution_id LIKE 'e${round}-%'`,
    )
    const writes = ids.map(async id => {
      for (let seq = 1; seq < 12; seq++) {
        await one.append(id, 1, { records: [delivery(seq)] }).catch(error => {
          t.match(error, stale)
          refused++
        })
      }
    })
    await lose
    // It passes over those that a write has locked at this moment.
    const claimed: string[] = []
    while (claimed.length < ids.length) {
      claimed.push(...(await claimedOf(other, CREATED_MS)).ids)
    }
    const { rows } = await server.query(
      `SELECT execution_id, count(j.*)::int AS records FROM execution e
        LEFT JOIN journal j ON j.execution = e.id
        WHERE e.epoch = 2 AND execution_id LIKE 'e${round}-%' GROUP BY 1 ORDER BY 1`,
    )
    await Promise.all(writes)
    const later = await server.query(
      `SELECT execution_id, count(j.*)::int AS records FROM execution e
        LEFT JOIN journal j ON j.execution = e.id
        WHERE execution_id LIKE 'e${round}-%' GROUP BY 1 ORDER BY 1`,
    )
    t.strictSame(later.rows, rows, 'what was there when it was claimed is all that is there')
  }
  t.ok(refused > 0, `${refused} writes came too late`)
})

t.test('a write waits for a claim that is under way, and is refused after it', async t => {
  await one.submit(submission('e1'))
  const claiming = new pg.Client({ connectionString: databaseUrl })
  await claiming.connect()
  t.teardown(() => claiming.end())
  await claiming.query('BEGIN')
  await claiming.query(`UPDATE execution SET epoch = 2 WHERE execution_id = 'e1'`)
  const write = one.append('e1', 1, { records: [delivery(1)] })
  const first = await Promise.race([write.then(() => 'written'), delay(200, 'waits')])
  t.equal(first, 'waits')
  await claiming.query('COMMIT')
  await t.rejects(write, stale)
  t.strictSame((await one.journal('e1'))?.records, [])
})

/** A store whose every commit is carried out, and loses its connection before the answer. */
async function deafStore(t: Test): Promise<PostgresStore> {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    types: { getTypeParser: (oid: number) => (oid === 20 ? Number : pg.types.getTypeParser(oid)) },
  })
  const connect = pool.connect.bind(pool)
  let isHeard = true
  pool.connect = (async () => {
    const client = await connect()
    const query = client.query.bind(client) as (...args: unknown[]) => Promise<unknown>
    client.query = (async (...args: unknown[]) => {
      const answer = await query(...args)
      if (args[0] !== 'COMMIT') return answer
      isHeard = !isHeard
      if (isHeard) return answer
      throw new Error('Connection terminated unexpectedly')
    }) as unknown as typeof client.query
    return client
  }) as typeof pool.connect
  const store = new PostgresStore(
    new Database(pool),
    { storeId: 'deaf', schemaVersion: 1 },
    { name: 'deaf', url: undefined },
  )
  await store.register()
  t.teardown(() => store.close())
  return store
}

t.test('whatever is carried out twice, since its answer was lost, takes effect once', async t => {
  const deaf = await deafStore(t)
  const key = { text: 'order-7', bodyHash: 'h1' }
  const approvals = [approval('e1', 'a1')]
  const webhooks = [message('e1', 'm1', CREATED_MS)]
  await deaf.createSession('s1', 'alice', CREATED_MS)
  t.equal(await deaf.holdSession('s1', 'e1'), 'held')
  const first = submission('e1', { key, sessionId: 's1', events: [started('e1')], webhooks })
  t.strictSame(await deaf.submit(first), { kind: 'accepted', epoch: 1 })
  await deaf.append('e1', 1, { records: [delivery(1)], events: [logged('e1', 2, 'a')] })
  t.equal(await deaf.park('e1', 1, parking({ approvals, records: [delivery(2)] })), 'parked')
  t.match(await deaf.decide('a1', approved), { stored: { approval: { status: 'approved' } } })
  t.match(await other.take('e1'), { epoch: 2 })
  await other.giveBack('e1', 2, 0)
  await server.query(`UPDATE execution SET daemon = (SELECT max(id) FROM daemon WHERE name = 'deaf'),
    wake_ms = NULL, state = 'running' WHERE execution_id = 'e1'`)
  const snapshot = { bytes: new Uint8Array([1]), runtime: 'r', run: new Uint8Array([2]) }
  await deaf.finish('e1', 2, { ...completed('e1'), snapshot })
  await deaf.delayWebhook('m1', CREATED_MS + 100)
  t.match(await other.leaseWebhooks(CREATED_MS + 100, 9), [{ messageId: 'm1', attempts: 1 }])
  t.strictSame((await other.get('e1'))?.execution, endedExecution('e1'))
  t.match(await other.session('s1'), { session: { executions: 1 } })
  t.strictSame(await other.sessionRuns('s1'), [new Uint8Array([2])])
  t.equal(await other.holdSession('s1', 'e2'), 'held')
  t.strictSame((await other.journal('e1'))?.records, [delivery(1), delivery(2)])
  t.strictSame(await other.events('e1', 0), [started('e1'), logged('e1', 2, 'a')])
  t.strictSame(await other.submit(submission('e9', { key })), { kind: 'known', executionId: 'e1' })
  await deaf.remove('e1')
  t.strictSame(await other.verify(), [])
})

t.test('a decision and a park at the same time lose nothing', async t => {
  const ids = numbers(40).map(n => `e${n}`)
  await Promise.all(
    ids.map(id => one.submit(submission(id, { approvals: [approval(id, `a-${id}`)] }))),
  )
  const outcomes = await Promise.all(
    ids.map(async (id, n) => {
      const decide = () => other.decide(`a-${id}`, approved)
      const park = () => one.park(id, 1, parking())
      if (n % 2 === 0) return (await Promise.all([park(), decide()]))[0]
      return (await Promise.all([decide(), park()]))[1]
    }),
  )
  const claimed = new Set((await claimedOf(other, CREATED_MS)).ids)
  const ready = new Set(ids.filter((_, n) => outcomes[n] === 'ready'))
  t.strictSame(
    ids.filter(id => claimed.has(id) === ready.has(id)),
    [],
    'each goes on, at one place',
  )
  t.comment(`${ready.size} of ${ids.length} were ready when they parked`)
})

t.test('a session is held by one execution of all daemons', async t => {
  await one.createSession('s1', 'alice', CREATED_MS)
  const holds = await Promise.all(
    numbers(10).map(n => (n % 2 === 0 ? one : other).holdSession('s1', `e${n}`)),
  )
  t.equal(holds.filter(outcome => outcome === 'held').length, 1)
  t.equal(await other.removeSession('s1'), false)
})

t.test('a message to a webhook is leased to one daemon', async t => {
  const webhooks = numbers(30).map(n => message('e1', `m${n}`, CREATED_MS))
  await one.submit(submission('e1', { webhooks }))
  const leased = await Promise.all(
    [one, other, one, other].map(store => store.leaseWebhooks(CREATED_MS, 20)),
  )
  const ids = leased.flat().map(({ messageId }) => messageId)
  t.equal(new Set(ids).size, ids.length)
  t.equal(ids.length, 30)
})

t.test('of submissions with one key at two daemons one is accepted', async t => {
  const key = { text: 'order-7', bodyHash: 'h1' }
  const outcomes = await Promise.all(
    numbers(10).map(n => (n % 2 === 0 ? one : other).submit(submission(`e${n}`, { key }))),
  )
  t.equal(outcomes.filter(({ kind }) => kind === 'accepted').length, 1)
  t.equal(outcomes.filter(({ kind }) => kind === 'known').length, 9)
})

t.test('what a dead daemon had is claimed by another, and its sessions are free', async t => {
  await one.createSession('s1', 'alice', CREATED_MS)
  await one.holdSession('s1', 'volatile')
  await one.submit(submission('e1'))
  await one.submit(submission('e2', { state: 'queued' }))
  const due = Promise.withResolvers<void>()
  await server.query(`UPDATE daemon SET seen_ms = seen_ms - ${LEASE_MS + 5000} WHERE name = 'one'`)
  const reaper = await open(t, 'reaper')
  reaper.sharing.watch({ ...quiet, onDue: () => due.resolve() })
  await due.promise
  t.strictSame((await claimedOf(reaper, Date.now())).ids, ['e1', 'e2'])
  await t.rejects(one.append('e1', 1, {}), stale)
  t.equal(await reaper.holdSession('s1', 'another'), 'held')
  t.strictSame((await reaper.sharing.daemons()).map(({ name }) => name).toSorted(), [
    'other',
    'reaper',
  ])
  t.strictSame(await reaper.submit(submission('e3')), { kind: 'accepted', epoch: 1 })
  t.strictSame(await one.submit(submission('e4')), { kind: 'accepted', epoch: 1 })
  t.strictSame(await one.verify(), [])
})

t.test('a daemon that was lost with an execution five times leaves it stuck', async t => {
  await one.submit(submission('e1', { events: [started('e1')] }))
  for (let losses = 1; losses < 5; losses++) {
    await one.open({ nowMs: CREATED_MS })
    t.strictSame((await claimedOf(one, CREATED_MS)).ids, ['e1'])
  }
  const told = Promise.withResolvers<string[]>()
  const reaper = await open(t, 'reaper')
  await server.query(`UPDATE daemon SET seen_ms = 0 WHERE name = 'one'`)
  reaper.sharing.watch({
    ...quiet,
    onStuck: stuck => told.resolve(stuck.map(({ event }) => event.executionId)),
  })
  t.strictSame(await told.promise, ['e1'])
  t.match(await other.get('e1'), { execution: { status: 'stuck', error: { code: 'CRASH_LOOP' } } })
})

t.test('decisions, cancels and strays reach their daemon by its beat', async t => {
  const owner = await open(t, 'owner')
  await owner.submit(submission('e1', { approvals: [approval('e1', 'a1')] }))
  await owner.submit(submission('e2'))
  await owner.submit(submission('stray'))
  await other.decide('a1', approved)
  await other.sharing.requestCancel('e2')
  const decided = Promise.withResolvers<StoredApproval>()
  const cancelled = Promise.withResolvers<string>()
  owner.sharing.watch({
    ...quiet,
    isHere: id => id !== 'stray',
    onDecided: one => {
      decided.resolve(one)
      return true
    },
    onCancelled: id => {
      cancelled.resolve(id)
      return true
    },
  })
  t.match(await decided.promise, { approval: { approvalId: 'a1', status: 'approved' } })
  t.equal(await cancelled.promise, 'e2')
  const found: string[] = []
  while (found.length === 0) found.push(...(await claimedOf(other, Date.now())).ids)
  t.strictSame(found, ['stray'])
})

t.test('news of what is not in memory yet are told again', async t => {
  const owner = await open(t, 'owner')
  await owner.submit(submission('e1', { approvals: [approval('e1', 'a1')] }))
  await other.decide('a1', approved)
  t.equal(await other.sharing.requestCancel('e1'), true)
  t.equal(await other.sharing.requestCancel('nothing'), false)
  const [decided, cancelled] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const times = { decided: 0, cancelled: 0 }
  owner.sharing.watch({
    ...quiet,
    onDecided: () => {
      if (++times.decided === 2) decided.resolve()
      return times.decided > 1
    },
    onCancelled: () => {
      if (++times.cancelled === 2) cancelled.resolve()
      return times.cancelled > 1
    },
  })
  await Promise.all([decided.promise, cancelled.promise])
})

t.test('a daemon that leaves gives up what it had at once', async t => {
  const leaving = await open(t, 'leaving')
  await leaving.submit(submission('e1'))
  await leaving.close()
  t.strictSame((await claimedOf(other, CREATED_MS)).ids, ['e1'])
  await t.rejects(leaving.submit(submission('e2')), { code: 'DRAINING' })
})

t.test('connections that break at random lose and double nothing', async t => {
  const isOver = { value: false }
  /** Executions that have ended. */
  let ended = 0
  const breaks = (async () => {
    while (!isOver.value) {
      await server.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE application_name = 'latchd' AND random() < 0.6`,
      )
      // A store that loses its connections again before it has got on is right to give up.
      const before = ended
      while (ended === before && !isOver.value) await delay(15)
    }
  })()
  const life = async (store: PostgresStore, id: string) => {
    const outcome = await store.submit(submission(id, { events: [started(id)] }))
    t.strictSame(outcome, { kind: 'accepted', epoch: 1 })
    for (let seq = 1; seq <= 3; seq++) await store.append(id, 1, { records: [delivery(seq)] })
    await store.finish(id, 1, completed(id))
    ended++
  }
  const ids = numbers(60).map(n => `e${n}`)
  const lanes = numbers(6).map(async lane => {
    for (const [n, id] of ids.entries()) {
      if (n % 6 === lane) await life(n % 2 === 0 ? one : other, id)
    }
  })
  await Promise.all(lanes).finally(() => {
    isOver.value = true
  })
  await breaks
  t.strictSame(await one.verify(), [])
  const { executionsByStatus } = await one.statistics()
  t.strictSame(executionsByStatus, { completed: 60 })
  const { rows } = await server.query('SELECT count(*)::int AS records FROM journal')
  t.strictSame(rows, [{ records: 180 }])
})

t.test('a server that crashes and comes back loses nothing that was acknowledged', async t => {
  const kept: string[] = []
  let isOver = false
  const lanes = [one, other].map(async (store, lane) => {
    for (let n = 0; !isOver; n++) {
      const id = `e${lane}-${n}`
      await store.submit(submission(id))
      await store.finish(id, 1, completed(id))
      kept.push(id)
    }
  })
  for (let crashes = 0; crashes < 3; crashes++) {
    await delay(150)
    await server.kill()
    await server.restart()
  }
  isOver = true
  await Promise.all(lanes)
  t.ok(kept.length > 2, `${kept.length} ended`)
  const found = await Promise.all(kept.map(async id => (await one.get(id))?.execution))
  t.strictSame(
    found,
    kept.map(id => endedExecution(id)),
  )
  t.strictSame(await one.verify(), [])
})

t.test('without a database the store says so after a while', async t => {
  await server.kill()
  const began = performance.now()
  await t.rejects(one.submit(submission('e1')), { code: 'STORE_UNAVAILABLE' })
  t.ok(performance.now() - began < 9000)
  await server.restart()
  t.strictSame(await one.submit(submission('e1')), { kind: 'accepted', epoch: 1 })
})

t.test('a claim in which one owner has most takes from all of them', async t => {
  await server.query(
    `INSERT INTO execution (execution_id, owner, state, epoch, wake_ms, created_ms, deadline_ms)
      SELECT 'big' || n, 'big', 'queued', 1, n, 0, 0 FROM generate_series(1, 5000) n`,
  )
  for (const n of numbers(20)) await one.submit(queued(`s${n}`, { owner: `small${n}` }), 'queue')
  const owners: string[] = []
  for (let claims = 0; claims < 5; claims++) {
    const { claimed } = await one.claim({
      nowMs: CREATED_MS,
      max: 8,
      after: owners.at(-1) ?? '',
    })
    owners.push(...claimed.map(({ owner }) => owner))
  }
  t.equal(new Set(owners).size, 21)
})

t.test('a server that may lose commits is refused', async t => {
  const safe = {
    server_version_num: '150020',
    fsync: 'on',
    full_page_writes: 'on',
    synchronous_commit: 'on',
    is_standby: false,
  }
  t.equal(unsafeSetting(safe), undefined)
  const refused = [
    { server_version_num: '140010' },
    { fsync: 'off' },
    { full_page_writes: 'off' },
    { synchronous_commit: 'off' },
    { is_standby: true },
  ]
  for (const one of refused) t.ok(unsafeSetting({ ...safe, ...one }), JSON.stringify(one))
  const url = await server.database('careless')
  await server.query('ALTER DATABASE careless SET synchronous_commit = off')
  const open = () => openPostgresStore({ databaseUrl: url, name: 'a', url: undefined })
  await t.rejects(open(), { code: 'CONFIG_INVALID', message: /synchronous_commit is off/ })
})

t.test('owners with little have their turn beside one that has much', async t => {
  const small = numbers(20).map(n => `small ${String(n).padStart(2, '0')}`)
  await server.query(
    `INSERT INTO execution (execution_id, owner, state, epoch, wake_ms, created_ms, deadline_ms)
      SELECT 'x-' || n, 'big', 'queued', 1, n, 0, 0 FROM generate_series(1, 20000) n`,
  )
  for (const owner of small) await one.submit(queued(`of ${owner}`, { owner }), 'queue')
  const left = new Set(small)
  let after = ''
  for (let claim = 0; claim < 5; claim++) {
    // Two daemons in turns, each from where it was.
    const store = claim % 2 === 0 ? one : other
    const { claimed } = await store.claim({ nowMs: CREATED_MS + 1, max: 8, after })
    t.equal(claimed.length, 8)
    for (const { owner } of claimed) left.delete(owner)
    after = claimed.at(-1)?.owner ?? after
  }
  t.strictSame([...left], [])
})

t.test(
  'a claim passes over owners whose executions nobody can have, and finds later ones',
  async t => {
    const busy = numbers(40).map(n => `a${String(n).padStart(2, '0')}`)
    for (const owner of busy) {
      await one.createSession(`ses ${owner}`, owner, CREATED_MS)
      await one.holdSession(`ses ${owner}`, 'holder')
      await one.submit(queued(`of ${owner}`, { owner, sessionId: `ses ${owner}` }), 'queue')
    }
    await one.submit(queued('of z', { owner: 'z' }), 'queue')
    const { claimed } = await other.claim({ nowMs: CREATED_MS + 1, max: 3, after: '' })
    t.strictSame(
      claimed.map(({ executionId }) => executionId),
      ['of z'],
    )
  },
)

t.test(
  'the client of PostgreSQL is loaded by what opens such a store, and by nothing else',
  async t => {
    const files = readdirSync('daemon', { recursive: true, encoding: 'utf8' })
    const loading = files
      .filter(file => file.endsWith('.ts'))
      .filter(file => {
        const text = readFileSync(join('daemon', file), 'utf8')
        return /^import (?!type ).*from 'pg'|import\('pg'\)\)/m.test(text)
      })
    t.strictSame(loading, ['store/postgres/connect.ts'])
    const users = files
      .filter(file => file.endsWith('.ts') && !/^store\/(postgres|copy)\//.test(file))
      .filter(file =>
        /^import .*(?:postgres|store\/copy)\//m.test(readFileSync(join('daemon', file), 'utf8')),
      )
    t.strictSame(users, [], 'the store itself is loaded with the URL alone')
  },
)

t.test('a database that is not there, or a wrong URL, is refused by name', async t => {
  const open = (url: string) => openPostgresStore({ databaseUrl: url, name: 'a', url: undefined })
  await t.rejects(open(server.url('nowhere')), {
    code: 'CONFIG_INVALID',
    message: /LATCHD_DATABASE_URL.*nowhere/,
  })
})
