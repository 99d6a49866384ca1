/** Tools that live in a client: called over its connection, as the daemon's own are. */

import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import t, { type Test } from 'tap'
import { z } from 'zod'
import { Latchd, type LatchdOptions, type ToolContext } from '../../sdk/index.ts'
import { fixture, get, post, testDaemon } from '../support/daemon.ts'

/** A client of a daemon, closed with the test. */
function client(t: Test, url: string, options: LatchdOptions = {}): Latchd {
  const latchd = new Latchd({ url, ...options })
  t.teardown(() => latchd.close())
  return latchd
}

/** The daemon of all tests that ask for no settings: a start takes longer than they do. */
const shared = await testDaemon(t, { LATCHD_TOOLS: fixture('tools/echo.ts') })

/** The daemon, and a client of it that is closed with the test. */
const both = (t: Test) => ({ url: shared.url, latchd: client(t, shared.url) })

const named = (name: string, execute: (...args: never[]) => unknown, fields: object = {}) => ({
  name,
  description: '',
  ...fields,
  execute,
})

t.test('a tool of the client is a plain function of the program', async t => {
  const { latchd } = both(t)
  const calls: unknown[] = []
  const inputSchema = z.object({ a: z.number(), b: z.number().default(5) })
  const add = named(
    'add',
    async ({ a, b }: { a: number; b: number }) => {
      calls.push([a, b])
      return a + b
    },
    { inputSchema },
  )
  const source = `const one = add(1, 2); [one, [3, 4].map(a => add(a)), await add({ a: 5, b: one })]`
  const outcome = await latchd.execute({ source, tools: [add] })
  t.match(outcome, { status: 'completed', output: [3, [8, 9], 8] }, 'the schema gives its default')
  t.strictSame(calls, [
    [1, 2],
    [3, 5],
    [4, 5],
    [5, 3],
  ])
  t.match(outcome.calls, [{ tool: 'add', status: 'completed' }, {}, {}, {}])
})

t.test('values of every kind cross exactly, there and back', async t => {
  const { latchd } = both(t)
  const seen: unknown[] = []
  const echo = (value: unknown) => {
    seen.push(value)
    return value
  }
  const source = `const ring = { when: new Date(7), big: 12n, set: new Set([NaN, -0]) }
ring.self = ring
const back = echo(new Map([['ring', ring]]))
back.get('ring').self === back.get('ring') ? back : 'copied'`
  const outcome = await latchd.execute({ source, tools: { echo } })
  const ring: Record<string, unknown> = {
    when: new Date(7),
    big: 12n,
    set: new Set([Number.NaN, -0]),
  }
  ring.self = ring
  t.strictSame(outcome.output, new Map([['ring', ring]]))
  t.strictSame(seen, [new Map([['ring', ring]])])
})

t.test('an error of a tool is caught at its line, with name, message and code', async t => {
  const { latchd } = both(t)
  const fail = () => {
    throw Object.assign(new RangeError('no such user'), { code: 'NO_USER' })
  }
  const source = `try { fail() } catch ({ name, message, code, tool, stack }) { [name, message, code, tool, /sdk/.test(stack)] }`
  const outcome = await latchd.execute({ source, tools: { fail } })
  t.strictSame(outcome.output, ['RangeError', 'no such user', 'NO_USER', 'fail', false])
})

t.test('input is held against the schema by the daemon, and by the client', async t => {
  const { latchd } = both(t)
  let ran = 0
  const inputSchema = z.object({
    user: z
      .string()
      .regex(/^u\d+$/)
      .transform(text => text.slice(1)),
  })
  const load = named(
    'load',
    ({ user }: { user: string }) => {
      ran++
      return user
    },
    { inputSchema },
  )
  const source = `const seen = []
for (const user of [7, 'x7', 'u7']) try { seen.push(load({ user })) } catch (error) {
  seen.push([error instanceof ToolInputError, error.code, error.message.includes('user')])
}
seen`
  const outcome = await latchd.execute({ source, tools: [load] })
  const refused = [true, 'TOOL_INPUT_INVALID', true]
  t.strictSame(outcome.output, [refused, refused, '7'])
  t.equal(ran, 1)
})

t.test('an output that does not fit its schema throws', async t => {
  const { latchd } = both(t)
  const outputSchema = z.object({ n: z.number() })
  const tools = [named('bad', () => ({ n: 'x' }), { outputSchema })]
  const source = `try { bad() } catch (error) { [error.code, error.message.includes('n')] }`
  const { output } = await latchd.execute({ source, tools })
  t.strictSame(output, ['TOOL_OUTPUT_INVALID', true])
})

t.test('a tool that yields is read item by item, and cleans up when it is left', async t => {
  const { latchd } = both(t)
  const told: string[] = []
  const tools = {
    count: async function* (to: number) {
      try {
        for (let i = 1; i <= to; i++) {
          told.push(`made ${i}`)
          yield i
        }
      } finally {
        told.push('closed')
      }
    },
    note: (item: number) => told.push(`read ${item}`),
  }
  const source = `for (const item of count(9)) { note(item); if (item === 2) break }
const all = [...count(3)]
all`
  const { output } = await latchd.execute({ source, tools })
  t.strictSame(output, [1, 2, 3])
  const begin = ['made 1', 'read 1', 'made 2', 'read 2', 'closed']
  t.strictSame(told, [...begin, 'made 1', 'made 2', 'made 3', 'closed'])
})

t.test('a tool is told of its call, and tells how far it is', async t => {
  const { latchd } = both(t)
  let seen: ToolContext | undefined
  const watched = Promise.withResolvers<void>()
  const work = named(
    'work',
    async (_input: unknown, context: ToolContext) => {
      seen = context
      // Progress is told to who watches, and not kept.
      await watched.promise
      context.progress({ done: 1 })
      return 'done'
    },
    { inputSchema: z.object({}) },
  )
  const progress: unknown[] = []
  let executionId = ''
  const request = { source: 'work()', tools: [work], metadata: { who: 'ada' } }
  for await (const event of latchd.stream(request)) {
    if (event.type === 'call-started') watched.resolve()
    if (event.type === 'call-progressed') progress.push(event.progress)
    executionId = event.executionId
  }
  t.match(seen, { executionId, caller: 'local', metadata: { who: 'ada' }, sessionId: undefined })
  t.equal(seen?.idempotencyKey, seen?.callId)
  t.strictSame(progress, [{ done: 1 }])
})

t.test('a tool with a retry rule is tried again where it lives, as one call', async t => {
  const { latchd } = both(t)
  const keys: unknown[] = []
  const flaky = named(
    'flaky',
    async (_input: unknown, { idempotencyKey }: ToolContext) => {
      keys.push(idempotencyKey)
      if (keys.length < 3) throw new Error(`failure ${keys.length}`)
      return keys.length
    },
    {
      inputSchema: z.object({}),
      annotations: { idempotent: true },
      retry: { attempts: 3, backoffMs: 1 },
    },
  )
  const seen: unknown[] = []
  for await (const event of latchd.stream({ source: 'flaky()', tools: [flaky] })) {
    if (event.type === 'call-progressed') seen.push(event.progress)
    if (event.type === 'execution-ended') {
      t.match(event.execution, {
        output: { value: 3 },
        calls: [{ tool: 'flaky', status: 'completed' }],
      })
    }
  }
  t.strictSame(seen, [
    { attempt: 2, of: 3 },
    { attempt: 3, of: 3 },
  ])
  t.equal(new Set(keys).size, 1, 'with one key')
})

t.test('the circuit of a served tool is one for all executions', async t => {
  const { latchd } = both(t)
  let tries = 0
  const broken = named('broken', async () => Promise.reject(new Error(`failure ${++tries}`)), {
    annotations: { readOnly: true },
    retry: { attempts: 1, circuitBreaker: { failures: 2, openMs: 60_000 } },
  })
  const serving = await latchd.serveTools([broken])
  t.teardown(() => serving.close())
  const source = 'try { broken() } catch (error) { return error.name }'
  const outputs: unknown[] = []
  for (let i = 0; i < 3; i++) outputs.push((await latchd.execute({ source })).output)
  t.strictSame(outputs, ['Error', 'Error', 'ToolUnavailableError'])
  t.equal(tries, 2)
})

t.test('calls run concurrently, and an execution has them all at once', async t => {
  const { latchd } = both(t)
  const begun = Promise.withResolvers<void>()
  let running = 0
  const meet = async (n: number) => {
    running++
    if (running === 10) begun.resolve()
    await begun.promise
    return n
  }
  const source = 'await Promise.all([0,1,2,3,4,5,6,7,8,9].map(n => meet(n)))'
  const { output } = await latchd.execute({ source, tools: { meet } })
  t.strictSame(output, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
})

t.test('a tool that takes too long throws, and its signal is aborted', async t => {
  const { latchd } = both(t)
  const aborted = Promise.withResolvers<unknown>()
  const hang = named(
    'hang',
    (_input: unknown, { signal }: ToolContext) => {
      signal.addEventListener('abort', () => aborted.resolve((signal.reason as Error).message))
      return new Promise(() => {})
    },
    { inputSchema: z.object({}), timeoutMs: 1000 },
  )
  const source = `try { hang() } catch (error) { [error instanceof ToolTimeoutError, error.code] }`
  const { output } = await latchd.execute({ source, tools: [hang] })
  t.strictSame(output, [true, 'TOOL_TIMEOUT'])
  t.equal(await aborted.promise, 'The tool did not answer within 1000 ms')
})

t.test('cancelling the execution aborts the tools that run in the client', async t => {
  const { latchd } = both(t)
  const cancel = new AbortController()
  const aborted = Promise.withResolvers<void>()
  const hang = named(
    'hang',
    (_input: unknown, { signal }: ToolContext) => {
      signal.addEventListener('abort', () => aborted.resolve())
      cancel.abort()
      return new Promise(() => {})
    },
    { inputSchema: z.object({}) },
  )
  const request = { source: 'hang()', tools: [hang], signal: cancel.signal }
  t.match(await latchd.execute(request), { status: 'cancelled', calls: [{ status: 'cancelled' }] })
  await aborted.promise
})

t.test('tools that are listed are exactly what the program sees', async t => {
  const { latchd } = both(t)
  const source = 'Object.keys(tools).sort()'
  const local = () => 1
  const keys = async (tools: Parameters<Latchd['execute']>[0]['tools']) =>
    (await latchd.execute({ source, ...(tools && { tools }) })).output
  t.strictSame(await keys([{ name: 'local', description: '', execute: local }, 'sleep']), [
    'local',
    'sleep',
  ])
  t.strictSame(await keys({ local }), ['local'])
  t.strictSame(await keys([]), [])
  const all = (await latchd.tools()).map(({ name }) => name).sort()
  t.strictSame(await keys(undefined), all)
  const unknown = latchd.execute({ source, tools: ['nowhere', { name: 'a', execute: local }] })
  await t.rejects(unknown, { code: 'UNKNOWN_TOOL' })
})

t.test("a client's tool takes the place of the daemon's, in its execution alone", async t => {
  const { latchd } = both(t)
  const asked: unknown[] = []
  const inputSchema = z.object({ action: z.string() })
  const human_approval = named(
    'human_approval',
    ({ action }: { action: string }) => {
      asked.push(action)
      return `approved: ${action}`
    },
    { inputSchema },
  )
  const source = `human_approval('delete it')`
  const mine = await latchd.execute({ source, tools: [human_approval] })
  t.match(mine, { status: 'completed', output: 'approved: delete it' })
  const theirs = await latchd.execute({ source, waitMs: 5000 })
  t.match(theirs, { status: 'waiting', waitingFor: [{ tool: 'human_approval' }] })
  t.strictSame(asked, ['delete it'])
  await latchd.cancel(theirs.executionId)
})

t.test('a tool that cannot be one is refused before anything is sent', async t => {
  const { url, latchd } = both(t)
  const bad = { name: 'Array', description: '', execute: () => 1 }
  await t.rejects(latchd.execute({ source: '1', tools: [bad] }), { code: 'TOOL_INVALID' })
  const twice = [named('a', () => 1), named('a', () => 2)]
  await t.rejects(latchd.execute({ source: '1', tools: twice }), { code: 'TOOL_INVALID' })
  const clientTools = { clientId: 'c', tools: [{ name: 'Array' }] }
  const { status, body } = await post(`${url}/v1/execute`, { source: '1', clientTools })
  t.equal(status, 400)
  t.match(body, { code: 'INVALID_REQUEST', errors: [{ pointer: '/clientTools/tools/0' }] })
})

t.test('tools that are added are there for every later execution', async t => {
  const { latchd } = both(t)
  latchd.addTools({ add: (a: number, b: number) => a + b })
  t.equal((await latchd.execute({ source: 'add(1, 2)' })).output, 3)
  latchd.addTools({ add: (a: number, b: number) => `${a}${b}` })
  t.equal((await latchd.execute({ source: 'add(1, 2)' })).output, '12', 'the newest counts')
  t.equal((await latchd.execute({ source: 'add(1, 2)', tools: ['add'] })).output, '12')
  t.equal((await latchd.execute({ source: 'typeof add', tools: ['sleep'] })).output, 'undefined')
  const names = (await latchd.tools()).map(({ name }) => name)
  t.ok(names.includes('add') && names.includes('sleep'))
  t.match(await latchd.toolDeclarations(), /declare function add\(/)
})

t.test("a session's executions call tools of the client", async t => {
  const { latchd } = both(t)
  const session = await latchd.sessions.create()
  const tools = { price: (item: string) => item.length }
  await session.execute({ source: `const cost = item => price(item) * 2`, tools })
  t.equal((await session.execute({ source: `cost('pear')`, tools })).output, 8)
})

t.test('an approval of a tool of the client is asked as of any other', async t => {
  const { latchd } = both(t)
  const paid: unknown[] = []
  const pay = named('pay', ({ sum }: { sum: number }) => paid.push(sum), {
    inputSchema: z.object({ sum: z.number() }),
    needsApproval: ({ sum }: { sum: number }) => sum > 10,
  })
  const source = `const seen = []
for (const sum of [5, 20, 30, 40]) try { seen.push(pay(sum)) } catch (error) { seen.push(error.message) }
seen`
  const asked: unknown[] = []
  const outcome = await latchd.execute({
    source,
    tools: [pay],
    onApproval: async ({ input }) => {
      asked.push(input)
      const { sum } = input as { sum: number }
      if (sum === 20) return { decision: 'approve' }
      return sum === 30
        ? { decision: 'approve', args: { sum: 31 } }
        : { decision: 'reject', reason: 'too much' }
    },
  })
  t.strictSame(outcome.output, [1, 2, 3, 'pay was rejected: too much'])
  t.strictSame(asked, [{ sum: 20 }, { sum: 30 }, { sum: 40 }])
  t.strictSame(paid, [5, 20, 31])
})

t.test('arguments of a decision are held against the schema of the tool that is asked', async t => {
  const { latchd } = both(t)
  const pay = named('pay', ({ sum }: { sum: number }) => sum, {
    inputSchema: z.object({ sum: z.number() }),
    needsApproval: true,
  })
  const outcome = await latchd.execute({ source: 'pay(5)', tools: [pay], waitMs: 5000 })
  if (outcome.status !== 'waiting') throw new Error(`it is ${outcome.status}`)
  const approvalId = outcome.waitingFor[0]?.approvalId ?? ''
  const wrong = latchd.approvals.approve(approvalId, { args: { sum: 'x' } })
  await t.rejects(wrong, { code: 'INVALID_REQUEST' })
  await latchd.approvals.approve(approvalId, { args: { sum: 6 } })
  t.match(await latchd.wait(outcome.executionId), { status: 'completed', output: 6 })
})

t.test('an execution that is left early keeps its tools', async t => {
  const { latchd } = both(t)
  const go = Promise.withResolvers<string>()
  const outcome = await latchd.execute({
    source: 'go() + go()',
    tools: { go: () => go.promise },
    waitMs: 1,
  })
  t.equal(outcome.status, 'running')
  go.resolve('on')
  t.match(await latchd.wait(outcome.executionId), { status: 'completed', output: 'onon' })
})

t.test('served tools are there for all executions of the token', async t => {
  const env = { LATCHD_TOKENS: 'ada:a-secret,bob:b-secret:execute+read' }
  const { url } = await testDaemon(t, env)
  const ada = client(t, url, { token: 'a-secret' })
  const served = await ada.serveTools({ greet: (who: string) => `hello ${who}` })
  t.strictSame(served.names, ['greet'])
  const other = client(t, url, { token: 'a-secret' })
  t.equal((await other.execute({ source: `greet('you')` })).output, 'hello you')
  t.equal((await other.execute({ source: `greet('you')`, tools: ['greet'] })).output, 'hello you')
  const has = async (token: string) =>
    (await client(t, url, { token }).tools()).some(({ name }) => name === 'greet')
  t.strictSame([await has('a-secret'), await has('b-secret')], [true, false])
  const headers = { authorization: 'Bearer a-secret' }
  const { body } = await get(`${url}/v1/tools`, headers)
  t.match(body.data.at(-1), { name: 'greet' })
  await served.close()
  await served.closed
  // The next frame of the same connection has passed the one that takes the offer back.
  await (await ada.serveTools({ next: () => 1 })).close()
  t.equal(await has('a-secret'), false)
})

t.test("a served tool never takes the place of the daemon's own", async t => {
  const { latchd } = both(t)
  await t.rejects(latchd.serveTools({ human_approval: () => true }), { code: 'TOOL_NAME_TAKEN' })
  await t.rejects(latchd.serveTools({ Map: () => true }), { code: 'TOOL_INVALID' })
  await t.rejects(latchd.serveTools(['sleep']), { code: 'TOOL_INVALID' })
})

t.test('of several that serve a name the last has it, and then the one before', async t => {
  const { url, latchd } = both(t)
  const first = client(t, url)
  const second = client(t, url)
  await first.serveTools({ who: () => 'first' })
  const newer = await second.serveTools({ who: () => 'second' })
  t.equal((await latchd.execute({ source: 'who()' })).output, 'second')
  await newer.close()
  await (await second.serveTools({ next: () => 1 })).close()
  t.equal((await latchd.execute({ source: 'who()' })).output, 'first')
})

t.test('a client is let in by its token, over a subprotocol', async t => {
  const env = { LATCHD_TOKENS: 'ada:a-secret:execute,eve:e-secret:read' }
  const { url } = await testDaemon(t, env)
  const execute = (token: string) =>
    client(t, url, { token }).execute({ source: 'one()', tools: { one: () => 1 } })
  t.equal((await execute('a-secret')).output, 1)
  await t.rejects(execute('wrong'), { code: 'UNAUTHENTICATED' })
  await t.rejects(execute('e-secret'), { code: 'FORBIDDEN' })
  const headers = { authorization: 'Bearer a-secret' }
  const { status, body } = await get(`${url}/v1/connect`, headers)
  t.match({ status, body }, { status: 426, body: { code: 'UPGRADE_REQUIRED' } })
})

t.test('without a daemon an execution with tools is refused as any other', async t => {
  const latchd = client(t, `http://127.0.0.1:${await freePort()}`)
  const request = { source: '1', tools: { one: () => 1 } }
  await t.rejects(latchd.execute(request), { code: 'CONNECTION_REFUSED' })
})

/** A port that nobody listens on. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
