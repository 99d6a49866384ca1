import { once } from 'node:events'
import { request as rawRequest } from 'node:http'
import t from 'tap'
import { problemAnswer } from '../../daemon/http/problem.ts'
import { type ErrorCode, errorTable, LatchdError } from '../../protocol/errors.ts'
import { ExecutionEvent } from '../../protocol/execution/events.ts'
import { Execution } from '../../protocol/execution/execution.ts'
import { fixture, get, post, testDaemon } from '../support/daemon.ts'
import { daemonCount } from '../support/daemons-behind-balancer.ts'

const ended = { source: '1 + 1' }

t.test('the API runs programs', async t => {
  const { url } = await testDaemon(t)

  t.test('POST /v1/execute answers 200 with the ended execution', async t => {
    const { status, body, headers } = await post(`${url}/v1/execute`, {
      source: 'console.log("hi"); 6 * 7',
      metadata: { run: 1 },
    })
    t.equal(status, 200)
    t.equal(headers.get('location'), `/v1/executions/${body.executionId}`)
    t.match(body, {
      executionId: /^exe_[0-9a-f]{32}$/,
      status: 'completed',
      output: { value: 42, text: '42', exact: true },
      isFinalAnswer: false,
      logs: [{ level: 'log', text: 'hi', atMs: Number }],
      logsTruncatedBytes: 0,
      calls: [],
      usage: {
        calls: 0,
        resumes: 0,
        cpuMs: Number,
        wallMs: Number,
        waitMs: Number,
        peakMemoryBytes: Number,
      },
      metadata: { run: 1 },
      createdAtMs: Number,
      startedAtMs: Number,
      endedAtMs: Number,
    })
    t.strictSame(Execution.parse(body), body, 'it is what the schema says')
  })

  t.test("a guest's failure is a successful response", async t => {
    const { status, body } = await post(`${url}/v1/execute`, { source: 'null.x' })
    t.equal(status, 200)
    t.match(body, { status: 'failed', error: { code: 'GUEST_ERROR', name: 'TypeError', line: 1 } })
  })

  t.test('a program that takes longer than waitMs is answered 202 as it stands', async t => {
    const { status, body } = await post(`${url}/v1/execute`, { source: 'sleep(60000)', waitMs: 20 })
    t.equal(status, 202)
    t.match(body.status, /^(running|waiting)$/)
    const cancelled = await post(`${url}/v1/executions/${body.executionId}/cancel`, undefined)
    t.match(cancelled, { status: 200, body: { status: 'cancelled', error: { code: 'CANCELLED' } } })
    const again = await post(`${url}/v1/executions/${body.executionId}/cancel`, undefined)
    t.strictSame(again.body, cancelled.body, 'cancelling is idempotent')
  })

  t.test('who prefers it knows where a longer program is before it ends', async t => {
    const headers = { 'content-type': 'application/json', prefer: 'wait=5, early-location' }
    const body = JSON.stringify({ source: 'human_approval("go on?").by' })
    const early = await fetch(`${url}/v1/execute`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ source: 'sleep(60000); "slept"' }),
    })
    const location = early.headers.get('location') as string
    t.match(
      { status: early.status, location },
      { status: 202, location: /^\/v1\/executions\/exe_/ },
    )
    await post(`${url}${location}/cancel`, undefined)
    const answered = Execution.parse(await early.json())
    t.match(answered, { status: 'cancelled', executionId: location.split('/').at(-1) })
    const asking = await fetch(`${url}/v1/execute`, { method: 'POST', headers, body })
    t.match(await asking.json(), { status: 'waiting' }, 'the body follows at a rest, as ever')
    const short = await post(`${url}/v1/execute`, { source: '1 + 1' }, headers)
    t.match(short, { body: { status: 'completed', output: { value: 2 } } })
    const refused = await post(`${url}/v1/execute`, { source: 1 }, headers)
    t.match(refused, { status: 400, body: { code: 'INVALID_REQUEST' } })
  })

  t.test('POST /v1/executions answers 202 and Location; GET waits for the end', async t => {
    const submitted = await post(`${url}/v1/executions`, { source: 'sleep(30); "late"' })
    t.equal(submitted.status, 202)
    const { body } = await get(`${url}${submitted.headers.get('location')}?waitMs=5000`)
    t.match(body, { status: 'completed', output: { value: 'late' } })
  })

  t.test('POST /execute is the short form', async t => {
    t.strictSame(
      (await post(`${url}/execute`, { code: 'print("a"); print("b"); final_answer({ ok: true })' }))
        .body,
      {
        output: { ok: true },
        logs: 'a\nb',
        is_final: true,
      },
    )
    const failed = await post(`${url}/execute`, { code: 'throw new Error("no")' })
    t.match(failed, { status: 422, body: { error: { code: 'GUEST_ERROR', message: 'no' } } })
  })

  t.test('the list is newest first and goes on at its cursor', async t => {
    for (let i = 0; i < 3; i++) await post(`${url}/v1/execute`, { source: `"list ${i}"` })
    const first = await get(`${url}/v1/executions?limit=2&status=completed`)
    t.strictSame(
      first.body.data.map((one: { output: { value: string } }) => one.output.value),
      ['list 2', 'list 1'],
    )
    const second = await get(
      `${url}/v1/executions?limit=1&status=completed&after=${first.body.nextCursor}`,
    )
    t.equal(second.body.data[0].output.value, 'list 0')
    t.match(await get(`${url}/v1/executions?after=nowhere`), {
      status: 400,
      body: { code: 'INVALID_REQUEST', errors: [{ pointer: '/after' }] },
    })
  })

  t.test('an ended execution can be forgotten', async t => {
    const { body } = await post(`${url}/v1/execute`, ended)
    const response = await fetch(`${url}/v1/executions/${body.executionId}`, { method: 'DELETE' })
    t.equal(response.status, 204)
    t.equal((await get(`${url}/v1/executions/${body.executionId}`)).status, 404)
  })

  t.test('inputs cross as JSON, and exactly in encoded form', async t => {
    const plain = await post(`${url}/v1/execute`, { source: 'inputs.n + n', inputs: { n: 2 } })
    t.equal(plain.body.output.value, 4)
    const exact = await post(`${url}/v1/execute`, {
      source: 'when.getTime()',
      encodedInputs: '[{"when":1},["Date","1970-01-01T00:00:01.000Z"]]',
    })
    t.equal(exact.body.output.value, 1000)
  })
})

interface ServerEvent {
  readonly id: string | undefined
  readonly event: string | undefined
  readonly data: ExecutionEvent
}

async function readEvents(
  url: string,
  headers: Record<string, string> = {},
): Promise<ServerEvent[]> {
  const text = await (await fetch(url, { headers })).text()
  return text
    .split('\n\n')
    .filter(block => block !== '' && !block.startsWith(':'))
    .map(block => {
      const fields = new Map(
        block.split('\n').map(line => line.split(/: (.*)/s) as [string, string]),
      )
      return {
        id: fields.get('id'),
        event: fields.get('event'),
        data: JSON.parse(fields.get('data') as string),
      }
    })
}

t.test(
  'events tell an execution in order, resume without a gap, and end after the last',
  async t => {
    const { url } = await testDaemon(t, { LATCHD_TOOLS: fixture('tools/slow-tools.ts') })
    const submitted = await post(`${url}/v1/executions`, {
      source: 'console.log(1); async_tool(2); console.log(3)',
    })
    const path = `${url}${submitted.headers.get('location')}/events`
    const events = await readEvents(path)
    t.strictSame(
      events.map(one => one.event),
      [
        'execution-started',
        'log-written',
        'call-started',
        'call-completed',
        'log-written',
        'execution-ended',
      ],
    )
    t.strictSame(
      events.map(one => one.id),
      ['1', '2', '3', '4', '5', '6'],
    )
    for (const { data } of events) t.strictSame(ExecutionEvent.parse(data), data)
    t.strictSame(await readEvents(path, { 'last-event-id': '4' }), events.slice(4))
  },
)

t.test('a refusal is problem+json with a code, and names the fields at fault', async t => {
  const { url } = await testDaemon(t)
  const cases: ReadonlyArray<readonly [string, unknown, number, string, string?]> = [
    ['/v1/execute', {}, 400, 'INVALID_REQUEST', '/source'],
    ['/v1/execute', { source: 1 }, 400, 'INVALID_REQUEST', '/source'],
    ['/v1/execute', { source: '', colour: 1 }, 400, 'INVALID_REQUEST', '/colour'],
    ['/v1/execute', { source: '', 'a/b~c': 1 }, 400, 'INVALID_REQUEST', '/a~1b~0c'],
    [
      '/v1/execute',
      { source: '', limits: { cpuMs: 1e9 } },
      400,
      'INVALID_REQUEST',
      '/limits/cpuMs',
    ],
    [
      '/v1/execute',
      { source: '', limits: { colour: 1 } },
      400,
      'INVALID_REQUEST',
      '/limits/colour',
    ],
    ['/v1/execute', { source: '', language: 'ruby' }, 400, 'INVALID_REQUEST', '/language'],
    ['/v1/execute', '{"source": ', 400, 'INVALID_REQUEST'],
    ['/v1/execute', { source: '', encodedInputs: '[' }, 400, 'INVALID_REQUEST', '/encodedInputs'],
    ['/v1/execute', { source: '', tools: ['no_such'] }, 422, 'UNKNOWN_TOOL'],
    ['/v1/execute', { source: 'x'.repeat(300_000) }, 413, 'PAYLOAD_TOO_LARGE'],
    ['/v1/execute', { source: 'x'.repeat(9_000_000) }, 413, 'PAYLOAD_TOO_LARGE'],
    ['/v1/executions/exe_none/cancel', {}, 404, 'NOT_FOUND'],
    ['/nowhere', {}, 404, 'NOT_FOUND'],
  ]
  for (const [path, body, status, code, pointer] of cases) {
    const answer = await post(`${url}${path}`, body)
    t.equal(answer.status, status, `${path} ${JSON.stringify(body).slice(0, 60)}`)
    t.equal(answer.headers.get('content-type'), 'application/problem+json')
    t.match(answer.body, { status, code, title: String, detail: String })
    if (pointer !== undefined) t.equal(answer.body.errors[0].pointer, pointer)
  }
})

/** Each daemon has a queue, and answers to a host, of its own. */
const ofOne = { skip: daemonCount > 1 && 'about one daemon' }

t.test(
  'programs that come at once get the workers and the queue, and the others 429',
  ofOne,
  async t => {
    const { url } = await testDaemon(t, { LATCHD_WORKERS: '2', LATCHD_MAX_QUEUE: '3' })
    const { sessionId } = (await post(`${url}/v1/sessions`, undefined)).body
    // Never waits, so it keeps its worker until it is cancelled.
    const busy = { source: 'for (;;);', limits: { cpuMs: 60_000 } }
    const burst = async (path: string, body: object) => {
      const all = await Promise.all(Array.from({ length: 20 }, () => post(`${url}${path}`, body)))
      const taken = all.filter(({ status }) => status === 202)
      for (const one of all) {
        if (one.status === 202) continue
        t.match(one, { status: 429, body: { code: 'QUEUE_FULL' } })
        t.match(one.headers.get('retry-after'), /^[1-9]\d*$/)
      }
      return taken.map(({ body }) => body.executionId as string)
    }
    const end = (ids: readonly string[]) =>
      Promise.all(ids.map(id => post(`${url}/v1/executions/${id}/cancel`, undefined)))

    const durable = await burst('/v1/executions', busy)
    t.equal(durable.length, 5, 'two workers and a queue of three')
    t.match((await get(`${url}/v1/info`)).body, { active: 2, queued: 3 })
    await end(durable)
    t.equal((await burst('/v1/execute', { ...busy, waitMs: 0 })).length, 5, 'volatile ones too')
    const { data } = (await get(`${url}/v1/executions`)).body
    await end(data.map(({ executionId }: { executionId: string }) => executionId))

    const inSession = { ...busy, sessionId, queue: true }
    const waiting = await burst('/v1/executions', inSession)
    t.equal(waiting.length, 20, 'those of one session wait for the session, not for a worker')
    await end(waiting)
    const checked = await burst('/v1/executions', { ...busy, typecheck: 'warn' })
    t.equal(checked.length, 5, 'those whose types are checked before they wait count as well')
    await end(checked)
  },
)

t.test('a full queue is 429 with Retry-After, and what was taken goes on', ofOne, async t => {
  const { url } = await testDaemon(t, { LATCHD_WORKERS: '1', LATCHD_MAX_QUEUE: '2' })
  // Never waits, so it keeps the worker until it is cancelled.
  const busy = { source: 'for (;;);', limits: { cpuMs: 60_000 } }
  const first = await post(`${url}/v1/executions`, busy)
  while ((await get(`${url}/v1/info`)).body.active === 0);
  const taken = [
    await post(`${url}/v1/executions`, { source: '1' }),
    await post(`${url}/v1/executions`, { source: '2' }),
  ]
  t.strictSame(
    taken.map(one => one.status),
    [202, 202],
  )
  const refused = await post(`${url}/v1/executions`, { source: '3' })
  t.match(refused, { status: 429, body: { code: 'QUEUE_FULL' } })
  t.equal(refused.headers.get('retry-after'), '1')
  await post(`${url}/v1/executions/${first.body.executionId}/cancel`, undefined)
  for (const [i, one] of taken.entries()) {
    const { body } = await get(`${url}${one.headers.get('location')}?waitMs=5000`)
    t.equal(body.output.value, i + 1)
  }
})

t.test('tokens decide who may do what', async t => {
  const { url } = await testDaemon(t, {
    LATCHD_TOKENS:
      'ann:a-secret-of-ann:execute+read,bob:a-secret-of-bob:execute+read,eve:a-secret-of-eve:read',
  })
  const as = (secret: string) => ({ authorization: `Bearer ${secret}` })
  t.match(await post(`${url}/v1/execute`, ended), {
    status: 401,
    body: { code: 'UNAUTHENTICATED' },
  })
  t.match(await post(`${url}/v1/execute`, ended, as('wrong')), { status: 401 })
  t.match(await post(`${url}/v1/execute`, ended, as('a-secret-of-eve')), {
    status: 403,
    body: { code: 'FORBIDDEN' },
  })
  const done = await post(`${url}/v1/execute`, ended, as('a-secret-of-ann'))
  t.equal(done.status, 200)
  const path = `${url}/v1/executions/${done.body.executionId}`
  t.equal((await get(path, as('a-secret-of-ann'))).status, 200)
  t.equal((await get(path, as('a-secret-of-bob'))).status, 404, 'another token does not see it')
  t.equal((await get(`${url}/healthz`)).status, 200, 'health needs no token')
})

function rawGet(url: string, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    rawRequest(`${url}/v1/tools`, { headers }, response => {
      response.resume()
      resolve(response.statusCode as number)
    })
      .on('error', reject)
      .end()
  })
}

t.test('requests that a browser was tricked into are refused', ofOne, async t => {
  const { url } = await testDaemon(t)
  const { host } = new URL(url)
  t.equal(await rawGet(url, { host }), 200)
  t.equal(await rawGet(url, { host: 'attacker.example' }), 403, 'DNS rebinding')
  t.equal(await rawGet(url, { host, origin: 'https://attacker.example' }), 403, 'cross-site')
  t.equal(await rawGet(url, { host, origin: 'null' }), 403, 'sandboxed page')
  t.equal(await rawGet(url, { host, origin: url }), 200, 'its own page')
})

t.test('tools are told as JSON Schemas and as TypeScript', async t => {
  const { url } = await testDaemon(t, { LATCHD_TOOLS: fixture('tools/slow-tools.ts') })
  const { body } = await get(`${url}/v1/tools`)
  const names = body.data.map((tool: { name: string }) => tool.name)
  t.strictSame(names, [
    'async_tool',
    'async_list',
    'async_object',
    'async_count',
    'async_text',
    'sleep',
    'human_approval',
    'ask_human',
  ])
  const text = await (await fetch(`${url}/v1/tools?format=typescript`)).text()
  t.match(text, 'declare function sleep(ms: number): null')
  t.match(text, 'declare function async_tool(...args: any[]): any')
})

t.test('the OpenAPI document describes every route', async t => {
  const { url } = await testDaemon(t)
  const { body } = await get(`${url}/openapi.json`)
  t.equal(body.openapi, '3.1.0')
  t.strictSame(Object.keys(body.paths).sort(), [
    '/execute',
    '/healthz',
    '/metrics',
    '/readyz',
    '/v1/approvals',
    '/v1/approvals/{id}',
    '/v1/calls/{callId}/settle',
    '/v1/connect',
    '/v1/events',
    '/v1/execute',
    '/v1/executions',
    '/v1/executions/{id}',
    '/v1/executions/{id}/cancel',
    '/v1/executions/{id}/events',
    '/v1/executions/{id}/replay',
    '/v1/executions/{id}/retry',
    '/v1/executions/{id}/source',
    '/v1/files',
    '/v1/files/{id}',
    '/v1/files/{id}/link',
    '/v1/info',
    '/v1/nodes',
    '/v1/sessions',
    '/v1/sessions/{id}',
    '/v1/sign-in-links',
    '/v1/tools',
  ])
})

t.test('the OpenAPI document names the headers that answers carry', async t => {
  const { url } = await testDaemon(t, { LATCHD_TOKENS: 'ann:a-secret-of-24-letters' })
  const { body } = await get(`${url}/openapi.json`)
  const authorization = 'Bearer a-secret-of-24-letters'
  const ask = async (path: string, method: string, to: string, body?: string, own = {}) => {
    const headers = { authorization, 'content-type': 'application/json', ...own }
    const answer = await fetch(url + to, { method, headers, ...(body && { body }) })
    await answer.arrayBuffer()
    return { path, method: method.toLowerCase(), answer }
  }
  const file = await ask('/v1/files', 'POST', '/v1/files?name=a', 'bytes')
  const place = file.answer.headers.get('location') as string
  const etag = (await fetch(url + place, { headers: { authorization } })).headers.get('etag')
  const program = JSON.stringify({ source: 'sleep(60000)', waitMs: 0 })
  const answers = [
    file,
    await ask('/v1/execute', 'POST', '/v1/execute', '{"source": "1"}'),
    await ask('/v1/execute', 'POST', '/v1/execute', program),
    await ask('/v1/executions', 'POST', '/v1/executions', program),
    await ask('/execute', 'POST', '/execute', '{"code": "human_approval(1)"}'),
    await ask('/v1/sessions', 'POST', '/v1/sessions'),
    await ask('/v1/sessions', 'POST', '/v1/sessions', '{}', { authorization: 'Bearer x' }),
    await ask('/v1/files/{id}', 'GET', place),
    await ask('/v1/files/{id}', 'GET', place, undefined, { range: 'bytes=1-2' }),
    await ask('/v1/files/{id}', 'GET', place, undefined, { 'if-none-match': etag }),
  ]
  /** What says something of the answer of a route; the others are on every answer. */
  const telling =
    /^(location|etag|retry-after|www-authenticate|last-modified|accept-ranges)$|^content-(range|disposition)/
  for (const { path, method, answer } of answers) {
    const { headers = {} } = body.paths[path][method].responses[answer.status]
    const named = Object.keys(headers).map(name => name.toLowerCase())
    const sent = [...answer.headers.keys()].filter(name => telling.test(name))
    t.strictSame(named.sort(), sent.sort(), `${method} ${path} ${answer.status}`)
  }
  t.match(body.paths['/v1/execute'].post.responses, {
    429: { headers: { 'Retry-After': { schema: { type: 'integer' } } } },
    503: { headers: { 'Retry-After': { schema: { type: 'integer' } } } },
  })
})

t.test('info tells versions and isolation', async t => {
  const { url } = await testDaemon(t)
  const { body } = await get(`${url}/v1/info`)
  t.match(body, {
    name: 'latchd',
    version: /^\d/,
    engine: /quickjs/,
    isolation: 'thread',
    workers: 1,
  })
})

t.test('a daemon that stops lets executions end, then refuses', async t => {
  const daemon = await testDaemon(t, { LATCHD_DRAIN_MS: '5000' })
  const running = post(`${daemon.url}/v1/execute`, { source: 'sleep(100); "ended"' })
  while ((await get(`${daemon.url}/v1/info`)).body.active === 0);
  const closed = daemon.close()
  const refused = await post(`${daemon.url}/v1/execute`, ended).catch(() => 'refused')
  if (refused !== 'refused') t.match(refused, { status: 503, body: { code: 'DRAINING' } })
  t.equal((await running).body.output.value, 'ended')
  await closed
  await t.rejects(fetch(`${daemon.url}/healthz`))
})

t.test('a daemon that stops says when to come again', ofOne, async t => {
  const daemon = await testDaemon(t, { LATCHD_DRAIN_MS: '2000' })
  // Never ends by itself, so the daemon drains until its time is over.
  const busy = { source: 'for (;;);', limits: { cpuMs: 60_000 } }
  const running = post(`${daemon.url}/v1/execute`, busy)
  while ((await get(`${daemon.url}/v1/info`)).body.active === 0);
  const body = JSON.stringify(ended)
  const headers = {
    'content-type': 'application/json',
    'content-length': body.length,
    expect: '100-continue',
  }
  const request = rawRequest(`${daemon.url}/v1/executions`, { method: 'POST', headers })
  const answered = once(request, 'response')
  // The daemon has the head of the request before it stops, and the body after that.
  request.flushHeaders()
  await once(request, 'continue')
  const closed = daemon.close()
  while (await fetch(`${daemon.url}/healthz`).then(Boolean, () => false));
  request.end(body)
  const [answer] = await answered
  t.equal(answer.statusCode, 503)
  t.match(answer.headers['retry-after'], /^[1-9]\d*$/)
  answer.resume()
  await running
  await closed
})

t.test('every refusal with 429 or 503 says when to come again, and no other does', async t => {
  for (const code of Object.keys(errorTable) as ErrorCode[]) {
    const { status, headers } = problemAnswer(new LatchdError(code, 'no'))
    const expected = status === 429 || status === 503 ? '1' : undefined
    t.equal(headers['retry-after'], expected, code)
  }
  const late = new LatchdError('STORE_UNAVAILABLE', 'no', { retryAfterSeconds: 5 })
  t.equal(problemAnswer(late).headers['retry-after'], '5')
})
