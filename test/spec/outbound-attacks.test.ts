/** Attacks on the way out, beside those of `fetch-url.test.ts`: none may reach what is not public. */

import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from 'node:net'
import { gzipSync } from 'node:zlib'
import t, { type Test } from 'tap'
import type { NetworkDependencies } from '../../daemon/outbound/network-dependencies.ts'
import type { OutboundOptions } from '../../daemon/outbound/outbound.ts'
import { fetchUrlTool } from '../../daemon/tools/fetch-url.ts'
import { CallContext } from '../../protocol/tool/call-context.ts'
import { post, testDaemon } from '../support/daemon.ts'
import {
  endlessAnswers,
  forgedHeaders,
  forgedMethods,
  ownHosts,
  PUBLIC,
  resolverAnswers,
} from './attacks/outbound.ts'

/** The tool as a plain function. */
function fetchUrl(allow: readonly string[], deps?: OutboundOptions) {
  const tool = fetchUrlTool(allow, deps)
  const facts = { callId: 'call', executionId: 'exe', sessionId: undefined, caller: 'local' }
  return async (url: string, options = {}): Promise<unknown> => {
    const context = new CallContext({ ...facts, metadata: {}, onProgress() {} })
    return await tool.execute({ url, options }, context)
  }
}

/** A network whose resolver is the attacker's; every address is answered by the loopback. */
function attackersNetwork(resolve: (name: string, asked: number) => readonly string[]) {
  let asked = 0
  const deps: NetworkDependencies = {
    resolve: async name => resolve(name, asked++),
    connect: ({ port }, addresses) =>
      Object.defineProperty(connect(port, '127.0.0.1'), 'remoteAddress', { value: addresses[0] }),
  }
  return deps
}

async function serve(t: Test, answer: RequestListener) {
  let requests = 0
  const server = createServer((request, response) => {
    requests++
    answer(request, response)
  })
  server.listen(0, '127.0.0.1')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  await once(server, 'listening')
  return { port: (server.address() as AddressInfo).port, count: () => requests }
}

/** A server that says what no HTTP server would. */
async function serveRaw(t: Test, talk: (socket: Socket) => void) {
  const sockets = new Set<Socket>()
  const server = createTcpServer(socket => {
    sockets.add(socket)
    socket.on('error', () => {}).once('data', () => talk(socket))
  })
  server.listen(0, '127.0.0.1')
  t.teardown(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  await once(server, 'listening')
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` }
}

t.test('a name that is rebound between a request and its redirect is refused', async t => {
  const { port, count } = await serve(t, (_, response) => {
    response.writeHead(302, { location: '/inside', connection: 'close' }).end()
  })
  const deps = attackersNetwork((_, asked) => [asked === 0 ? PUBLIC : '127.0.0.1'])
  await t.rejects(fetchUrl(['*'], deps)(`http://rebind.example.com:${port}/`), {
    code: 'FETCH_REFUSED',
    message: /it resolves to a loopback address/,
  })
  t.equal(count(), 1)
})

t.test('a resolver that says something else than public addresses reaches nobody', async t => {
  const { port, count } = await serve(t, (_, response) => response.end('inside'))
  for (const [how, addresses] of Object.entries(resolverAnswers)) {
    const fetch = fetchUrl(
      ['*'],
      attackersNetwork(() => addresses),
    )
    const error: Error = await fetch(`http://example.com:${port}/`).then(String, error => error)
    t.match(error, { name: 'FetchError', code: /^FETCH_(REFUSED|FAILED)$/ }, how)
    t.notMatch(error.message, /10\.0\.0|7f00|a9fe|inside\.example/, 'and is told no address')
  }
  t.equal(count(), 0)
})

t.test('a program cannot write a request of its own into a request', async t => {
  const seen: string[] = []
  const { port } = await serve(t, (request, response) => {
    seen.push(`${request.method} ${request.url} ${request.headers.host}`)
    response.end(JSON.stringify(request.headers))
  })
  const fetch = fetchUrl(['127.0.0.1'])
  const url = `http://127.0.0.1:${port}`
  for (const headers of forgedHeaders) {
    await t.rejects(fetch(url, { headers }), { code: 'FETCH_REFUSED' }, JSON.stringify(headers))
  }
  const owned = {
    host: 'inside.example.com',
    'content-length': '3',
    'transfer-encoding': 'chunked',
    connection: 'upgrade',
    upgrade: 'websocket',
    expect: '100-continue',
  }
  const sent = await fetch(`${url}/a%0d%0ab?c\r\nd`, {
    method: 'POST',
    headers: owned,
    body: 'GET /',
  })
  t.match(JSON.parse(sent as string), { host: `127.0.0.1:${port}`, 'content-length': '5' })
  t.strictSame(seen, [`POST /a%0d%0ab?cd 127.0.0.1:${port}`])
  for (const method of forgedMethods) {
    await t.rejects(fetch(url, { method }), { name: 'TypeError' }, method)
  }
})

t.test('answers without an end are cut off', async t => {
  const bound = { maxBodyBytes: 100_000, timeoutMs: 1000 }
  const fetch = fetchUrl(['127.0.0.1'], bound)
  await Promise.all(
    Object.entries(endlessAnswers).map(async ([what, talk]) => {
      const { url } = await serveRaw(t, talk)
      await t.rejects(fetch(url), { name: 'FetchError' }, what)
    }),
  )
})

t.test('an answer that comes a byte at a time has the time of all answers', async t => {
  const { port } = await serve(t, (request, response) => {
    const timer = setInterval(() => response.write('x'), 10)
    request.socket.on('close', () => clearInterval(timer))
  })
  const fetch = fetchUrl(['127.0.0.1'], { timeoutMs: 300 })
  await t.rejects(fetch(`http://127.0.0.1:${port}/`), { code: 'FETCH_TIMEOUT' })
})

t.test('many members of gzip are bounded together', async t => {
  const member = gzipSync(Buffer.alloc(9000))
  const { port } = await serve(t, (_, response) => {
    response.setHeader('content-encoding', 'gzip').end(Buffer.concat(Array(20).fill(member)))
  })
  const fetch = fetchUrl(['127.0.0.1'], { maxBodyBytes: 10_000 })
  await t.rejects(fetch(`http://127.0.0.1:${port}/`), { code: 'FETCH_TOO_LARGE' })
})

t.test('cookies of an answer are sent to nobody, nor is a referrer', async t => {
  const seen: unknown[] = []
  const { port } = await serve(t, (request, response) => {
    seen.push([request.headers.cookie, request.headers.referer])
    const isFirst = request.url === '/first'
    response.writeHead(isFirst ? 302 : 200, { 'set-cookie': 'a=1', location: '/next' }).end('x')
  })
  const fetch = fetchUrl(['127.0.0.1'])
  await fetch(`http://127.0.0.1:${port}/first`)
  await fetch(`http://127.0.0.1:${port}/next`)
  t.strictSame(seen, Array(3).fill([undefined, undefined]))
})

t.test(
  'a program cannot reach the daemon that runs it, nor anything else of this machine',
  async t => {
    const daemon = await testDaemon(t, { LATCHD_FETCH_ALLOW: '*' })
    const { port } = new URL(daemon.url)
    const inside = await serve(t, (_, response) => response.end('inside'))
    const source = `
    const outcomes = []
    for (const host of inputs.hosts) for (const port of inputs.ports) {
      try { outcomes.push(host + ' gave ' + fetch_url('http://' + host + ':' + port + '/v1/tools')) }
      catch (error) { if (error.code !== 'FETCH_REFUSED') outcomes.push(host + ' ' + error.code + error.message) }
    }
    outcomes`
    const inputs = { hosts: ownHosts, ports: [port, inside.port] }
    const { body } = await post(`${daemon.url}/v1/execute`, { source, inputs, waitMs: 60_000 })
    t.strictSame(body.output?.value, [], JSON.stringify(body.error))
    t.equal(body.usage.calls, 2 * ownHosts.length, 'all of them were tried')
    t.equal(inside.count(), 0)
  },
)
