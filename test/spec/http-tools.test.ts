/** `httpTools`: requests that programs call as functions. */

import t from 'tap'
import { loadConfig } from '../../daemon/config/config.ts'
import { effectiveConfig } from '../../daemon/config/effective-config.ts'
import { get, post, testDaemon } from '../support/daemon.ts'
import { answering, httpApi } from '../support/http-api.ts'
import { execute, valueFrom } from '../support/mcp.ts'

const SECRET = 'a-key-of-the-weather-service'
const png = Buffer.from('89504e470d0a1a0a00', 'hex')
const api = await httpApi(t, {
  '/text': answering(200, 'text/plain; charset=latin1', Buffer.from([0xe9])),
  '/none': answering(204, '', ''),
  '/picture': answering(200, 'image/png', png, {
    'content-disposition': 'inline; filename="a.png"',
  }),
  '/bare': answering(200, '', 'no type'),
  '/problem': answering(422, 'application/problem+json', `{"detail":"no ${SECRET} fits"}`),
  '/long': answering(500, 'text/plain', 'x'.repeat(100_000)),
  '/away': answering(302, '', '', { location: 'http://169.254.169.254/latest/meta-data/' }),
  '/not-json': answering(200, 'application/json', '<html>'),
})
const other = await httpApi(t)
const elsewhere = answering(307, '', '', { location: `${other.url}/taken` })
const leading = await httpApi(t, { '/leads': elsewhere })

const tool = (method: string, path: string, more: object = {}) => ({
  description: `${method} ${path}`,
  method,
  url: `${api.url}${path}`,
  headers: { 'X-Key': '${env:WEATHER_KEY}' },
  ...more,
})
const object = (properties: object, required: string[] = [], more: object = {}) => ({
  inputSchema: { type: 'object', properties, required, ...more },
})
const text = { type: 'string' }

const daemon = await testDaemon(t, {
  WEATHER_KEY: SECRET,
  LATCHD_POLICY: JSON.stringify([
    { tools: ['remove'], action: 'ask' },
    { tools: ['forbidden'], action: 'deny' },
    { tools: ['*'], action: 'allow' },
  ]),
  LATCHD_HTTP_TOOLS: JSON.stringify({
    forecast: tool('GET', '/cities/{city}/forecast?lang=en', {
      ...object({ city: text, days: { type: 'integer' }, tags: { type: 'array', items: text } }, [
        'city',
      ]),
      outputSchema: { type: 'object', properties: { url: text } },
    }),
    report: tool(
      'POST',
      '/cities/{city}/reports',
      object({ city: text, note: text, at: {} }, ['city']),
    ),
    open: tool('POST', '/open', object({}, [], { additionalProperties: true })),
    remove: tool('DELETE', '/cities/{city}', {
      ...object({ city: text, force: { type: 'boolean' } }, ['city']),
    }),
    forbidden: tool('GET', '/text'),
    ping: tool('get', '/text'),
    item: tool('GET', '/items/{id}'),
    none: tool('GET', '/none'),
    picture: tool('GET', '/picture'),
    bare: tool('GET', '/bare'),
    problem: tool('GET', '/problem'),
    long: tool('GET', '/long'),
    away: tool('GET', '/away'),
    not_json: tool('GET', '/not-json'),
    leads: {
      ...tool('POST', '/x'),
      url: `${leading.url}/leads`,
      allow: [`127.0.0.1:${other.port}`],
    },
    strays: { ...tool('POST', '/x'), url: `${leading.url}/leads` },
    renamed: { ...tool('GET', '/x'), url: 'http://localhost.example:1/' },
  }),
})

t.test('path, query and body are made of the input', async t => {
  const [got, sent, open] = await valueFrom(
    daemon,
    `[
      forecast('São/Paulo', 3, ['a b', 'c']),
      report({ city: 'Lyon', note: 'wet', at: new Date(0) }),
      open_({ anything: [1, 2], when: new Map([['a', 1n]]) }),
    ]`.replace('open_', 'open'),
  )
  t.strictSame(got, {
    method: 'GET',
    url: '/cities/S%C3%A3o%2FPaulo/forecast?lang=en&days=3&tags=a%20b&tags=c',
    headers: { 'x-key': '[redacted]' },
    body: '',
  })
  t.match(sent, {
    method: 'POST',
    url: '/cities/Lyon/reports',
    headers: { 'content-type': 'application/json' },
    body: '{"note":"wet","at":"1970-01-01T00:00:00.000Z"}',
  })
  t.match(open, { body: '{"anything":[1,2],"when":{"a":"1"}}' })
  t.ok(api.seen.every(({ headers }) => headers['x-key'] === SECRET))
})

t.test('an answer is a value, a text, a file or nothing, as its type says', async t => {
  const source = `
    const file = picture()
    emit(file)
    ;[ping(), none(), bare(), file.name, file.type, file.size, await picture().bytes()]`
  const { output, files } = await execute(daemon, source)
  t.match(output.value.slice(0, 6), ['é', null, 'no type', 'a.png', 'image/png', 9])
  t.match(files, [{ name: 'a.png', type: 'image/png', size: 9 }])
})

t.test('an error status throws, with the status and the beginning of the body', async t => {
  const caught = (call: string) =>
    valueFrom(daemon, `try { ${call} } catch (e) { [e.name, e.code, e.status, e.message] }`)
  const [name, code, status, message] = await caught('problem()')
  t.strictSame([name, code, status], ['HttpError', 'HTTP_STATUS', 422])
  t.match(
    message,
    /^GET http:\/\/127\.0\.0\.1:\d+\/problem answered 422 Unprocessable Entity: \{"detail":"no \*\*\*\* fits"\}$/,
  )
  const [, , , long] = await caught('long()')
  t.ok(long.length < 2200)
  t.match(await caught('not_json()'), ['SyntaxError', 'TOOL_ERROR', null, /as JSON/])
})

t.test('a path cannot be left, and an empty part is none', async t => {
  const before = api.seen.length
  const caught = (value: string) =>
    valueFrom(daemon, `try { item(${value}) } catch (e) { e.message }`)
  for (const value of ['..', '.']) {
    t.match(await caught(JSON.stringify(value)), /would lead to another one/)
  }
  t.match(await caught(`'%2e%2E'`), { url: '/items/%252e%252E' })
  t.match(await caught('""'), /the path needs id, which is empty/)
  t.match(await caught(`'../admin'`), { url: '/items/..%2Fadmin' })
  t.match(await caught(`'a?b#c'`), { url: '/items/a%3Fb%23c' })
  t.notOk(api.seen.slice(before).some(({ url }) => !url.startsWith('/items/')))
})

t.test('redirects stay among the hosts, and secrets at the first of them', async t => {
  const caught = (call: string) =>
    valueFrom(daemon, `try { ${call} } catch (e) { [e.name, e.code, e.message] }`)
  t.match(await caught('away()'), [
    'FetchError',
    'FETCH_REFUSED',
    /169\.254\.169\.254:80: the setting httpTools\.away \(url, allow\) does not allow this host/,
  ])
  t.match(await caught('strays()'), ['FetchError', 'FETCH_REFUSED', /httpTools\.strays/])
  t.strictSame(other.seen, [])
  t.match(await caught('leads()'), { method: 'POST', url: '/taken' })
  t.equal(other.seen[0]?.headers['x-key'], undefined)
})

t.test('policies apply', async t => {
  const { status, waitingFor, executionId } = await execute(daemon, `remove('Lyon', true)`)
  t.match([status, waitingFor], ['waiting', [{ tool: 'remove' }]])
  await post(`${daemon.url}/v1/approvals/${waitingFor[0].approvalId}`, { decision: 'approve' })
  const { body } = await get(`${daemon.url}/v1/executions/${executionId}?waitMs=10000`)
  t.match(body.output.value, { method: 'DELETE', url: '/cities/Lyon?force=true' })
  t.match(await execute(daemon, 'forbidden()'), {
    status: 'failed',
    error: { name: 'ReferenceError' },
  })
})

t.test('declarations and annotations', async t => {
  const { body } = await get(`${daemon.url}/v1/tools`)
  const of = (name: string) => body.data.find((one: { name: string }) => one.name === name)
  t.strictSame(of('forecast').annotations, { readOnly: true })
  t.strictSame(of('remove').annotations, { destructive: true })
  t.equal(of('report').annotations, undefined)
  const text = await (await fetch(`${daemon.url}/v1/tools?format=typescript`)).text()
  t.match(text, /declare function forecast\(city: string, days\?: number, tags\?: string\[\]\): \{/)
})

const load = (written: object) => {
  const files: Record<string, string> = {
    '/srv/latchd.config.json': JSON.stringify(written),
    '/srv/key': `${SECRET}\n`,
  }
  return loadConfig({ flags: {}, env: {}, cwd: '/srv', readFile: path => files[path] })
}
const refusal = (written: object): string => {
  try {
    load(written)
    return 'nothing was refused'
  } catch (error) {
    return (error as Error).message
  }
}

t.test('secrets are shown as they are written', async t => {
  const config = load({
    httpTools: { a: { ...tool('GET', '/'), headers: { Authorization: 'Bearer ${file:key}' } } },
    openapi: { b: { document: 'b.yaml', headers: { 'X-Key': '${file:key}', 'X-Other': 'plain' } } },
  })
  t.match(config.httpTools, [{ headers: { authorization: `Bearer ${SECRET}` } }])
  t.match(config.openapi, [{ document: '/srv/b.yaml', headers: { 'x-key': SECRET } }])
  const shown = effectiveConfig(config)
  t.match(shown.find(({ key }) => key === 'openapi')?.value, {
    b: { headers: { 'X-Key': '${file:key}', 'X-Other': '****' } },
  })
  t.notMatch(JSON.stringify(shown), new RegExp(SECRET))
})

t.test('a bad value is one line with its place', async t => {
  const http = (more: object) => ({
    httpTools: { a: { ...tool('GET', '/'), headers: {}, ...more } },
  })
  const document = (more: object) => ({ openapi: { a: { document: 'a.json', ...more } } })
  const refusals: [object, RegExp][] = [
    [http({ method: 'BREW' }), /httpTools\.a\.method of .* "BREW": expected one of GET, HEAD/],
    [
      http({ url: 'ftp://x/' }),
      /httpTools\.a\.url of .* "\*\*\*\*": expected an http or https URL/,
    ],
    [http({ url: 'http://{host}/' }), /\{name\} in its path/],
    [
      http({ url: 'http://x/{id}', inputSchema: { type: 'object' } }),
      /a property id, which the path/,
    ],
    [
      http({ headers: { A: 'x\ny' } }),
      /headers\.A of .* "\*\*\*\*": expected a text that a header can hold/,
    ],
    [http({ allow: ['http://x'] }), /allow\[0\] of .*: expected a list of hosts/],
    [http({ hedaers: { A: 's3cret' } }), /hedaers of .* "\*\*\*\*"/],
    [{ httpTools: { Math: tool('GET', '/') } }, /httpTools\.Math of .* no standard global/],
    [document({ operations: { only: [] } }), /openapi\.a\.operations of .*include and exclude/],
    [
      document({ overlays: [{ target: 'paths', update: {} }] }),
      /openapi\.a\.overlays\[0\]\.target .*JSONPath/,
    ],
    [
      document({ server: 'api.example' }),
      /openapi\.a\.server of .* "\*\*\*\*": expected an http or https URL/,
    ],
    [
      { ...document({}), mcpServers: { a: { command: 'a' } } },
      /openapi\.a of .*: expected a name that mcpServers does not have as well/,
    ],
  ]
  for (const [written, message] of refusals) {
    const text = refusal(written)
    t.match(text, message)
    t.notMatch(text, /s3cret|\n/)
  }
})
