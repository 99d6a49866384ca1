/** Links between daemons over one database: what only the memory of one of them has, at all of them. */

import { setTimeout as delay } from 'node:timers/promises'
import { EventSourceParserStream } from 'eventsource-parser/stream'
import t, { type Test } from 'tap'
import { loadConfig } from '../../daemon/config/config.ts'
import { startDaemon } from '../../daemon/start-daemon.ts'
import { Latchd, type ToolContext } from '../../sdk/index.ts'
import { type Balancer, balancer } from '../support/balancer.ts'
import { get, post, testSettings } from '../support/daemon.ts'
import { patience } from '../support/patience.ts'
import { PostgresServer } from '../support/postgres.ts'

t.setTimeout(240_000)

const server = await new PostgresServer().start()
t.teardown(() => server.close())

const start = async (
  name: string,
  more: Record<string, string> = {},
  databaseUrl = server.url(),
) => {
  const own = { LATCHD_DATABASE_URL: databaseUrl, LATCHD_NODE_NAME: name }
  const env = { ...testSettings(t, more), ...own }
  const config = loadConfig({ flags: {}, env, readFile: () => undefined, cwd: import.meta.dirname })
  const daemon = await startDaemon(config)
  t.teardown(() => daemon.close())
  return daemon
}
const [a, b, c] = await Promise.all([start('one'), start('two'), start('three')])

// biome-ignore lint/suspicious/noExplicitAny: an answer of the API
type Body = any

const read = async (url: string, id: string, waitMs = 0) =>
  await get(`${url}/v1/executions/${id}?waitMs=${waitMs}`)
const wait = async (url: string, id: string): Promise<Body> => (await read(url, id, 30_000)).body

/** Looks until something is there. */
async function until<T>(what: string, look: () => Promise<T | undefined> | T | undefined) {
  for (const untilMs = Date.now() + patience(20_000); ; ) {
    const found = await look()
    if (found !== undefined) return found
    if (Date.now() > untilMs) throw new Error(`there is no ${what}`)
    await delay(20)
  }
}

/** A client whose socket is at one daemon, and whose requests go to another. */
async function split(t: Test, to: { connect: string; requests: string }) {
  const front: Balancer = await balancer(path =>
    path.startsWith('/v1/connect') ? to.connect : to.requests,
  )
  const latchd = new Latchd({ url: front.url })
  t.teardown(async () => {
    await latchd.close()
    await front.close()
  })
  return { latchd, front }
}

const tool = (name: string, execute: (...args: never[]) => unknown, more: object = {}) => ({
  name,
  description: '',
  ...more,
  execute,
})

t.test('a client is called by an execution of another daemon', async t => {
  const { latchd } = await split(t, { connect: a.url, requests: b.url })
  const add = tool('add', ({ x }: { x: number }) => x + 1)
  const outcome = await latchd.execute({ source: '[add({x: 1}), add({x: 2})]', tools: [add] })
  t.match(outcome, { status: 'completed', output: [2, 3] })
})

t.test('streams, progress, errors and approvals of a client cross daemons', async t => {
  const { latchd } = await split(t, { connect: a.url, requests: b.url })
  let isClosed = false
  const count = tool('count', async function* () {
    try {
      for (let i = 1; ; i++) yield i
    } finally {
      isClosed = true
    }
  })
  const slow = tool('slow', (_: unknown, { progress }: ToolContext) => {
    progress({ part: 1 })
    throw Object.assign(new Error('no more'), { code: 'NO_MORE' })
  })
  const asked = tool('asked', () => 'done', { needsApproval: true })
  const source = `
    const seen = []
    for (const n of count()) { seen.push(n); if (n === 3) break }
    try { slow() } catch (error) { seen.push(error.code) }
    seen.push(asked())
    seen`
  const events: Body[] & { isOpen?: boolean } = []
  const controller = new AbortController()
  const all = listen(`${c.url}/v1/events`, events, controller.signal)
  await until('stream', () => events.isOpen)
  const outcome = await latchd.execute({
    source,
    tools: [count, slow, asked],
    onApproval: async () => ({ decision: 'approve' }),
  })
  t.match(outcome, { status: 'completed', output: [1, 2, 3, 'NO_MORE', 'done'] })
  t.ok(isClosed, 'leaving the loop ran the finally of the tool')
  const found = await until('progress', () => events.find(({ type }) => type === 'call-progressed'))
  t.match(found, { tool: 'slow', progress: { part: 1 } }, 'progress is seen at a third daemon')
  await until('end', () => events.find(({ type }) => type === 'execution-ended'))
  controller.abort()
  await all
})

t.test('cancelling at a third daemon aborts the tool of the client', async t => {
  const { latchd } = await split(t, { connect: a.url, requests: b.url })
  const begun = Promise.withResolvers<string>()
  const aborted = Promise.withResolvers<void>()
  const hang = tool('hang', (_: unknown, { signal, executionId }: ToolContext) => {
    begun.resolve(executionId)
    signal.addEventListener('abort', () => aborted.resolve())
    return new Promise(() => {})
  })
  const running = latchd.execute({ source: 'hang()', tools: [hang], durable: true })
  const id = await begun.promise
  const { body } = await post(`${c.url}/v1/executions/${id}/cancel`, {})
  t.match(body, { status: 'cancelled' })
  await aborted.promise
  t.match(await running, { status: 'cancelled' })
})

t.test('a client that moves to another daemon answers what it was asked before, once', async t => {
  const to = { connect: a.url, requests: b.url }
  const { latchd, front } = await split(t, to)
  let calls = 0
  const begun = Promise.withResolvers<void>()
  const release = Promise.withResolvers<void>()
  const pay = tool('pay', async () => {
    calls++
    begun.resolve()
    await release.promise
    return 'paid'
  })
  const running = latchd.execute({ source: '[pay(), pay()]', tools: [pay], durable: true })
  await begun.promise
  to.connect = c.url
  front.cut()
  await until('client at the third daemon', async () => {
    const text = await (await fetch(`${c.url}/metrics`)).text()
    return /^latchd_client_connections\S* 1$/m.test(text) || undefined
  })
  release.resolve()
  t.match(await running, { status: 'completed', output: ['paid', 'paid'] })
  t.equal(calls, 2)
})

t.test('a client that comes back to the daemon that asks is asked directly', async t => {
  const to = { connect: a.url, requests: b.url }
  const { latchd, front } = await split(t, to)
  const step = tool('step', ({ n }: { n: number }) => {
    if (n === 1) {
      to.connect = b.url
      front.cut()
    }
    return n
  })
  const outcome = await latchd.execute({
    source: '[step({n: 0}), step({n: 1}), step({n: 2})]',
    tools: [step],
    durable: true,
  })
  t.match(outcome, { status: 'completed', output: [0, 1, 2] }, JSON.stringify(outcome))
})

t.test('an answer by HTTP reaches the daemon that has asked, by any daemon', async t => {
  const to = { connect: a.url, requests: b.url }
  const { latchd, front } = await split(t, to)
  const begun = Promise.withResolvers<void>()
  const release = Promise.withResolvers<void>()
  const late = tool('late', async () => {
    begun.resolve()
    await release.promise
    return 'by request'
  })
  const running = latchd.execute({ source: 'late()', tools: [late], durable: true })
  await begun.promise
  // No connection can be had from now on; requests get through.
  to.connect = 'http://127.0.0.1:9'
  to.requests = c.url
  front.cut()
  release.resolve()
  t.match(await running, { status: 'completed', output: 'by request' })
})

t.test('what a client serves is there for executions of every daemon', async t => {
  const { latchd } = await split(t, { connect: a.url, requests: a.url })
  const served = await latchd.serveTools([
    tool('greet', ({ name }: { name: string }) => `Hi ${name}`),
  ])
  const source = 'greet({ name: "you" })'
  for (const { url } of [a, b, c]) {
    const { body } = await post(`${url}/v1/execute`, { source })
    t.match(body, { status: 'completed', output: { value: 'Hi you' } })
    const { body: tools } = await get(`${url}/v1/tools`)
    t.ok(tools.data.some(({ name }: Body) => name === 'greet'))
  }
  await served.close()
  await until('end of the offer', async () => {
    const { body } = await get(`${b.url}/v1/tools`)
    return body.data.some(({ name }: Body) => name === 'greet') ? undefined : true
  })
})

t.test(
  'an execution in the memory of one daemon is read, listed, followed and cancelled at the others',
  async t => {
    const source = 'console.log("here"); for (;;) sleep(50)'
    const answer = post(`${a.url}/v1/execute`, {
      source,
      waitMs: 60_000,
      metadata: { of: 'volatile' },
    })
    const found = await until('execution', async () => {
      const { body } = await get(`${b.url}/v1/executions`)
      return body.data.find(({ metadata }: Body) => metadata?.of === 'volatile')
    })
    const { executionId } = found
    t.match((await read(c.url, executionId)).body, { logs: [{ text: 'here' }] })
    t.match((await get(`${b.url}/v1/executions/${executionId}/source`)).body, { source })
    const events: Body[] = []
    const followed = listen(`${c.url}/v1/executions/${executionId}/events`, events)
    await until('log', () => events.find(({ type }) => type === 'log-written'))
    const waiting = wait(b.url, executionId)
    const { body } = await post(`${c.url}/v1/executions/${executionId}/cancel`, {})
    t.match(body, { status: 'cancelled' })
    t.match(await waiting, { status: 'cancelled' }, 'who waits at another daemon hears of the end')
    await followed
    const places = events.flatMap(({ sequence }) => sequence ?? [])
    t.strictSame(
      places,
      places.map((_, i) => i + 1),
      'each event once and in order, from the first',
    )
    t.equal(events.at(-1)?.type, 'execution-ended')
    t.match((await answer).body, { status: 'cancelled' })
    const again: Body[] = []
    await listen(`${b.url}/v1/executions/${executionId}/events`, again)
    t.strictSame(
      again,
      events.filter(({ sequence }) => sequence !== undefined),
      'and once more',
    )
    const removed = await fetch(`${b.url}/v1/executions/${executionId}`, { method: 'DELETE' })
    t.equal(removed.status, 204)
    t.equal((await read(a.url, executionId)).status, 404)
    t.equal((await read(c.url, executionId)).status, 404)
  },
)

t.test('an approval of an execution in memory is decided at another daemon', async t => {
  const answer = await post(`${a.url}/v1/execute`, {
    source: 'console.log("asks"); human_approval("Go on?").approved',
  })
  t.equal(answer.status, 202)
  const { executionId, waitingFor } = answer.body
  const path = `/v1/approvals/${waitingFor[0].approvalId}`
  t.equal((await post(`${b.url}${path}`, { decision: 'approve' })).status, 200)
  t.match(await wait(c.url, executionId), { status: 'completed', output: { value: true } })
})

t.test('an execution that waits for a session is told by the daemon that frees it', async t => {
  const { body: session } = await post(`${a.url}/v1/sessions`, {})
  const { sessionId } = session
  const source = 'sleep(1500); globalThis.n = 1'
  const first = post(`${a.url}/v1/execute`, { source, sessionId, queue: true })
  await until('holder', async () => {
    const { status } = await post(`${b.url}/v1/execute`, { source: '0', sessionId })
    return status === 409 ? true : undefined
  })
  const second = await post(`${c.url}/v1/execute`, { source: 'n + 1', sessionId, queue: true })
  t.match(second.body, { status: 'completed', output: { value: 2 } })
  await first
})

t.test('the daemon is named by what it answers', async t => {
  t.match((await get(`${b.url}/v1/info`)).body, { node: 'two' })
  const metrics = await (await fetch(`${c.url}/metrics`)).text()
  t.match(metrics, /latchd_workers\{node="three"\} 1/)
})

t.test('an execution whose daemon has died is not there any more', async t => {
  const dying = await start('dying')
  const lost = post(`${dying.url}/v1/execute`, {
    source: 'sleep(60000)',
    metadata: { of: 'dying' },
  })
  const { executionId } = await until('execution', async () => {
    const { body } = await get(`${b.url}/v1/executions`)
    return body.data.find(({ metadata }: Body) => metadata?.of === 'dying')
  })
  const events: Body[] = []
  const followed = listen(`${b.url}/v1/executions/${executionId}/events`, events)
  await until('start', () => events.find(({ type }) => type === 'execution-started'))
  await dying.close()
  await followed
  t.match((await lost).body, { status: 'cancelled' })
  t.match(await read(b.url, executionId, 30_000), { status: 404 })
})

t.test('without links everything durable goes on, and the rest is refused by name', async t => {
  const cut = { LATCHD_ADVERTISE_URL: 'http://127.0.0.1:9' }
  const database = await server.database('cut')
  const [d, e] = await Promise.all([start('four', cut, database), start('five', cut, database)])
  const submitted = await post(`${d.url}/v1/executions`, {
    source: 'console.log("asks"); human_approval("Go on?").approved',
  })
  const { executionId } = submitted.body
  const events: Body[] = []
  const followed = listen(`${e.url}/v1/executions/${executionId}/events`, events)
  const asked = await wait(e.url, executionId)
  const path = `/v1/approvals/${asked.waitingFor[0].approvalId}`
  t.equal((await post(`${e.url}${path}`, { decision: 'approve' })).status, 200)
  t.match(await wait(e.url, executionId), { status: 'completed', output: { value: true } })
  await followed
  t.strictSame(
    events.map(({ sequence }) => sequence),
    events.map((_, i) => i + 1),
  )
  const answer = post(`${d.url}/v1/execute`, { source: 'sleep(60000)', waitMs: 60_000 })
  const found = await until('execution', async () => {
    const { body } = await get(`${d.url}/v1/executions?status=waiting`)
    return body.data[0]
  })
  const refused = await read(e.url, found.executionId)
  t.match(refused, { status: 503, body: { code: 'PEER_UNAVAILABLE' } })
  t.equal(refused.headers.get('retry-after'), '1')
  t.strictSame((await get(`${e.url}/v1/executions?status=waiting`)).body.data, [])
  await post(`${d.url}/v1/executions/${found.executionId}/cancel`, {})
  t.match((await answer).body, { status: 'cancelled' })
})

/** The events of a stream, put into a list until it ends. */
async function listen(
  url: string,
  into: Body[] & { isOpen?: boolean },
  signal?: AbortSignal,
): Promise<void> {
  try {
    const response = await fetch(url, { ...(signal && { signal }) })
    if (response.status === 204 || response.body === null) return
    into.isOpen = true
    const events = response.body
      .pipeThrough(new TextDecoderStream() as never)
      .pipeThrough(new EventSourceParserStream())
    for await (const { data } of events as never as AsyncIterable<{ data: string }>) {
      into.push(JSON.parse(data))
    }
  } catch (error) {
    if (signal?.aborted !== true) throw error
  }
}
