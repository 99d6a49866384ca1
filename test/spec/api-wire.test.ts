/** The API as a hostile client meets it: bytes that are no request, or two, or never end. */

import { request as rawRequest, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { connect } from 'node:net'
import t, { type Test } from 'tap'
import { createHttpServer, type ServerBounds } from '../../daemon/http/http-server.ts'
import { securityHeaders } from '../../daemon/http/middleware/security-headers.ts'
import { get, post, testDaemon } from '../support/daemon.ts'
import { exchange } from '../support/raw-http.ts'
import { as, secretOf, tokenDaemon } from '../support/token-daemon.ts'
import {
  ambiguousRequests,
  foreignHosts,
  foreignOrigins,
  HOST,
  oversizedHeaders,
  POST,
  slowRequests,
} from './attacks/wire.ts'

/** The daemons of all tests: one that knows its callers, and one that is open to its machine. */
const known = await tokenDaemon(t, [{ name: 'ann' }], { LATCHD_WORKERS: '1' })
const { url } = await testDaemon(t, { LATCHD_WORKERS: '1' })

t.test('a request that could be read in two ways is refused and its connection closed', async t => {
  for (const [name, bytes] of Object.entries(ambiguousRequests)) {
    const answers = await exchange(t, url, [Buffer.from(bytes, 'latin1')])
    t.equal(answers.length, 1, `${name}: one answer, and the connection ends`)
    const [answer] = answers
    t.match(
      answer && { ...answer, body: answer.body && JSON.parse(answer.body) },
      {
        status: 400,
        headers: { 'content-type': 'application/problem+json', ...securityHeaders },
        body: { code: 'INVALID_REQUEST', status: 400 },
      },
      name,
    )
  }
  t.equal((await get(`${url}/healthz`)).status, 200, 'the daemon lives')
})

t.test('headers that are too many or too long are refused', async t => {
  for (const headers of oversizedHeaders) {
    const [answer] = await exchange(t, url, [`GET /v1/info HTTP/1.1\r\n${HOST}${headers}\r\n`])
    t.match(answer, { status: 431, headers: { 'content-type': 'application/problem+json' } })
    t.match(JSON.parse(answer?.body ?? ''), { code: 'HEADERS_TOO_LARGE' })
  }
})

t.test(
  'a body over the limit is refused before it is read, and without a token not at all',
  async t => {
    const { url } = known
    const token = `Authorization: Bearer ${secretOf('ann')}\r\n`
    const head = (lines: string) => `${POST}${lines}Content-Length: 100000000\r\n\r\n{`
    const [large] = await exchange(t, url, [head(token)])
    t.match(large, { status: 413, headers: { 'content-type': 'application/problem+json' } })
    const [unknown] = await exchange(t, url, [head('')])
    t.equal(unknown?.status, 401)
    const chunk = Buffer.concat([
      Buffer.from('100000\r\n'),
      Buffer.alloc(0x100000, 0x20),
      Buffer.from('\r\n'),
    ])
    const chunks = `${POST}${token}Transfer-Encoding: chunked\r\n\r\n`
    const [endless] = await exchange(t, url, [chunks, ...Array.from({ length: 12 }, () => chunk)])
    t.equal(endless?.status, 413)
  },
)

const quick: ServerBounds = {
  headersMs: 300,
  requestMs: 600,
  keepAliveMs: 300,
  stallMs: 10_000,
  checkMs: 50,
  maxHeaderBytes: 4096,
}

async function quickServer(t: Test, answer = '', bounds: Partial<ServerBounds> = {}) {
  const fetch = async (request: Request) => new Response((await request.text()) + answer)
  const deps = { fetch, mayUpgrade: () => false }
  const server: Server = createHttpServer(deps, { ...quick, ...bounds })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => server.close())
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server }
}

t.test(
  'a client that is slow with its headers, its body or its next request is cut off',
  async t => {
    const { url } = await quickServer(t)
    const late = { status: 408, headers: { 'content-type': 'application/problem+json' } }
    for (const [name, { bytes, isWhole }] of Object.entries(slowRequests)) {
      const answers = await exchange(t, url, [bytes])
      t.match(answers, [isWhole ? { status: 200 } : late], `${name}: and the connection ends`)
    }
    const drip = dripping(t, url)
    t.match(await drip, [], 'a byte now and then buys no more time')
  },
)

/** Sends a byte every 20 ms, until the other end has enough. */
function dripping(t: Test, url: string): Promise<unknown[]> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  t.teardown(() => socket.destroy())
  socket.on('error', () => {}).resume()
  socket.write(`GET / HTTP/1.1\r\n${HOST}X-A: `)
  const timer = setInterval(() => socket.write('a'), 20)
  t.teardown(() => clearInterval(timer))
  return new Promise(resolve => socket.on('close', () => resolve([])))
}

t.test('a client that does not read its answer is cut off', async t => {
  const { url, server } = await quickServer(t, 'x'.repeat(50_000_000), { stallMs: 400 })
  const { hostname, port } = new URL(url)
  const cut = new Promise(resolve => {
    server.on('connection', one => one.on('close', () => resolve('cut off')))
  })
  const socket = connect(Number(port), hostname)
  t.teardown(() => socket.destroy())
  socket.on('error', () => {})
  socket.pause().write(`GET / HTTP/1.1\r\n${HOST}\r\n`)
  t.equal(await cut, 'cut off')
})

t.test('an answer that is on its way is not followed by another for a broken request', async t => {
  const source = JSON.stringify({ source: 'sleep(200); 1' })
  const whole = `${POST}Content-Length: ${source.length}\r\n\r\n${source}`
  const answers = await exchange(t, url, [whole, 'NO HTTP\r\n\r\n'])
  t.strictSame(answers, [], 'the first request gets no answer of the second')
})

t.test('a request to become something else is answered as an ordinary one', async t => {
  const upgrade = (path: string, protocol: string) =>
    new Promise<number>((resolve, reject) => {
      const headers = { connection: 'Upgrade', upgrade: protocol }
      rawRequest(`${url}${path}`, { headers }, response => {
        response.resume()
        resolve(response.statusCode ?? 0)
      })
        .on('error', reject)
        .end()
    })
  t.equal(await upgrade('/v1/info', 'h2c'), 200)
  t.equal(await upgrade('/v1/info', 'websocket'), 200)
  t.equal(await upgrade('/v1/connect', 'h2c'), 426)
})

t.test('every answer tells browsers to keep, run and embed nothing', async t => {
  const { url } = known
  const told = (headers: Headers) =>
    Object.fromEntries(Object.keys(securityHeaders).map(name => [name, headers.get(name)]))
  const answers = [
    await fetch(`${url}/healthz`),
    await fetch(`${url}/openapi.json`),
    await fetch(`${url}/v1/info`),
    await fetch(`${url}/v1/info`, { headers: as('ann') }),
    await fetch(`${url}/nowhere`, { headers: as('ann') }),
    await fetch(`${url}/v1/execute`, { method: 'POST', headers: as('ann'), body: '{' }),
  ]
  for (const { url: path, status, headers } of answers) {
    t.strictSame(told(headers), { ...securityHeaders }, `${path} ${status}`)
    t.equal(headers.get('server'), null)
    t.equal(headers.get('x-powered-by'), null)
  }
})

t.test('a page of another site, or of a name that leads here, is refused', async t => {
  const { host, port } = new URL(url)
  const ask = async (headers: string) =>
    (await exchange(t, url, [`GET /v1/info HTTP/1.1\r\n${headers}Connection: close\r\n\r\n`]))[0]
      ?.status
  for (const name of foreignHosts(port)) {
    t.equal(await ask(`Host: ${name}\r\n`), 403, name)
  }
  for (const origin of foreignOrigins(host)) {
    t.equal(await ask(`Host: ${host}\r\nOrigin: ${origin}\r\n`), 403, origin)
  }
  t.equal(await ask(`Host: ${host}\r\nOrigin: http://${host}\r\n`), 200)
  t.equal(await ask('Host: LOCALHOST\r\n'), 200)
  const tricked = await post(`${url}/v1/execute`, { source: '1' }, { origin: 'https://a.example' })
  t.match(tricked, { status: 403, body: { code: 'FORBIDDEN' } })
})
