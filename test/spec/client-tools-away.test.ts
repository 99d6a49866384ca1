/** Tools of a client that is away, comes back, is another process, or never comes back. */

import t, { type Test } from 'tap'
import { WebSocket as WsSocket } from 'ws'
import { Latchd, type LatchdOptions } from '../../sdk/index.ts'
import { Lives } from '../drill/lives.ts'
import { startProcess } from '../support/command-process.ts'
import { post, testDaemon } from '../support/daemon.ts'
import { faultProxy } from '../support/fault-proxy.ts'

function client(t: Test, url: string, options: LatchdOptions = {}): Latchd {
  const latchd = new Latchd({ url, ...options })
  t.teardown(() => latchd.close())
  return latchd
}

const script = new URL('../support/tool-client.ts', import.meta.url).pathname
const shared = await testDaemon(t)
/** Gives clients up that are away for 0.3 s. */
const hasty = await testDaemon(t, { LATCHD_RECONNECT_MS: '300' })

const hundred = Array.from({ length: 100 }, (_, n) => n)

/** Kills a client with a hundred calls under way; gives what another process of it does with them. */
async function killed(t: Test, effect: string) {
  const { url } = shared
  const run = (mode: string) =>
    startProcess(t, [], { script: [script, url, `billing-${effect}`, mode, effect] })
  const first = run('hang')
  const [, executionId = ''] = await first.seen('stdout', /executes (\S+)/)
  await first.seen('stdout', /has a hundred/)
  first.signal('SIGKILL' as never)
  await first.ended
  const second = run('answer')
  const outcome = await client(t, url).wait(executionId)
  const { stdout, code } = await second.ended
  t.equal(code, 0, 'a process that has nothing else to do ends by itself')
  const numbers = (line: RegExp) =>
    Array.from(stdout.matchAll(line), ([, n]) => Number(n)).sort((a, b) => a - b)
  return {
    output: outcome.status === 'completed' ? outcome.output : outcome,
    statuses: outcome.calls.map(({ status }) => status),
    called: numbers(/called (\d+)/g).filter(n => n !== 1000),
    asked: numbers(/asked (\d+)/g),
  }
}

const all = <T>(value: T) => hundred.map(() => value)

for (const effect of ['readOnly', 'idempotent']) {
  t.test(`a client that is killed and comes back makes ${effect} calls again`, async t => {
    t.strictSame(await killed(t, effect), {
      output: hundred.map(n => n * 2),
      statuses: all('completed'),
      called: hundred,
      asked: [],
    })
  })
}

t.test('calls that may not be made twice are interrupted, and nobody knows of them', async t => {
  t.strictSame(await killed(t, 'once'), {
    output: all('CallInterruptedError'),
    statuses: all('unknown'),
    called: [],
    asked: [],
  })
})

t.test('a tool that can tell is asked in the new process', async t => {
  const isEven = (n: number) => n % 2 === 0
  t.strictSame(await killed(t, 'probe'), {
    output: hundred.map(n => (n === 0 ? 'CallInterruptedError' : n * 2)),
    statuses: hundred.map(n => (n === 0 ? 'unknown' : 'completed')),
    called: hundred.filter(n => isEven(n) && n > 0),
    asked: hundred,
  })
})

const CAUGHT = `const seen = []
for (const n of [1, 2]) try { work(n) } catch (error) {
  seen.push([error instanceof ToolUnavailableError, error.code, error.tool])
}
seen`
const UNAVAILABLE = [true, 'TOOL_UNAVAILABLE', 'work']

t.test('calls of a client that never comes back throw ToolUnavailableError', async t => {
  const clientTools = { clientId: 'nobody', tools: [{ name: 'work' }] }
  const { body } = await post(`${hasty.url}/v1/execute`, { source: CAUGHT, clientTools })
  t.match(body, { status: 'completed', output: { value: [UNAVAILABLE, UNAVAILABLE] } })
})

t.test('of a durable execution they wait until the deadline of the call', async t => {
  const tools = [{ name: 'work', timeoutMs: 600 }]
  const clientTools = { clientId: 'nobody', tools }
  const request = { source: CAUGHT, clientTools, durable: true }
  const { body } = await post(`${hasty.url}/v1/execute`, request)
  t.match(body, { status: 'completed', output: { value: [UNAVAILABLE, UNAVAILABLE] } })
  const waited = body.calls.map(({ durationMs }: { durationMs: number }) => durationMs)
  t.ok(
    waited.every((ms: number) => ms >= 590),
    `they waited ${waited} ms, more than 300`,
  )
})

t.test('an approval that a client is to be asked about is not waited for longer', async t => {
  const tools = [{ name: 'work', needsApproval: 'ask', timeoutMs: 300 }]
  const clientTools = { clientId: 'nobody', tools }
  const request = { source: CAUGHT, clientTools, durable: true }
  const { body } = await post(`${hasty.url}/v1/execute`, request)
  t.match(body, { status: 'completed', output: { value: [UNAVAILABLE, UNAVAILABLE] } })
})

t.test(
  'a client that loses its connection goes on with its calls, and makes none twice',
  async t => {
    const proxy = await faultProxy(t, shared.url)
    const latchd = client(t, proxy.url)
    const go = Promise.withResolvers<void>()
    const begun = Promise.withResolvers<void>()
    const calls: number[] = []
    const work = async (n: number) => {
      calls.push(n)
      if (calls.length === 5) begun.resolve()
      await go.promise
      return n
    }
    const running = latchd.execute({
      source: 'await Promise.all([1, 2, 3, 4, 5].map(n => work(n)))',
      tools: { work },
    })
    await begun.promise
    proxy.loseAll()
    go.resolve()
    t.match(await running, { status: 'completed', output: [1, 2, 3, 4, 5] })
    t.strictSame(calls, [1, 2, 3, 4, 5])
  },
)

t.test('a client that cannot connect any more leaves its answers by request', async t => {
  const proxy = await faultProxy(t, shared.url)
  const latchd = client(t, proxy.url)
  let calls = 0
  const work = () => {
    calls++
    proxy.shut(true)
    return 'by request'
  }
  const outcome = await latchd.execute({ source: 'work()', tools: { work } })
  t.match(outcome, { status: 'completed', output: 'by request' })
  t.equal(calls, 1)
})

t.test(
  'an answer by request is taken from the process that was asked, and nobody else',
  async t => {
    const key = 'k'
    const settlement = { kind: 'value', value: 'j1' }
    const settle = (url: string, body: object) => post(`${url}/v1/calls/call_1/settle`, body)
    const body = { clientId: 'stranger', resumeToken: 'x', key, settlement }
    t.match(await settle(shared.url, body), { status: 404, body: { code: 'NOT_FOUND' } })
    const latchd = client(t, shared.url, { clientId: 'known' })
    await latchd.serveTools({ any: () => 1 })
    const known = { ...body, clientId: 'known' }
    t.match(await settle(shared.url, known), { status: 403, body: { code: 'FORBIDDEN' } })
  },
)

t.test('of two processes of one name the newer gets the calls, the older is told why', async t => {
  const closed = Promise.withResolvers<[number, string]>()
  class Watched extends WebSocket {
    constructor(url: string, protocols: string[]) {
      super(url, protocols)
      this.addEventListener('close', ({ code, reason }) => closed.resolve([code, reason]))
    }
  }
  const older = client(t, shared.url, { clientId: 'twin', WebSocket: Watched })
  const inputSchema = { type: 'object', properties: {}, additionalProperties: false }
  const begun = Promise.withResolvers<void>()
  const aborted = Promise.withResolvers<void>()
  const outcome = older.execute({
    source: 'work()',
    tools: [
      {
        name: 'work',
        description: '',
        inputSchema,
        annotations: { readOnly: true },
        execute: (_input: unknown, { signal }: { signal: AbortSignal }) => {
          signal.addEventListener('abort', () => aborted.resolve())
          begun.resolve()
          return new Promise(() => {})
        },
      },
    ],
  })
  await begun.promise
  const newer = client(t, shared.url, { clientId: 'twin' })
  const annotations = { readOnly: true }
  newer.addTools([
    { name: 'work', description: '', inputSchema, annotations, execute: () => 'newer' },
  ])
  t.match(await outcome, { status: 'completed', output: 'newer' })
  await aborted.promise
  t.strictSame(await closed.promise, [4409, 'another connection of twin took over'])
})

t.test('after a restart of the daemon calls under way go on, and are not made again', async t => {
  const daemons = await Lives.open()
  t.teardown(() => daemons.close())
  const proxies: { url: string }[] = [{ url: await daemons.next([]) }]
  // The client's address stays; what is behind it does not.
  const latchd = client(t, proxies[0]?.url ?? '', {
    fetch: (url, init) => fetch(url.replace(/^http:..[^/]+/, proxies.at(-1)?.url ?? ''), init),
    WebSocket: class extends WebSocket {
      constructor(url: string, protocols: string[]) {
        const address = proxies.at(-1)?.url.replace('http', 'ws') ?? ''
        super(url.replace(/^ws:..[^/]+/, address), protocols)
        sockets.push(this)
      }
    },
  })
  const sockets: WebSocket[] = []
  const go = Promise.withResolvers<void>()
  const begun = Promise.withResolvers<void>()
  const calls: string[] = []
  const tools = {
    before: () => calls.push('before'),
    work: async (n: number) => {
      calls.push(`work ${n}`)
      if (n === 2) begun.resolve()
      // The first is answered while there is no daemon, the second when there is one again.
      if (n === 2) await go.promise
      return n
    },
  }
  const source = 'before(); await Promise.all([work(1), work(2)])'
  const taken = await latchd.execute({ source, tools, durable: true, waitMs: 0 })
  await begun.promise
  proxies.push({ url: await daemons.next([]) })
  for (const socket of sockets) socket.close()
  go.resolve()
  const outcome = await latchd.wait(taken.executionId)
  t.match(outcome, { status: 'completed', output: [1, 2] })
  t.strictSame(calls, ['before', 'work 1', 'work 2'])
})

t.test('a frame that cannot be read closes the connection, and says why', async t => {
  const closed = async (...texts: string[]) => {
    const socket = new WsSocket(`${shared.url.replace('http', 'ws')}/v1/connect`, ['latchd.1'])
    socket.on('open', () => {
      for (const text of texts) socket.send(text)
    })
    return await new Promise(resolve => {
      socket.on('close', (code, reason) => resolve([code, String(reason)]))
    })
  }
  const hello = { type: 'hello', version: 1, clientId: 'c', instanceId: 'i', held: [], serving: [] }
  const say = (fields: object) => JSON.stringify({ ...hello, ...fields })
  t.strictSame(await closed('{"type":'), [4400, 'a frame of 8 characters is no JSON'])
  t.strictSame(await closed('{"type":"heartbeat"}'), [4400, '"heartbeat" came before "hello"'])
  t.match(await closed(say({}), '{"type":"nonsense"}'), [4400, /^cannot read the frame "nonsense"/])
  t.match(await closed(say({ clientId: 'a b' })), [4400, /clientId/])
  t.strictSame(await closed(say({ version: 2 })), [4426, 'version 2 is not spoken here, 1 is'])
})
