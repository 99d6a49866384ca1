/** Sessions: what a program leaves in its globals the next one finds, wherever it runs. */

import t from 'tap'
import { openSqliteStore } from '../../daemon/store/sqlite/open.ts'
import { Latchd, type SessionHandle } from '../../sdk/index.ts'
import { fixture, get, post, testDaemon } from '../support/daemon.ts'
import { daemonCount } from '../support/daemons-behind-balancer.ts'
import { startOneWorker } from '../support/one-worker.ts'
import { stateFolder } from '../support/state-folder.ts'

const GROUND = `
  let count = 0
  const seen = new Map()
  class Counter { #n = 0; add() { return ++this.#n } }
  const counter = new Counter()
  function next() { seen.set(++count, echo(count * 2)); return counter.add() }
  const kept = (() => { let inner = 0; return () => ++inner })()
`

/** One execution that uses everything that the ground has laid. */
const STEP = '[next(), count, seen.get(count), seen.size, kept(), typeof Counter]'

const outputOf = async (session: SessionHandle, source: string) =>
  (await session.executeOrThrow({ source })).output

t.test(
  'functions, classes, let, const, Maps and closures survive a hundred executions',
  async t => {
    const session = await startOneWorker(t).sessions.create()
    await session.executeOrThrow({ source: GROUND })
    for (let i = 1; i <= 100; i++) {
      t.strictSame(await outputOf(session, STEP), [i, i, i * 2, i, i, 'function'])
    }
    t.equal((await session.info()).executions, 101)
  },
)

t.test('they survive a restart of the daemon, and a failed execution before it', async t => {
  const env = { LATCHD_STATE_DIR: stateFolder(t), LATCHD_TOOLS: fixture('tools/echo.ts') }
  const first = await testDaemon(t, env)
  const session = await new Latchd({ url: first.url }).sessions.create()
  await session.executeOrThrow({ source: GROUND })
  t.strictSame(await outputOf(session, STEP), [1, 1, 2, 1, 1, 'function'])
  const failed = await session.execute({ source: 'count = 41; throw new Error("no"); count = 0' })
  t.equal(failed.status, 'failed')
  await first.close()
  const second = await testDaemon(t, env)
  const again = await new Latchd({ url: second.url }).sessions.open(session.sessionId)
  t.strictSame(await outputOf(again, STEP), [2, 42, 84, 2, 2, 'function'])
})

t.test('a program that waits in a session goes on there after a restart', async t => {
  const env = { LATCHD_STATE_DIR: stateFolder(t) }
  const first = await testDaemon(t, env)
  const { body: session } = await post(`${first.url}/v1/sessions`, {})
  const { sessionId } = session
  await post(`${first.url}/v1/execute`, { source: 'let n = 1; const grow = () => ++n', sessionId })
  const source = 'grow(); const answer = human_approval("go"); grow(); [answer.approved, n]'
  const waiting = await post(`${first.url}/v1/execute`, { source, sessionId })
  t.equal(waiting.body.status, 'waiting')
  await first.close()
  const second = await testDaemon(t, env)
  const busy = await post(`${second.url}/v1/execute`, { source: 'n', sessionId })
  t.match(busy, { status: 409, body: { code: 'SESSION_BUSY' } })
  const queued = await post(`${second.url}/v1/executions`, {
    source: 'n * 10',
    sessionId,
    queue: true,
  })
  t.equal(queued.status, 202)
  const { approvalId } = waiting.body.waitingFor[0]
  await post(`${second.url}/v1/approvals/${approvalId}`, { decision: 'approve' })
  const ended = async (id: string) =>
    (await get(`${second.url}/v1/executions/${id}?waitMs=20000`)).body.output?.value
  t.strictSame(await ended(waiting.body.executionId), [true, 3])
  t.equal(await ended(queued.body.executionId), 30)
})

t.test('one execution at a time: another is refused, or waits its turn in order', async t => {
  const opened = Promise.withResolvers<void>()
  const executor = startOneWorker(t, { gate: () => opened.promise.then(() => 'open') })
  const session = await executor.sessions.create()
  const first = session.execute({ source: 'const gateState = gate(); var order = ["first"]' })
  await t.rejects(session.execute({ source: '1' }), { code: 'SESSION_BUSY' })
  await t.rejects(session.delete(), { code: 'SESSION_BUSY' })
  const second = session.execute({ source: 'order.push("second")', queue: true })
  const third = session.execute({ source: 'order.push("third"); order', queue: true })
  opened.resolve()
  await Promise.all([first, second])
  t.strictSame((await third).output, ['first', 'second', 'third'])
})

t.test('an execution that is cancelled before its turn leaves the queue', async t => {
  const opened = Promise.withResolvers<void>()
  const executor = startOneWorker(t, { gate: () => opened.promise })
  const session = await executor.sessions.create()
  const first = session.execute({ source: 'gate(); var done = 1' })
  const { signal, abort } = abortable()
  const second = session.execute({ source: 'done = 2', queue: true, signal })
  const third = session.execute({ source: 'done', queue: true })
  abort()
  t.equal((await second).status, 'cancelled')
  opened.resolve()
  await first
  t.equal((await third).output, 1)
})

function abortable() {
  const controller = new AbortController()
  return { signal: controller.signal, abort: () => controller.abort() }
}

t.test('sessions do not see each other, nor do executions without one', async t => {
  const executor = startOneWorker(t)
  const [one, two] = [await executor.sessions.create(), await executor.sessions.create()]
  await one.executeOrThrow({ source: 'let secret = 1; globalThis.leak = 2; Array.prototype.x = 3' })
  const look = '[typeof secret, typeof leak, [].x]'
  t.strictSame(await outputOf(two, look), ['undefined', 'undefined', undefined])
  t.strictSame((await executor.execute({ source: look })).output, [
    'undefined',
    'undefined',
    undefined,
  ])
  t.strictSame(await outputOf(one, look), ['number', 'number', 3])
})

/** It writes into the file of one daemon. */
const ofOne = { skip: daemonCount > 1 && 'about one daemon' }

t.test(
  'a snapshot of another engine version is refused with its code, never loaded',
  ofOne,
  async t => {
    const folder = stateFolder(t)
    const env = { LATCHD_STATE_DIR: folder }
    const first = await testDaemon(t, env)
    const { body: session } = await post(`${first.url}/v1/sessions`, {})
    await post(`${first.url}/v1/execute`, { source: 'let n = 1', sessionId: session.sessionId })
    await first.close()
    const store = await openSqliteStore({
      stateDir: folder,
      onLost: error => t.fail(error.message),
    })
    const { bytes = new Uint8Array() } = (await store.snapshot(session.sessionId)) ?? {}
    await store.saveSnapshot(session.sessionId, 'e0', { bytes, runtime: 'another 1.0' }, Date.now())
    await store.close()
    const second = await testDaemon(t, env)
    const refused = await post(`${second.url}/v1/execute`, {
      source: 'n',
      sessionId: session.sessionId,
    })
    t.match(refused, {
      status: 409,
      body: { code: 'SNAPSHOT_INCOMPATIBLE', detail: /another 1\.0/ },
    })
  },
)

t.test('a session is seen by its token alone, listed and deleted by it', async t => {
  const daemon = await testDaemon(t, {
    LATCHD_STATE_DIR: stateFolder(t),
    LATCHD_TOKENS: 'a:secret-a:execute+read,b:secret-b:execute+read',
  })
  const [a, b] = ['secret-a', 'secret-b'].map(token => new Latchd({ url: daemon.url, token }))
  const session = await (a as Latchd).sessions.create()
  t.strictSame(
    (await (a as Latchd).sessions.list()).map(({ sessionId }) => sessionId),
    [session.sessionId],
  )
  t.strictSame(await (b as Latchd).sessions.list(), [])
  const { sessionId } = session
  await t.rejects((b as Latchd).sessions.get(sessionId), { code: 'NOT_FOUND' })
  await t.rejects((b as Latchd).execute({ source: '1', sessionId }), { code: 'NOT_FOUND' })
  await t.rejects((b as Latchd).sessions.delete(sessionId), { code: 'NOT_FOUND' })
  await session.delete()
  await t.rejects(session.execute({ source: '1' }), { code: 'NOT_FOUND' })
})

t.test('a decision that says so is remembered in its session alone', async t => {
  const asked: string[] = []
  const executor = startOneWorker(t, {
    wire: { description: '', needsApproval: true, execute: async (to: string) => `sent to ${to}` },
  })
  const session = await executor.sessions.create()
  const onApproval = async ({ tool }: { tool: string }) => {
    asked.push(tool)
    return { decision: 'approve' as const, remember: 'session' as const }
  }
  const source = 'wire("a"); wire("b")'
  t.equal((await session.execute({ source, onApproval })).output, 'sent to b')
  t.equal((await session.execute({ source })).output, 'sent to b')
  t.strictSame(asked, ['wire'])
  const other = await executor.sessions.create()
  t.equal((await other.execute({ source: 'wire("c")', onApproval })).output, 'sent to c')
  t.strictSame(asked, ['wire', 'wire'])
})

t.test('what is remembered is the tool with what it takes, and whose it is', async t => {
  const { url } = await testDaemon(t, { LATCHD_TOOLS: fixture('tools/approval-tools.ts') })
  const latchd = new Latchd({ url })
  t.teardown(() => latchd.close())
  const session = await latchd.sessions.create()
  let asked = 0
  const onApproval = async () => {
    asked++
    return { decision: 'approve' as const, remember: 'session' as const }
  }
  const source = 'delete_account("u1")'
  await session.execute({ source, onApproval })
  await session.execute({ source, onApproval })
  t.equal(asked, 1)
  /** A tool of the client's own with that name. */
  const own = (type: 'string' | 'number') => ({
    name: 'delete_account',
    description: '',
    inputSchema: { type: 'object', properties: { id: { type } } },
    needsApproval: true,
    execute: () => 'gone',
  })
  const inputOf = { string: '"u1"', number: '1' }
  for (const [type, times] of [
    ['string', 2],
    ['string', 2],
    ['number', 3],
    ['number', 3],
  ] as const) {
    const tools = [own(type)]
    await session.executeOrThrow({ source: `delete_account(${inputOf[type]})`, tools, onApproval })
    t.equal(asked, times, type)
  }
})

t.test('a refusal is not remembered as an agreement', async t => {
  const { url } = await testDaemon(t, { LATCHD_TOOLS: fixture('tools/approval-tools.ts') })
  const daemon = new Latchd({ url })
  t.teardown(() => daemon.close())
  const needsApproval = true as const
  const embedded = startOneWorker(t, {
    delete_account: { description: '', needsApproval, execute: async (_id: string) => 'gone' },
  })
  for (const executor of [daemon, embedded]) {
    const session = await executor.sessions.create()
    let asked = 0
    const onApproval = async () => {
      asked++
      return { decision: 'reject' as const, remember: 'session' as const }
    }
    const source = `const refused = []
      for (const id of ['a', 'b']) try { delete_account(id) } catch (error) { refused.push(error.name) }
      refused`
    const both = ['ApprovalRejectedError', 'ApprovalRejectedError']
    t.strictSame((await session.executeOrThrow({ source, onApproval })).output, both)
    t.strictSame((await session.executeOrThrow({ source, onApproval })).output, both)
    t.equal(asked, 4)
  }
})
