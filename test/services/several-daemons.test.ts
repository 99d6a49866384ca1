/** Several daemons over one database: any of them serves any request about what is durable. */

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { fixture, get, post } from '../support/daemon.ts'
import { eventually } from '../support/eventually.ts'
import { PostgresServer } from '../support/postgres.ts'
import { sharedDaemon } from '../support/shared-daemons.ts'
import { stateFolder } from '../support/state-folder.ts'

t.setTimeout(480_000)

/** Tests of what takes its time, for `npm run postgres`. */
const long = { skip: process.env.POSTGRES_LONG === undefined }

const server = await new PostgresServer().start()
t.teardown(() => server.close())
const ledger = join(stateFolder(t), 'ledger')
writeFileSync(ledger, '')
const env = { LATCHD_TOOLS: fixture('tools/ledger-tools.ts'), LEDGER: ledger }
const start = (name: string, workers = '1') =>
  sharedDaemon(t, name, server.url(), { ...env, LATCHD_WORKERS: workers })
/** As the guide says: the address of the database in a variable, and a line for each daemon. */
const guide = readFileSync('docs/scale.md', 'utf8')
const steps = [...guide.matchAll(/^LATCHD_NODE_NAME=(\w+) latchd serve --port \d+$/gm)]
const [one = '', two = '', three = ''] = steps.map(([, name]) => name)
const [a, b, c] = await Promise.all([start(one), start(two), start(three)])

type Daemon = typeof a

async function submit(daemon: Daemon, source: string, more: object = {}): Promise<string> {
  const { status, body } = await post(`${daemon.url}/v1/executions`, { source, ...more })
  if (status !== 202) throw new Error(`${status}: ${JSON.stringify(body)}`)
  return body.executionId
}
const read = async (daemon: Daemon, id: string, waitMs = 0) =>
  (await get(`${daemon.url}/v1/executions/${id}?waitMs=${waitMs}`)).body
const wait = (daemon: Daemon, id: string) => read(daemon, id, 30_000)

/** Waits until an execution stands so, as this daemon sees it. */
const until = (daemon: Daemon, id: string, is: (execution: Body) => boolean): Promise<Body> =>
  eventually(() => read(daemon, id), is)

// biome-ignore lint/suspicious/noExplicitAny: an answer of the API
type Body = any

t.test('an execution is waited for, read and listed at any daemon', async t => {
  t.match(guide, /^export LATCHD_DATABASE_URL=postgres:\/\//m)
  const id = await submit(a, 'console.log("one"); 6 * 7')
  t.match(await wait(b, id), { status: 'completed', output: { value: 42 } })
  t.match(await read(c, id), { status: 'completed', logs: [{ text: 'one' }] })
  const { body } = await get(`${c.url}/v1/executions`)
  t.ok(body.data.some((one: Body) => one.executionId === id))
  const { body: source } = await get(`${b.url}/v1/executions/${id}/source`)
  t.match(source, { source: 'console.log("one"); 6 * 7' })
})

t.test('an approval is listed and decided at another daemon', async t => {
  const id = await submit(a, 'human_approval("Go on?").approved')
  const { waitingFor } = await wait(b, id)
  const [{ approvalId }] = waitingFor
  const { body } = await get(`${b.url}/v1/approvals?status=pending`)
  t.ok(body.data.some((one: Body) => one.approvalId === approvalId))
  const decided = await post(`${c.url}/v1/approvals/${approvalId}`, { decision: 'approve' })
  t.equal(decided.status, 200)
  t.match(await wait(a, id), { status: 'completed', output: { value: true } })
})

t.test('a decision reaches an execution that another daemon has in memory', async t => {
  // It keeps its worker, since it has something else to do.
  const source = `const { approved } = human_approval("Go on?"); approved`
  const id = await submit(a, source)
  const { waitingFor } = await wait(a, id)
  await post(`${b.url}/v1/approvals/${waitingFor[0].approvalId}`, { decision: 'reject' })
  t.match(await wait(b, id), { status: 'completed', output: { value: false } })
})

t.test('what a call begins is beneath it at any daemon, and seen there as it happens', async t => {
  const id = await submit(a, 'sleep(1); human_approval("Go on?").approved')
  const { calls, waitingFor } = await wait(a, id)
  const metadata = { parentCallId: calls[0].callId }
  const leave = new AbortController()
  const { body: live } = await fetch(`${c.url}/console/executions/${id}/live`, {
    signal: leave.signal,
  })
  const reader = (live as ReadableStream).pipeThrough(new TextDecoderStream()).getReader()
  const said = async () => {
    for (let text = ''; !text.includes('event: nested-changed'); ) {
      const { value, done } = await reader.read()
      if (done) throw new Error(`nothing is said of it: ${text}`)
      text += value
    }
  }
  const kept = await submit(b, "'kept'", { metadata })
  await said()
  const { body } = await post(`${b.url}/v1/execute`, { source: "'in memory'", metadata })
  for (const daemon of [a, b, c]) {
    const beneath = async () => (await get(`${daemon.url}/v1/executions?parent=${id}`)).body.data
    const data = await eventually(beneath, found => found.length === 2)
    t.strictSame(
      data.map((one: Body) => one.executionId),
      [body.executionId, kept],
    )
  }
  leave.abort()
  await post(`${a.url}/v1/approvals/${waitingFor[0].approvalId}`, { decision: 'approve' })
  t.match(await wait(b, id), { status: 'completed' })
})

t.test('events are streamed at another daemon, each once and in order', async t => {
  const source = 'for (let i = 0; i < 8; i++) { console.log(`line ${i}`); sleep(120) }'
  const id = await submit(a, source)
  const response = await fetch(`${b.url}/v1/executions/${id}/events`)
  const text = await response.text()
  const ids = [...text.matchAll(/^id: (\d+)$/gm)].map(match => Number(match[1]))
  t.strictSame(
    ids,
    ids.map((_, i) => i + 1),
  )
  t.equal([...text.matchAll(/"text":"line \d"/g)].length >= 8, true)
  t.match(text, /event: execution-ended/)
})

t.test('an execution that another daemon runs is cancelled', async t => {
  const id = await submit(a, 'for (;;) sleep(30)')
  await until(a, id, ({ status }) => status === 'running' || status === 'waiting')
  const { status, body } = await post(`${b.url}/v1/executions/${id}/cancel`, {})
  t.match({ status, body }, { status: 200, body: { status: 'cancelled' } })
  t.match(await read(a, id), { status: 'cancelled' })
})

t.test('a session is one for all daemons, and busy for all of them', async t => {
  const { body: session } = await post(`${a.url}/v1/sessions`, {})
  const { sessionId } = session
  const run = (daemon: Daemon, source: string, more: object = {}) =>
    post(`${daemon.url}/v1/execute`, { source, sessionId, ...more })
  t.match((await run(b, 'globalThis.count = 1; count')).body, { output: { value: 1 } })
  t.match((await run(c, 'count += 1; count')).body, { output: { value: 2 } })
  const long = await submit(a, 'human_approval("Go on?"); count += 1; count', { sessionId })
  const { waitingFor } = await wait(b, long)
  t.match(await run(c, 'count'), { status: 409, body: { code: 'SESSION_BUSY' } })
  await post(`${c.url}/v1/approvals/${waitingFor[0].approvalId}`, { decision: 'approve' })
  t.match(await wait(a, long), { status: 'completed', output: { value: 3 } })
  t.match((await run(b, 'count')).body, { output: { value: 3 } })
})

t.test('an idempotency key means one execution for all daemons', async t => {
  const send = (daemon: Daemon) =>
    post(
      `${daemon.url}/v1/executions`,
      { source: 'pay({ to: "once" })' },
      { 'idempotency-key': 'order-7' },
    )
  const answers = await Promise.all([a, b, c].map(send))
  const ids = new Set(answers.map(({ body }) => body.executionId ?? JSON.stringify(body)))
  t.equal(ids.size, 1)
  const [id = ''] = ids
  t.match(await wait(b, id), { status: 'completed' })
  t.equal(readFileSync(ledger, 'utf8').match(/^once$/gm)?.length, 1)
  t.equal((await fetch(`${c.url}/v1/executions/${id}`, { method: 'DELETE' })).status, 204)
  t.equal((await get(`${a.url}/v1/executions/${id}`)).status, 404)
})

t.test('what finds no worker at one daemon is run by the others', long, async t => {
  const spins = 'for (let i = 0; i < 1e6; i++) Math.sqrt(i); who()'
  const ids = await Promise.all(Array.from({ length: 15 }, () => submit(a, spins)))
  const ended = await Promise.all(ids.map(id => wait(b, id)))
  for (const one of ended) t.match(one, { status: 'completed' })
  const names = new Set(ended.map(({ output }) => output.value))
  t.strictSame(names, new Set([one, two, three]))
})

t.test('what a killed daemon had is taken over, and no call is made twice', async t => {
  const dying = await start('dying', '2')
  const source = (name: string) =>
    `pay({ to: "${name} 1" }); for (let i = 0; i < 300; i++) sleep(20); pay({ to: "${name} 2" })`
  const running = await submit(dying, source('running'))
  const asks = 'pay({ to: "asks 1" }); human_approval("Go on?"); pay({ to: "asks 2" })'
  const waiting = await submit(dying, asks)
  const { waitingFor } = await wait(b, waiting)
  // By then the answer of the first is stored, although another daemon is asked for it as it stands.
  const before = await until(b, running, ({ calls }) => calls.length > 30)
  const stream = fetch(`${c.url}/v1/executions/${running}/events`).then(answer => answer.text())
  t.equal(before.status, 'running')
  await dying.end('SIGKILL')
  const beganMs = Date.now()
  await post(`${c.url}/v1/approvals/${waitingFor[0].approvalId}`, { decision: 'approve' })
  t.match(await wait(c, waiting), { status: 'completed' })
  const ended = await wait(a, running)
  t.match(ended, { status: 'completed' }, JSON.stringify(ended.error))
  const places = [...(await stream).matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id))
  t.strictSame(
    places,
    places.map((_, i) => i + 1),
    'who followed it at a third daemon has each event once and in order',
  )
  t.ok(places.length > 600, 'to its end')
  t.comment(`the running one ended ${Date.now() - beganMs} ms after the kill`)
  const lines = readFileSync(ledger, 'utf8').split('\n')
  for (const line of ['running 1', 'running 2', 'asks 1', 'asks 2']) {
    t.equal(lines.filter(one => one === line).length, 1, line)
  }
})

t.test('a daemon that stops hands over what it had at once', long, async t => {
  const leaving = await start('leaving')
  const id = await submit(leaving, 'for (let i = 0; i < 60; i++) sleep(50); "done"')
  await until(a, id, ({ calls }) => calls.length > 2)
  const beganMs = Date.now()
  await leaving.end('SIGTERM')
  t.match(await wait(b, id), { status: 'completed', output: { value: 'done' } })
  t.ok(Date.now() - beganMs < 10_000, 'without waiting for its lease')
})

t.test('a daemon that froze beyond its lease drops what it had', long, async t => {
  const frozen = await start('frozen')
  const source = 'for (let i = 0; i < 300; i++) sleep(20); pay({ to: "frozen" })'
  const id = await submit(frozen, source)
  await until(b, id, ({ calls }) => calls.length > 2)
  frozen.signal('SIGSTOP')
  t.match(await wait(b, id), { status: 'completed' })
  frozen.signal('SIGCONT')
  const later = await submit(frozen, '"alive"')
  t.match(await wait(frozen, later), { status: 'completed', output: { value: 'alive' } })
  t.equal(readFileSync(ledger, 'utf8').match(/^frozen$/gm)?.length, 1)
})
