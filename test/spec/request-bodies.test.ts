/** Bodies of requests: JSON in UTF-8, as it is or not at all; methods that a path does not take. */

import t from 'tap'
import { createExecutor } from '../../executor/index.ts'
import { Latchd } from '../../sdk/index.ts'
import { get, post, testDaemon } from '../support/daemon.ts'
import { stateFolder } from '../support/state-folder.ts'

const json = { 'content-type': 'application/json' }

/** A body that is JSON but for one byte sequence in a text. */
const withBytes = (start: string, bytes: readonly number[], end: string) =>
  Buffer.concat([Buffer.from(start), Buffer.from(bytes), Buffer.from(end)])

const notUtf8: Record<string, readonly number[]> = {
  latin1: [0x63, 0xe4],
  'a cut sequence': [0xe2, 0x82],
  'an overlong slash': [0xc0, 0xaf],
  'a surrogate': [0xed, 0xa0, 0x80],
  'beyond Unicode': [0xf4, 0x90, 0x80, 0x80],
}

t.test('a body that is not UTF-8 is refused, on every route with one', async t => {
  const { url } = await testDaemon(t)
  const routes: Record<string, string> = {
    '/v1/execute': '{"source":"',
    '/v1/executions': '{"source":"',
    '/execute': '{"code":"',
    '/v1/approvals/apr_1': '{"decision":"reject","reason":"',
    '/v1/executions/exe_1/replay': '{"untilCall":"',
    '/v1/calls/call_1/settle': '{"ok":"',
  }
  const send = async (path: string, body: Uint8Array | ReadableStream) => {
    const init = { method: 'POST', headers: json, body, duplex: 'half' } as RequestInit
    const response = await fetch(url + path, init)
    return { status: response.status, body: await response.json() }
  }
  const refused = { status: 400, body: { code: 'INVALID_REQUEST', detail: /not UTF-8/ } }
  for (const [path, start] of Object.entries(routes)) {
    for (const [what, bytes] of Object.entries(notUtf8)) {
      t.match(await send(path, withBytes(start, bytes, '"}')), refused, `${path}: ${what}`)
    }
    const chunked = new Blob([withBytes(start, [0xff], '"}') as never]).stream()
    t.match(await send(path, chunked), refused, `${path}: in chunks`)
  }
  const fine = withBytes('\ufeff{"source":"\'', [0xc3, 0xa4, 0xf0, 0x9f, 0x98, 0x80], '\'"}')
  t.match(await send('/v1/execute', fine), { status: 200, body: { output: { value: 'ä😀' } } })
})

t.test('lone surrogates that JSON escapes stay as they are', async t => {
  const env = { LATCHD_STATE_DIR: stateFolder(t) }
  const first = await testDaemon(t, env)
  const inputs = { text: '\ud800x\udc00', list: ['\udfff'] }
  const source = `const codes = s => Array.from(s, c => c.codePointAt(0).toString(16)).join()
    ;[text, codes(text), codes(list[0]), codes('\ud83d'), codes('\udc00|\ud800')]`
  const expected = ['\ud800x\udc00', 'd800,78,dc00', 'dfff', 'd83d', 'dc00,7c,d800']
  const metadata = { note: '\ud800' }
  const executed = await post(`${first.url}/v1/execute`, {
    source,
    inputs,
    metadata,
    durable: true,
  })
  t.match(executed, { status: 200, body: { status: 'completed' } })
  t.strictSame(executed.body.output.value, expected)
  const executor = createExecutor({ workers: 1 })
  t.teardown(() => executor.close())
  t.strictSame((await executor.execute({ source, inputs })).output, expected, 'embedded')
  const latchd = new Latchd({ url: first.url })
  t.strictSame((await latchd.execute({ source, inputs })).output, expected, 'by the client')
  await latchd.close()
  await first.close()
  const second = await testDaemon(t, env)
  const kept = await get(`${second.url}/v1/executions/${executed.body.executionId}`)
  t.strictSame(
    [kept.body.output.value, kept.body.metadata],
    [expected, metadata],
    'and in the store',
  )
})

t.test('a body of another media type, charset or coding is 415', async t => {
  const { url } = await testDaemon(t)
  const send = async (headers: Record<string, string>, body: string) =>
    await post(`${url}/v1/execute`, body, headers)
  const program = '{"source":"1"}'
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/jsonp']) {
    t.match(await send({ 'content-type': type }, program), {
      status: 415,
      body: { code: 'UNSUPPORTED_MEDIA_TYPE', detail: /application\/json is expected/ },
    })
  }
  for (const headers of [
    { 'content-type': 'application/json; charset=iso-8859-1' },
    { 'content-type': 'application/json; charset="utf-16"' },
    { ...json, 'content-encoding': 'gzip' },
  ]) {
    t.match(await send(headers, program), { status: 415, body: { code: 'UNSUPPORTED_MEDIA_TYPE' } })
  }
  for (const type of ['application/json;charset=UTF-8', 'Application/JSON; charset="utf-8"']) {
    t.equal((await send({ 'content-type': type }, program)).status, 200, type)
  }
})

t.test('a route without fields refuses fields, and takes no body, an empty one and {}', async t => {
  const { url } = await testDaemon(t)
  const { executionId } = (await post(`${url}/v1/execute`, { source: '1' })).body
  const send = (path: string, body: string | undefined, headers: Record<string, string> = json) =>
    fetch(url + path, { method: 'POST', headers, ...(body !== undefined && { body }) })
  const routes: Record<string, number> = {
    '/v1/sessions': 201,
    '/v1/sign-in-links': 201,
    [`/v1/executions/${executionId}/cancel`]: 200,
    [`/v1/executions/${executionId}/retry`]: 409,
  }
  for (const [path, status] of Object.entries(routes)) {
    for (const body of ['{bad', '[]', '{"a":1}', '1', 'null', '"x"']) {
      const answer = await send(path, body)
      t.equal(answer.status, 400, `${path} ${body}`)
      t.match(await answer.json(), { code: 'INVALID_REQUEST' })
    }
    for (const body of [undefined, '', '{}', ' {} ']) {
      t.equal((await send(path, body)).status, status, `${path} ${body}`)
    }
    t.equal((await send(path, undefined, {})).status, status, `${path} without a type`)
  }
  const { data } = (await get(`${url}/v1/sessions`)).body
  t.equal(data.length, 5, 'what was refused has made nothing')
})

t.test('a method that a path does not take is 405, with those that it takes', async t => {
  const { url } = await testDaemon(t)
  const cases: ReadonlyArray<readonly [string, string, string]> = [
    ['GET', '/v1/execute', 'POST'],
    ['PUT', '/v1/executions', 'POST, GET, HEAD'],
    ['PATCH', '/v1/executions/exe_1', 'GET, HEAD, DELETE'],
    ['DELETE', '/v1/executions/exe_1/events', 'GET, HEAD'],
    ['POST', '/v1/tools', 'GET, HEAD'],
    ['POST', '/healthz', 'GET, HEAD'],
    ['DELETE', '/openapi.json', 'GET, HEAD'],
  ]
  for (const [method, path, allow] of cases) {
    const response = await fetch(url + path, { method })
    t.equal(response.status, 405, `${method} ${path}`)
    t.equal(response.headers.get('allow'), allow)
    const detail = `Cannot ${method} ${path}: ${allow} ${/,/.test(allow) ? 'are' : 'is'} allowed`
    t.match(await response.json(), { code: 'METHOD_NOT_ALLOWED', status: 405, detail })
  }
  t.equal((await fetch(`${url}/v1/nowhere`, { method: 'PUT' })).status, 404)
  t.equal((await fetch(`${url}/v1/info`, { method: 'HEAD' })).status, 200)
})
