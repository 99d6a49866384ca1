/** The daemons over one database: listed, limited together, of two versions, and taken over. */

import { hostname } from 'node:os'
import t, { type Test } from 'tap'
import { SCHEMA_1 } from '../../daemon/store/postgres/schema.ts'
import type { DaemonNode } from '../../sdk/index.ts'
import { startHere } from '../support/command-here.ts'
import { fixture, get, post, testDaemon } from '../support/daemon.ts'
import { PageReader } from '../support/page-reader.ts'
import { PostgresServer } from '../support/postgres.ts'
import { sharedDaemon } from '../support/shared-daemons.ts'
import { stateFolder } from '../support/state-folder.ts'
import { testFolder } from '../support/test-folder.ts'

t.setTimeout(240_000)

const server = await new PostgresServer().start()
t.teardown(() => server.close())
const BUSY = 'for (let i = 0; i < 2000; i++) sleep(20); 1'

async function nodesOf(t: Test, url: string): Promise<{ store: string; data: DaemonNode[] }> {
  const { code, stdout } = await startHere(t, ['nodes', '--json', '--url', url]).ended
  t.equal(code, 0)
  return JSON.parse(stdout)
}

/** Asks until something holds; the runner bounds it. */
async function until<T>(ask: () => Promise<T>, holds: (answer: T) => boolean): Promise<T> {
  for (;;) {
    const answer = await ask()
    if (holds(answer)) return answer
    await new Promise(resolve => setTimeout(resolve, 50))
  }
}

t.test('doctor looks at the database', async t => {
  const env = { LATCHD_DATABASE_URL: server.url() }
  const { stdout } = await startHere(t, ['doctor'], { env }).ended
  t.match(stdout, /^ok +database +answers, and keeps what it acknowledges$/m)
})

t.test('a daemon with a store of its own says that there is one', async t => {
  const { url } = await testDaemon(t)
  const { code, stdout } = await startHere(t, ['nodes', '--url', url]).ended
  t.equal(code, 0)
  t.match(stdout, /^NAME +VERSION +URL +SINCE +SEEN +WORKERS +RUNNING +WAITING\n/)
  t.match(stdout, new RegExp(`^${hostname()} `, 'm'))
  t.match(stdout, /The store is embedded: there is one daemon\.\n$/)
  t.match(await nodesOf(t, url), { store: 'embedded', data: [{ isThis: true, workers: 1 }] })
})

t.test('any daemon lists all of them, with what each has to do', async t => {
  const database = await server.database('listed')
  const env = { LATCHD_ADVERTISE_URL: 'http://a.example:7070' }
  const a = await sharedDaemon(t, 'a', database, env)
  const b = await sharedDaemon(t, 'b', database)
  const { body } = await post(`${b.url}/v1/executions`, { source: BUSY })
  const listed = await until(
    () => nodesOf(t, a.url),
    ({ data }) => data.length === 2 && data.every(one => one.workers > 0) && data[1]?.running === 1,
  )
  t.match(listed, {
    store: 'postgres',
    data: [
      {
        name: 'a',
        isThis: true,
        url: 'http://a.example:7070',
        version: /^\d/,
        running: 0,
        waiting: 0,
      },
      { name: 'b', isThis: false, version: /^\d/, workers: 1, running: 1 },
    ],
  })
  t.match(await (await fetch(`${b.url}/metrics`)).text(), /^latchd_workers\{node="b"\} 1$/m)
  t.match(await (await fetch(`${a.url}/console/metrics`)).text(), /Of the daemon a, one of 2/)
  await post(`${a.url}/v1/executions/${body.executionId}/cancel`, {})
  await b.end('SIGTERM')
  t.match(
    (await nodesOf(t, a.url)).data.map(({ name }) => name),
    ['a'],
  )
})

t.test('what a killed daemon had is claimed within 15 s, and its row goes', async t => {
  const database = await server.database('taken_over')
  const [a, b] = await Promise.all([sharedDaemon(t, 'a', database), sharedDaemon(t, 'b', database)])
  const { body } = await post(`${b.url}/v1/executions`, { source: BUSY })
  const owner = async () => {
    const sql = `SELECT d.name FROM execution e JOIN daemon d ON d.id = e.daemon
      WHERE execution_id = '${body.executionId}' AND state = 'running'`
    return (await server.query(sql, 'taken_over')).rows[0]?.name as string | undefined
  }
  await until(owner, name => name === 'b')
  const killedMs = performance.now()
  await b.end('SIGKILL')
  await until(owner, name => name === 'a')
  t.comment(`taken over after ${Math.round(performance.now() - killedMs)} ms`)
  t.match(
    (await nodesOf(t, a.url)).data.map(({ name }) => name),
    ['a'],
  )
})

t.test('limits of a token count what it has at all daemons, and rates are shared out', async t => {
  const database = await server.database('limited')
  const config = testFolder(t, {
    'latchd.config.json': JSON.stringify({
      tokens: [
        { name: 'ann', secretFile: 'ann', limits: { maxExecutions: 3 } },
        { name: 'quick', secretFile: 'quick', limits: { requestsPerSecond: 20 } },
      ],
    }),
    ann: 'the-secret-of-ann-long-enough',
    quick: 'the-secret-of-quick-long-enough',
  })
  const env = { LATCHD_CONFIG: `${config}/latchd.config.json`, LATCHD_WORKERS: '4' }
  const [a, b] = await Promise.all([
    sharedDaemon(t, 'a', database, env),
    sharedDaemon(t, 'b', database, env),
  ])
  const ann = { authorization: 'Bearer the-secret-of-ann-long-enough' }
  const submit = (url: string) => post(`${url}/v1/executions`, { source: BUSY }, ann)
  const volatile = fetch(`${a.url}/v1/execute`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...ann },
    body: JSON.stringify({ source: BUSY }),
  })
  volatile.catch(() => {})
  // The others know of what is in memory alone by a beat.
  const nodes = () => get(`${b.url}/v1/nodes`, ann)
  await until(nodes, ({ body }) =>
    body.data?.some((one: DaemonNode) => one.name === 'a' && one.running === 1),
  )
  const known = await until(
    async () => (await server.query('SELECT load FROM daemon', 'limited')).rows,
    rows => rows.some(({ load }) => JSON.parse(load).owners?.ann?.volatile === 1),
  )
  t.equal(known.length, 2)
  const seenOf = async () => {
    const sql = `SELECT seen_ms FROM daemon WHERE name = 'b'`
    return Number((await server.query(sql, 'limited')).rows[0].seen_ms)
  }
  // A beat of the other one that began after that has read it.
  for (let i = 0; i < 2; i++) {
    const seenMs = await seenOf()
    await until(seenOf, ms => ms > seenMs)
  }
  // Durable ones are counted in the statement that adds one, however young.
  t.equal((await submit(a.url)).status, 202)
  await until(
    () => submit(b.url),
    ({ status }) => status === 202,
  )
  const refused = await until(
    () => submit(b.url),
    ({ status }) => status !== 202,
  )
  t.match(refused, { status: 429, body: { code: 'TOKEN_LIMIT_EXCEEDED', detail: /maxExecutions/ } })
  t.match(await submit(a.url), { status: 429, body: { code: 'TOKEN_LIMIT_EXCEEDED' } })
  const rows = await server.query(
    `SELECT 1 FROM execution WHERE state IN ('queued', 'running')`,
    'limited',
  )
  t.equal(rows.rowCount, 2)

  const quick = { authorization: 'Bearer the-secret-of-quick-long-enough' }
  // A full bucket is half of the rate; what flows in meanwhile is more than nothing.
  const asked = await Promise.all(Array.from({ length: 20 }, () => get(`${a.url}/v1/info`, quick)))
  const taken = asked.filter(({ status }) => status === 200).length
  t.ok(taken >= 10 && taken < 20, `${taken} of 20`)
})

t.test(
  'an execution of another runtime waits for its daemons, and goes on here when there are none',
  async t => {
    const database = await server.database('versions')
    const env = {
      LATCHD_TOOLS: fixture('tools/ledger-tools.ts'),
      LEDGER: `${stateFolder(t)}/ledger`,
    }
    const a = await sharedDaemon(t, 'a', database, env)
    const { body } = await post(`${a.url}/v1/executions`, {
      source: 'const x = pay({ to: "once" }); human_approval("Go on?"); x',
    })
    const path = `${a.url}/v1/executions/${body.executionId}`
    const waiting = (await get(`${path}?waitMs=30000`)).body
    const sql = (text: string) => server.query(text, 'versions')
    // As if another version had begun it, of which a daemon lives.
    await sql(`INSERT INTO daemon (name, runtime, started_ms, seen_ms)
    VALUES ('newer', 'another runtime', latchd_now(), latchd_now() + 3600000)`)
    await sql(`UPDATE execution SET runtime = 'another runtime'`)
    await until(
      () => get(`${a.url}/v1/nodes`),
      ({ body: { data } }) => data.length === 2,
    )
    const seen = (await sql('SELECT seen_ms FROM daemon ORDER BY id')).rows[0].seen_ms
    const beats = (rows: { seen_ms: string }[]) => Number(rows[0]?.seen_ms) > Number(seen)
    await until(async () => (await sql('SELECT seen_ms FROM daemon ORDER BY id')).rows, beats)
    await post(`${a.url}/v1/approvals/${waiting.waitingFor[0].approvalId}`, { decision: 'approve' })
    const other = (await post(`${a.url}/v1/execute`, { source: '6 * 7', durable: true })).body
    t.match(other, { output: { value: 42 } }, 'its own it runs')
    t.match((await get(`${path}?waitMs=1500`)).body, { status: 'waiting' })
    await sql(`DELETE FROM daemon WHERE name = 'newer'`)
    t.match((await get(`${path}?waitMs=30000`)).body, {
      status: 'completed',
      output: { value: 'paid once' },
    })
    const { rows } = await sql('SELECT DISTINCT runtime FROM execution')
    t.equal(rows.length, 1, 'it is of this runtime now')
    t.not(rows[0].runtime, 'another runtime')
  },
)

t.test('a browser that has signed in at one daemon is known at the others', async t => {
  const database = await server.database('console')
  const env = { LATCHD_TOKENS: 'ann:the-secret-of-ann-long-enough' }
  const [a, b] = await Promise.all([
    sharedDaemon(t, 'a', database, env),
    sharedDaemon(t, 'b', database, env),
  ])
  const reader = new PageReader(a.url)
  await reader.signIn('the-secret-of-ann-long-enough')
  const [[name = '', value = ''] = []] = [...reader.cookies]
  // Behind a balancer both have one address, by which the cookie is named.
  const own = name.replace(new URL(a.url).port, new URL(b.url).port)
  const page = (cookie: string) =>
    fetch(`${b.url}/`, { headers: { accept: 'text/html', cookie }, redirect: 'manual' })
  t.equal((await page(`${own}=${value}`)).status, 200)
  t.equal((await page(`${own}=${value.slice(0, -2)}xx`)).status, 303)
})

t.test(
  'latchd store migrate brings the tables of the first version forward, with what is in them',
  async t => {
    const database = await server.database('older')
    const sql = (text: string) => server.query(text, 'older')
    await sql(SCHEMA_1)
    await sql(`INSERT INTO meta VALUES ('store_id', 'an older store'), ('schema_version', '1')`)
    await sql(`INSERT INTO execution (execution_id, owner, state, epoch, wake_ms, created_ms, deadline_ms)
    VALUES ('exe_1', 'ann', 'queued', 1, 9000000000000, 0, 9000000000000)`)
    const { code, stdout } = await startHere(t, ['store', 'migrate', '--to', database]).ended
    t.equal(code, 0)
    t.match(stdout, /^store an older store: its tables went from version 1 to \d+\n$/)
    t.strictSame((await sql('SELECT execution_id, runtime FROM execution')).rows, [
      { execution_id: 'exe_1', runtime: null },
    ])
  },
)

t.test('tables of a newer version are refused, also by latchd store migrate', async t => {
  const database = await server.database('newer')
  await startHere(t, ['store', 'migrate', '--to', database]).ended
  await server.query(`UPDATE meta SET value = '99' WHERE name = 'schema_version'`, 'newer')
  await t.rejects(sharedDaemon(t, 'old', database), /its version is 99, this program knows up to/)
  const { code, stderr } = await startHere(t, ['store', 'migrate', '--to', database]).ended
  t.equal(code, 2)
  t.match(stderr, /its version is 99/)
})
