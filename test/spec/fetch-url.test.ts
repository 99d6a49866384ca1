import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from 'node:net'
import { resolve } from 'node:path'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import t, { type Test } from 'tap'
import type { NetworkDependencies } from '../../daemon/outbound/network-dependencies.ts'
import type { OutboundOptions } from '../../daemon/outbound/outbound.ts'
import { fetchUrlTool } from '../../daemon/tools/fetch-url.ts'
import { CallContext } from '../../protocol/tool/call-context.ts'
import {
  forbiddenUrls,
  PUBLIC,
  privateHosts,
  privateLocations,
  privateNames,
} from './attacks/outbound.ts'

type FetchOptions = Parameters<ReturnType<typeof fetchUrlTool>['execute']>[0]['options']

/** The tool as a plain function. */
function fetchUrl(allow: readonly string[], deps?: OutboundOptions) {
  const tool = fetchUrlTool(allow, deps)
  // biome-ignore lint/suspicious/noExplicitAny: tests read answers of every form
  return async (url: string, options?: FetchOptions, context = callContext()): Promise<any> =>
    await tool.execute(options === undefined ? { url } : { url, options }, context)
}

function callContext(): CallContext {
  return new CallContext({
    callId: 'call',
    executionId: 'exe',
    sessionId: undefined,
    caller: 'local',
    metadata: {},
    onProgress() {},
  })
}

async function listen(t: Test, server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

/** A server on the loopback, with all that it was asked for. */
async function serve(t: Test, answer: RequestListener = (_, response) => response.end('secret')) {
  const requests: IncomingMessage[] = []
  const server = createServer((request, response) => {
    requests.push(request)
    answer(request, response)
  })
  const port = await listen(t, server)
  return { port, requests, server, url: `http://127.0.0.1:${port}` }
}

/** Resolves when a socket is closed, also by a reset. */
async function closed(socket: Socket): Promise<void> {
  if (!socket.closed) await new Promise<void>(resolve => socket.once('close', () => resolve()))
}

async function textOf(request: IncomingMessage): Promise<string> {
  return Buffer.concat(await request.toArray()).toString()
}

/**
 * A network in which names have these addresses (of several lists one each time it is asked), and
 * every address is answered by the loopback under its own name.
 */
function network(names: Record<string, string | readonly string[][]>) {
  const resolved: string[] = []
  const deps: NetworkDependencies = {
    async resolve(name) {
      resolved.push(name)
      const answer = names[name]
      if (answer === undefined) throw Object.assign(new Error('no'), { code: 'ENOTFOUND' })
      if (typeof answer === 'string') return [answer]
      return answer[Math.min(resolved.length, answer.length) - 1] ?? []
    },
    connect({ port }, addresses) {
      return Object.defineProperty(connect(port, '127.0.0.1'), 'remoteAddress', {
        value: addresses[0],
      })
    },
  }
  return { ...deps, resolved }
}

const anyPublic = network({ 'example.com': PUBLIC, 'www.example.com': PUBLIC, 'other.org': PUBLIC })

t.test('addresses that are not public are refused, however they are written', async t => {
  const { port, requests } = await serve(t)
  const fetch = fetchUrl(['*'])
  for (const [kind, list] of Object.entries(privateHosts)) {
    for (const host of list.split(' ')) {
      await t.test(`${host} is ${kind}`, async t => {
        const refused = { name: 'FetchError', code: 'FETCH_REFUSED' }
        const message = new RegExp(`^Cannot fetch from \\S+:${port}: it is an? ${kind} address`)
        await t.rejects(fetch(`http://${host}:${port}/`), { ...refused, message })
      })
    }
  }
  t.equal(requests.length, 0)
})

t.test('names that lead to addresses that are not public are refused', async t => {
  const { port, requests } = await serve(t)
  for (const name of Object.keys(privateNames)) {
    await t.test(`${name} is refused without its address being told`, async t => {
      const fetch = fetchUrl(['*'], network(privateNames))
      const error = await fetch(`http://${name}:${port}/`).catch(error => error)
      t.match(error, { code: 'FETCH_REFUSED', message: /it resolves to an? [\w-]+ address/ })
      t.match(error.message, `${name}:${port}`)
      t.notMatch(error.message, /10\.0|169\.254|::|93\.184/)
    })
  }
  await t.test('localhost is refused on the network of this machine', async t => {
    for (const host of ['localhost', 'LOCALHOST', 'localhost.']) {
      await t.rejects(fetchUrl(['*'])(`http://${host}:${port}/`), { code: 'FETCH_REFUSED' })
    }
  })
  t.equal(requests.length, 0)
})

t.test('a name that answers public first and private next is refused the second time', async t => {
  const { port, requests } = await serve(t, (_, response) => {
    // So that the second request needs a connection of its own.
    response.setHeader('connection', 'close')
    response.end('page')
  })
  const deps = network({ 'rebind.example.com': [[PUBLIC], ['127.0.0.1']] })
  const fetch = fetchUrl(['*', 'rebind.example.com'], deps)
  t.equal(await fetch(`http://rebind.example.com:${port}/`), 'page')
  t.strictSame(deps.resolved, ['rebind.example.com'], 'one connection resolves once')
  await t.rejects(fetch(`http://rebind.example.com:${port}/`), { code: 'FETCH_REFUSED' })
  t.equal(requests.length, 1)
})

t.test('a connection that leads to another address gets no byte', async t => {
  const received: Buffer[] = []
  const sockets: Socket[] = []
  const server = createTcpServer(socket => {
    sockets.push(socket)
    socket.on('error', () => {}).on('data', chunk => received.push(chunk))
  })
  server.listen(0, '127.0.0.1')
  t.teardown(() => server.close())
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const deps = { resolve: async () => [PUBLIC], connect: () => connect(port, '127.0.0.1') }
  for (const scheme of ['http', 'https']) {
    await t.rejects(fetchUrl(['*'], deps)(`${scheme}://example.com:${port}/`), {
      code: 'FETCH_REFUSED',
      message: /another address than the one that was checked/,
    })
  }
  for (const socket of sockets) await closed(socket)
  t.equal(sockets.length, 2)
  t.strictSame(received, [])
})

t.test('a redirect to an address that is not public is refused', async t => {
  const hidden = await serve(t)
  for (const location of privateLocations(hidden.port)) {
    await t.test(location, async t => {
      const { port } = await serve(t, (_, response) => response.writeHead(302, { location }).end())
      const deps = network({ 'example.com': PUBLIC, 'inside.example.com': '127.0.0.1' })
      await t.rejects(fetchUrl(['*'], deps)(`http://example.com:${port}/`), {
        code: 'FETCH_REFUSED',
        message: /(loopback|link-local) address/,
      })
    })
  }
  t.equal(hidden.requests.length, 0)
})

t.test('a redirect to a host that no pattern names is refused', async t => {
  const { port, requests } = await serve(t, (_, response) =>
    response.writeHead(302, { location: `http://other.org:${port}/` }).end(),
  )
  await t.rejects(fetchUrl(['example.com'], anyPublic)(`http://example.com:${port}/`), {
    code: 'FETCH_REFUSED',
    message: `Cannot fetch from other.org:${port}: the setting fetchAllow (LATCHD_FETCH_ALLOW) does not allow this host`,
  })
  t.equal(requests.length, 1)
})

t.test('URLs that are not plain http or https are refused', async t => {
  const fetch = fetchUrl(['*', 'localhost', '127.0.0.1'])
  for (const [url, message] of Object.entries(forbiddenUrls)) {
    const error = await fetch(url).catch(error => error)
    t.match(error, { name: 'FetchError', code: 'FETCH_REFUSED', message }, url)
    t.notMatch(error.message, 'hunter2')
  }
})

t.test('a redirect to another scheme, or with a user name in it, is refused', async t => {
  for (const location of ['file:///etc/passwd', 'http://user@example.com/', 'http://']) {
    const { url } = await serve(t, (_, response) => response.writeHead(302, { location }).end())
    await t.rejects(fetchUrl(['127.0.0.1', '*'])(url), { code: 'FETCH_REFUSED' }, location)
  }
})

t.test('patterns say which hosts may be reached', async t => {
  const { port, requests } = await serve(t, (_, response) => response.end('page'))
  const names = {
    'example.com': PUBLIC,
    'www.example.com': PUBLIC,
    'a.b.example.com': PUBLIC,
    'notexample.com': PUBLIC,
    localhost: '127.0.0.1',
    database: '10.0.0.7',
    'wiki.internal': '10.0.0.8',
    'wiki.example.com': '10.0.0.8',
    'xn--bcher-kva.example': PUBLIC,
  }
  const other = port + 1
  // Patterns, host, whether it is reached.
  const cases: [string[], string, boolean][] = [
    [['*'], `example.com:${port}`, true],
    [['*'], `localhost:${port}`, false],
    [[`*:${port}`], `example.com:${port}`, true],
    [[`*:${other}`], `example.com:${port}`, false],
    [['example.com'], `example.com:${port}`, true],
    [['EXAMPLE.com'], `Example.COM.:${port}`, true],
    [['example.com'], `www.example.com:${port}`, false],
    [['example.com'], `notexample.com:${port}`, false],
    [[`example.com:${port}`], `example.com:${port}`, true],
    [['example.com:*'], `example.com:${port}`, true],
    [['example.com:80'], `example.com:${port}`, false],
    [['*.example.com'], `www.example.com:${port}`, true],
    [['*.example.com'], `a.b.example.com:${port}`, true],
    [['*.example.com'], `example.com:${port}`, false],
    [['*.example.com'], `notexample.com:${port}`, false],
    [['bücher.example'], `bücher.example:${port}`, true],
    // Names that nobody can register may be private when they are named.
    [['localhost:*'], `localhost:${port}`, true],
    [[`localhost:${other}`], `localhost:${port}`, false],
    [['database'], `database:${port}`, true],
    [['wiki.internal'], `wiki.internal:${port}`, true],
    [['*.internal'], `wiki.internal:${port}`, true],
    // Any other name needs its address named as well.
    [['wiki.example.com'], `wiki.example.com:${port}`, false],
    [['*.example.com'], `wiki.example.com:${port}`, false],
    [['wiki.example.com', '10.0.0.8'], `wiki.example.com:${port}`, true],
    [['*', '10.0.0.0/8'], `wiki.example.com:${port}`, true],
    [['*', '10.0.1.0/24'], `wiki.example.com:${port}`, false],
    [['10.0.0.8'], `wiki.example.com:${port}`, false],
    // Addresses, in any spelling.
    [['127.0.0.1'], `127.0.0.1:${port}`, true],
    [[`127.0.0.1:${port}`], `0x7f.1:${port}`, true],
    [[`127.0.0.1:${port}`], `[::ffff:127.0.0.1]:${port}`, true],
    [[`127.0.0.1:${other}`], `127.0.0.1:${port}`, false],
    [['127.1'], `127.0.0.1:${port}`, true],
    [['127.0.0.1'], `127.0.0.2:${port}`, false],
    [['127.0.0.0/8'], `127.0.0.2:${port}`, true],
    [['127.0.0.1'], `localhost:${port}`, false],
    [['::1'], `[::1]:${port}`, true],
    [[`[::1]:${port}`], `[0:0:0:0:0:0:0:1]:${port}`, true],
    [['fd00::/8'], `[fd12::1]:${port}`, true],
    [['8.8.8.8'], `8.8.8.8:${port}`, true],
    [[], `example.com:${port}`, false],
  ]
  for (const [patterns, host, isReached] of cases) {
    const title = `${patterns.join(', ') || 'nothing'} ${isReached ? 'allows' : 'refuses'} ${host}`
    await t.test(title, async t => {
      const got = fetchUrl(patterns, network(names))(`http://${host}/`)
      if (isReached) t.equal(await got, 'page')
      else await t.rejects(got, { code: 'FETCH_REFUSED' })
    })
  }
  t.equal(requests.length, cases.filter(([, , isReached]) => isReached).length)
})

t.test('a pattern that is none is a configuration error', t => {
  const wrong = [
    ...['', 'http://example.com', 'example.com/path', 'a b', 'user@example.com', '*.*', 'a.*.com'],
    ...['example.com:0', 'example.com:70000', 'example.com:http', '[::1', '*.127.0.0.1', '**'],
  ]
  for (const pattern of wrong) {
    t.throws(() => fetchUrlTool([pattern]), {
      code: 'CONFIG_INVALID',
      message: `Cannot use the host pattern "${pattern}"`,
    })
  }
  t.end()
})

t.test('a host that is not allowed is not even resolved', async t => {
  const deps = network({ 'example.com': PUBLIC })
  await t.rejects(fetchUrl(['other.org'], deps)('http://example.com/'), { code: 'FETCH_REFUSED' })
  t.strictSame(deps.resolved, [])
})

t.test('proxies of the environment are not used', async t => {
  const proxy = await serve(t)
  const names = ['http_proxy', 'HTTP_PROXY', 'all_proxy', 'NODE_USE_ENV_PROXY']
  for (const name of names) process.env[name] = name.startsWith('NODE') ? '1' : proxy.url
  t.teardown(() => names.forEach(name => void delete process.env[name]))
  const { port } = await serve(t, (_, response) => response.end('direct'))
  t.equal(await fetchUrl(['*'], anyPublic)(`http://example.com:${port}/`), 'direct')
  t.equal(proxy.requests.length, 0)
})

t.test('the body comes in the form that was asked for', async t => {
  const { url } = await serve(t, ({ url }, response) => {
    if (url === '/json') response.setHeader('content-type', 'application/json').end('{"a":[1]}')
    else if (url === '/latin')
      response.setHeader('content-type', 'text/html; charset=iso-8859-1').end(Buffer.from([0xe9]))
    else if (url === '/odd') response.setHeader('content-type', 'text/plain; charset=x').end('odd')
    else if (url === '/nothing') response.writeHead(204).end()
    else response.setHeader('set-cookie', 'a=1').setHeader('x-two', ['1', '2']).end('grüße')
  })
  const fetch = fetchUrl(['127.0.0.1'])
  t.equal(await fetch(url), 'grüße')
  t.equal(await fetch(`${url}/latin`), 'é')
  t.equal(await fetch(`${url}/odd`), 'odd')
  t.equal(await fetch(`${url}/nothing`), '')
  t.strictSame(await fetch(`${url}/json`, { as: 'json' }), { a: [1] })
  const bytes = await fetch(url, { as: 'bytes' })
  t.equal(bytes.constructor, Uint8Array)
  t.strictSame(bytes, new TextEncoder().encode('grüße'))
  t.match(await fetch(url, { as: 'response' }), {
    status: 200,
    url: `${url}/`,
    body: 'grüße',
    headers: { 'set-cookie': ['a=1'], 'x-two': '1, 2', 'content-length': '7' },
  })
  await t.rejects(fetch(url, { as: 'json' }), {
    name: 'SyntaxError',
    message: /^Cannot read the answer of 127\.0\.0\.1:\d+ as JSON: /,
  })
})

t.test('a status that is no success throws, unless the response is asked for', async t => {
  const { url } = await serve(t, ({ url }, response) => {
    if (url === '/304') response.writeHead(304).end()
    else response.writeHead(404).end('no such page')
  })
  const fetch = fetchUrl(['127.0.0.1'])
  await t.rejects(fetch(`${url}/x?key=k`), {
    name: 'HttpError',
    code: 'HTTP_STATUS',
    message: `GET ${url}/x answered 404 Not Found: no such page`,
  })
  await t.rejects(fetch(`${url}/304`), { message: `GET ${url}/304 answered 304 Not Modified` })
  t.match(await fetch(url, { as: 'response' }), { status: 404, body: 'no such page' })
})

t.test('method, headers and body are sent', async t => {
  const { url } = await serve(t, async (request, response) => {
    const { method, headers } = request
    response.end(JSON.stringify({ method, headers, body: await textOf(request) }))
  })
  const send = (options: FetchOptions) => fetchUrl(['127.0.0.1'])(url, { ...options, as: 'json' })
  t.match(await send({}), {
    method: 'GET',
    headers: { accept: '*/*', 'user-agent': 'latchd', 'accept-encoding': 'gzip, deflate' },
    body: '',
  })
  t.match(await send({ method: 'post', body: { a: 1 }, headers: { 'X-One': 1 } }), {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-one': '1', 'content-length': '7' },
    body: '{"a":1}',
  })
  t.match(await send({ method: 'PUT', body: 'text', headers: { 'Content-Type': 'text/csv' } }), {
    headers: { 'content-type': 'text/csv' },
    body: 'text',
  })
  t.match(await send({ method: 'PATCH', body: new Uint8Array([104, 105]) }), { body: 'hi' })
  const own = { Host: 'other.org', 'Accept-Encoding': 'br', Connection: 'close', TE: 'x' }
  const { headers } = await send({ headers: { ...own, 'Content-Length': 9, Upgrade: 'h2c' } })
  t.match(headers, { host: new URL(url).host, 'accept-encoding': 'gzip, deflate' })
  t.notOk('te' in headers || 'upgrade' in headers || 'content-length' in headers)
})

t.test('a request that cannot be written is refused', async t => {
  const { url, requests } = await serve(t)
  const fetch = fetchUrl(['127.0.0.1'])
  await t.rejects(fetch(url, { method: 'CONNECT' }), { name: 'TypeError', message: /"CONNECT"/ })
  await t.rejects(fetch(url, { method: 'GET /x HTTP/1.1\r\n' }), { name: 'TypeError' })
  await t.rejects(fetch(url, { body: 'x' }), { name: 'TypeError', message: /body with GET/ })
  for (const headers of [{ 'a b': '1' }, { a: '1\r\nb: 2' }]) {
    await t.rejects(fetch(url, { headers }), { code: 'FETCH_REFUSED' })
  }
  t.equal(requests.length, 0)
})

t.test('redirects are followed as fetch does', async t => {
  const { port, url } = await serve(t, async (request, response) => {
    const path = request.url ?? ''
    const status = Number(path.slice(1))
    if (status > 0) return response.writeHead(status, { location: '/end' }).end('moved')
    const { method, headers } = request
    return response.end(JSON.stringify({ method, headers, body: await textOf(request) }))
  })
  const fetch = fetchUrl(['127.0.0.1'])
  const post = { method: 'POST', body: 'x', as: 'json' } as const
  for (const status of [301, 302, 303]) {
    const { method, headers, body } = await fetch(`${url}/${status}`, post)
    t.strictSame([method, body, headers['content-type']], ['GET', '', undefined], `${status}`)
  }
  for (const status of [307, 308]) {
    t.match(await fetch(`${url}/${status}`, post), { method: 'POST', body: 'x' }, `${status}`)
  }
  t.match(await fetch(`${url}/302`, { ...post, method: 'PUT' }), { method: 'PUT', body: 'x' })
  t.match(await fetch(`${url}/303`, { method: 'HEAD', as: 'response' }), { body: '' })
  t.match(await fetch(`${url}/302`, { as: 'response' }), {
    status: 200,
    url: `http://127.0.0.1:${port}/end`,
  })
})

t.test('credentials stay with the origin that they were written for', async t => {
  const answer: RequestListener = ({ url, headers }, response) => {
    const location = { '/same': '/end', '/other': `http://other.org:${port}/end` }[url ?? '']
    if (location === undefined) response.end(JSON.stringify(headers))
    else response.writeHead(307, { location }).end()
  }
  const { port } = await serve(t, answer)
  const fetch = fetchUrl(['*'], anyPublic)
  const headers = { Authorization: 'Bearer k', Cookie: 'a=1', 'X-Kept': '1' }
  const same = await fetch(`http://example.com:${port}/same`, { headers, as: 'json' })
  t.match(same, { authorization: 'Bearer k', cookie: 'a=1', 'x-kept': '1' })
  const other = await fetch(`http://example.com:${port}/other`, { headers, as: 'json' })
  t.notOk('authorization' in other || 'cookie' in other)
  t.match(other, { 'x-kept': '1', host: `other.org:${port}` })
})

t.test('a redirect loop ends after five redirects', async t => {
  const { url, port, requests } = await serve(t, (_, response) =>
    response.writeHead(302, { location: '/' }).end(),
  )
  await t.rejects(fetchUrl(['127.0.0.1'])(url), {
    code: 'FETCH_REFUSED',
    message: `Cannot fetch from 127.0.0.1:${port}: more than 5 redirects`,
  })
  t.equal(requests.length, 6)
})

t.test('bodies are bounded', async t => {
  const bound = { maxBodyBytes: 10_000 }
  const tooLarge = { name: 'FetchError', code: 'FETCH_TOO_LARGE', message: /limit of 10000 bytes/ }
  const fetch = fetchUrl(['127.0.0.1'], bound)

  await t.test('a body of the limit is taken, one more byte is not', async t => {
    const { url } = await serve(t, ({ url }, response) =>
      response.end('x'.repeat(Number(url?.slice(1)))),
    )
    t.equal((await fetch(`${url}/10000`)).length, 10_000)
    await t.rejects(fetch(`${url}/10001`), tooLarge)
  })

  await t.test('an endless body is cut off, and its connection closed', async t => {
    const { url, requests } = await serve(t, (_, response) => {
      const more = () => response.write('x'.repeat(1000), error => error ?? more())
      more()
    })
    await t.rejects(fetch(url), tooLarge)
    await closed(requests[0]?.socket as Socket)
  })

  await t.test('a small body that decodes to a large one is cut off', async t => {
    const zeros = Buffer.alloc(50_000_000)
    const bombs: Record<string, Buffer> = {
      gzip: gzipSync(zeros).subarray(0, 9000),
      'x-gzip': gzipSync(zeros.subarray(0, 1_000_000)),
      deflate: deflateSync(zeros.subarray(0, 1_000_000)),
    }
    const { url } = await serve(t, ({ url }, response) => {
      const encoding = url?.slice(1) ?? ''
      response.setHeader('content-encoding', encoding).end(bombs[encoding])
    })
    for (const encoding of Object.keys(bombs))
      await t.rejects(fetch(`${url}/${encoding}`), tooLarge)
  })

  await t.test('an endless body that decodes to nothing is cut off', async t => {
    const start = gzipSync('').subarray(0, 10)
    // Stored blocks of no bytes, as RFC 1951 has them.
    const emptyBlocks = Buffer.alloc(5000, Buffer.from([0, 0, 0, 0xff, 0xff]))
    const { url } = await serve(t, (_, response) => {
      response.setHeader('content-encoding', 'gzip').write(start)
      const more = () => response.write(emptyBlocks, error => error ?? more())
      more()
    })
    await t.rejects(fetch(url), tooLarge)
  })

  await t.test('headers are bounded too', async t => {
    const { url } = await serve(t, (_, response) =>
      response.setHeader('x-long', 'x'.repeat(40_000)).end(),
    )
    await t.rejects(fetch(url), { code: 'FETCH_FAILED', message: /headers.*too large/ })
  })

  await t.test('the body of a redirect is not waited for', async t => {
    const { url } = await serve(t, ({ url }, response) => {
      if (url === '/end') return response.end('page')
      return response.writeHead(302, { location: '/end' }).write('never ends')
    })
    t.equal(await fetch(url), 'page')
  })
})

t.test('gzip and deflate are decoded, other encodings refused', async t => {
  const bodies: Record<string, Buffer> = {
    gzip: gzipSync('page'),
    deflate: deflateSync('page'),
    'deflate?raw': deflateRawSync('page'),
    identity: Buffer.from('page'),
    br: brotliCompressSync('page'),
    zstd: Buffer.from('page'),
    'gzip, gzip': gzipSync(gzipSync('page')),
    'gzip?broken': Buffer.from('not gzip at all'),
  }
  const { url } = await serve(t, ({ url }, response) => {
    const key = decodeURIComponent(url?.slice(1) ?? '')
    response.setHeader('content-encoding', key.split('?')[0] ?? '').end(bodies[key])
  })
  const fetch = fetchUrl(['127.0.0.1'])
  for (const key of ['gzip', 'deflate', 'deflate?raw', 'identity']) {
    t.equal(await fetch(`${url}/${encodeURIComponent(key)}`), 'page', key)
  }
  for (const key of ['br', 'zstd', 'gzip, gzip']) {
    await t.rejects(fetch(`${url}/${encodeURIComponent(key)}`), {
      code: 'FETCH_REFUSED',
      message: `its answer is encoded as "${key}", which was not asked for`,
    })
  }
  await t.rejects(fetch(`${url}/${encodeURIComponent('gzip?broken')}`), {
    code: 'FETCH_FAILED',
    message: /compressed body of its answer is damaged/,
  })
})

t.test('a request has a time, from the name to the last byte', async t => {
  const late = { name: 'FetchError', code: 'FETCH_TIMEOUT', message: /it took more than 50 ms/ }
  const bound = { timeoutMs: 50 }
  // Stand-ins that keep the promise of an answer, and the process alive.
  const { url } = await serve(t, ({ url }, response) => {
    if (url === '/body') response.write('first')
  })
  const fetch = fetchUrl(['127.0.0.1'], bound)
  await t.rejects(fetch(url), late, 'no headers')
  await t.rejects(fetch(`${url}/body`), late, 'half a body')
  const unresolved = { ...anyPublic, ...bound, resolve: () => new Promise<string[]>(() => {}) }
  await t.rejects(fetchUrl(['*'], unresolved)('http://example.com/'), late, 'no address')
})

t.test('a cancelled call ends its request with the reason', async t => {
  const { url, requests, server } = await serve(t, (_, response) => response.write('first'))
  const context = callContext()
  const arrived = once(server, 'request')
  const got = fetchUrl(['127.0.0.1'])(url, {}, context)
  await arrived
  const reason = new Error('cancelled')
  context.abort(reason)
  t.equal(await got.catch(error => error), reason)
  await closed(requests[0]?.socket as Socket)
  const again = callContext()
  again.abort(reason)
  t.equal(await fetchUrl(['127.0.0.1'])(url, {}, again).catch(error => error), reason)
  t.equal(requests.length, 1)
})

t.test('failures of the network are told without addresses', async t => {
  const tcp = createTcpServer(socket => socket.end('not http\r\n\r\n'))
  tcp.listen(0, '127.0.0.1')
  t.teardown(() => tcp.close())
  await once(tcp, 'listening')
  const { port } = tcp.address() as AddressInfo
  const gone = createTcpServer().listen(0, '127.0.0.1')
  await once(gone, 'listening')
  const { port: closedPort } = gone.address() as AddressInfo
  gone.close()
  await once(gone, 'close')
  const { url: dropped } = await serve(t, ({ socket }) => socket.destroy())
  const fetch = fetchUrl(['*', '127.0.0.1'], anyPublic)
  const failures: [string, RegExp][] = [
    [`http://example.com:${port}/`, /its answer is not HTTP/],
    [`http://example.com:${closedPort}/`, /it refuses the connection/],
    ['http://nowhere.example/', /its name does not resolve/],
    [dropped, /it closed the connection/],
  ]
  for (const [url, message] of failures) {
    const error = await fetch(url).catch(error => error)
    t.match(error, { name: 'FetchError', code: 'FETCH_FAILED', message })
    if (!url.includes('127.0.0.1')) t.notMatch(error.message, '127.0.0.1')
  }
})

t.test('https verifies the certificate of the name', async t => {
  const file = (name: string) =>
    readFileSync(resolve(import.meta.dirname, '../fixtures/tools', name))
  const cert = file('tls-cert.pem')
  const server = createSecureServer({ cert, key: file('tls-key.pem') }, (_, response) =>
    response.end('secret'),
  )
  const port = await listen(t, server as unknown as Server)
  const deps = network({ 'secure.example.com': PUBLIC, 'other.example.com': PUBLIC })
  const fetch = fetchUrl(['*'], deps)
  const untrusted = { code: 'FETCH_FAILED', message: /certificate or TLS is not acceptable/ }
  await t.rejects(fetch(`https://secure.example.com:${port}/`), untrusted, 'nobody vouches for it')
  const trusted = getCACertificates('default')
  setDefaultCACertificates([...trusted, cert.toString()])
  t.teardown(() => setDefaultCACertificates(trusted))
  t.equal(await fetch(`https://secure.example.com:${port}/`), 'secret')
  await t.rejects(fetch(`https://other.example.com:${port}/`), untrusted, 'it is for another name')
})
