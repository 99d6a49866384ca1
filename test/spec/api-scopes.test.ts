/** Who may do what: each route, each scope, each caller. */

import t from 'tap'
import WebSocket from 'ws'
import { Latchd } from '../../sdk/index.ts'
import { get, post } from '../support/daemon.ts'
import { as, secretOf, tokenDaemon } from '../support/token-daemon.ts'
import { allScopes, badTokens, opens, requestsForOthers, scopeOf } from './attacks/access.ts'

/** The daemon of all tests: a token of each scope, two with what most have, two with few tools. */
const some = ['execute', 'read', 'approve']
const { url } = await tokenDaemon(
  t,
  [
    ...allScopes.map(scope => ({ name: scope, scopes: [scope] })),
    { name: 'ann', scopes: some },
    { name: 'bob', scopes: some },
    { name: 'cid', tools: ['sl*'] },
    { name: 'dan', tools: [] },
  ],
  { LATCHD_WORKERS: '1' },
)

interface Operation {
  readonly security?: readonly { readonly bearer: readonly string[] }[]
}
type Routes = readonly (readonly [route: string, operation: Operation])[]

async function routesOf(url: string): Promise<Routes> {
  const { body } = await get(`${url}/openapi.json`)
  return Object.entries(body.paths as Record<string, Record<string, Operation>>).flatMap(
    ([path, methods]) =>
      Object.entries(methods).map(([method, one]) => [`${method} ${path}`, one] as const),
  )
}

/** Asks a route without a body; gives the status, and the code of a refusal. */
async function ask(url: string, route: string, headers: Record<string, string>) {
  const [method = '', path = ''] = route.split(' ')
  const response = await fetch(url + path.replace(/\{\w+\}/g, 'none'), {
    method: method.toUpperCase(),
    headers,
  })
  const isJson = response.headers.get('content-type')?.includes('json')
  const body = isJson ? ((await response.json()) as { code?: string }) : undefined
  if (body === undefined) await response.body?.cancel()
  return { status: response.status, code: body?.code }
}

t.test('every route says in the document which scope it needs', async t => {
  const said = (await routesOf(url)).map(([route, { security }]) => {
    return [route, security?.map(({ bearer }) => bearer[0] ?? 'any')[0]]
  })
  t.strictSame(Object.fromEntries(said), Object.fromEntries(Object.entries(scopeOf)))
})

t.test('each route lets in who has its scope, and nobody else', async t => {
  for (const [route] of await routesOf(url)) {
    const needed = scopeOf[route]
    for (const refused of badTokens) {
      const { status, code } = await ask(url, route, refused)
      if (needed === undefined) t.equal(status, 200, `${route} needs no token`)
      else t.strictSame([status, code], [401, 'UNAUTHENTICATED'], `${route} with no good token`)
    }
    if (needed === undefined) continue
    for (const scope of allScopes) {
      const { status, code } = await ask(url, route, as(scope))
      const mayCome = opens(scope, needed)
      if (mayCome) t.notOk(status === 401 || status === 403, `${route} with ${scope}: ${status}`)
      else t.strictSame([status, code], [403, 'FORBIDDEN'], `${route} with ${scope}`)
    }
  }
})

t.test('nothing of one token is there for another; admin sees all', async t => {
  const events = new AbortController()
  t.teardown(() => events.abort())
  const heard: Record<string, string> = { bob: '', admin: '' }
  for (const name of ['bob', 'admin']) {
    const { body } = await fetch(`${url}/v1/events`, { headers: as(name), signal: events.signal })
    const read = async () => {
      for await (const chunk of body as ReadableStream<Uint8Array>) {
        heard[name] += Buffer.from(chunk).toString()
      }
    }
    // Ended by the test itself, which has heard by then what it waits for.
    read().catch(() => {})
  }

  const session = (await post(`${url}/v1/sessions`, undefined, as('ann'))).body.sessionId
  const done = await post(
    `${url}/v1/executions`,
    { source: '1', sessionId: session },
    { ...as('ann'), 'idempotency-key': 'k' },
  )
  const id = done.body.executionId
  await get(`${url}/v1/executions/${id}?waitMs=5000`, as('ann'))
  const waiting = await post(`${url}/v1/execute`, { source: 'human_approval("x")' }, as('ann'))
  const { executionId, waitingFor } = waiting.body
  const [{ approvalId }] = waitingFor

  const others = requestsForOthers({ executions: [id, executionId], session, approvalId })
  for (const [method, path, body] of others) {
    const response = await fetch(url + path, {
      method,
      headers: { ...as('bob'), 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const { code } = (await response.json()) as { code: string }
    t.strictSame([response.status, code], [404, 'NOT_FOUND'], `${method} ${path}`)
  }
  const lists = ['executions', 'sessions', 'approvals', `approvals?executionId=${executionId}`]
  for (const list of lists) {
    t.strictSame((await get(`${url}/v1/${list}`, as('bob'))).body, { data: [] }, list)
    t.ok((await get(`${url}/v1/${list}`, as('admin'))).body.data.length > 0, `${list} of all`)
  }

  const own = await post(
    `${url}/v1/executions`,
    { source: '2' },
    { ...as('bob'), 'idempotency-key': 'k' },
  )
  t.equal(own.status, 202, "another's idempotency key is not in use")
  t.not(own.body.executionId, id)

  const approved = await post(
    `${url}/v1/approvals/${approvalId}`,
    { decision: 'approve' },
    as('admin'),
  )
  t.match(approved, { status: 200, body: { decidedBy: 'admin' } })
  await get(`${url}/v1/executions/${executionId}?waitMs=5000`, as('ann'))
  await get(`${url}/v1/executions/${own.body.executionId}?waitMs=5000`, as('bob'))
  while (!heard.bob?.includes('execution-ended') || !heard.admin?.includes(executionId)) {
    await new Promise(resolve => setImmediate(resolve))
  }
  t.notMatch(heard.bob, new RegExp(`${id}|${executionId}|${approvalId}`))
  t.match(heard.admin, id)
})

t.test('tools that a client serves or gives are those of its token alone', async t => {
  const ann = new Latchd({ url, token: secretOf('ann') })
  t.teardown(() => ann.close())
  const serving = await ann.serveTools({ whisper: async () => 'of ann' })
  t.teardown(() => serving.close())
  t.equal((await ann.execute({ source: 'whisper()' })).output, 'of ann')
  const names = (await get(`${url}/v1/tools`, as('bob'))).body.data.map(
    (one: { name: string }) => one.name,
  )
  t.notOk(names.includes('whisper'))
  const tried = await post(`${url}/v1/execute`, { source: 'whisper()' }, as('bob'))
  t.match(tried.body, { status: 'failed', error: { name: 'ReferenceError' } })
  t.match(await post(`${url}/v1/execute`, { source: '1', tools: ['whisper'] }, as('bob')), {
    status: 422,
    body: { code: 'UNKNOWN_TOOL' },
  })
})

t.test('a token with patterns has programs that see no other tools', async t => {
  const names = async (name: string) =>
    (await get(`${url}/v1/tools`, as(name))).body.data.map((one: { name: string }) => one.name)
  t.strictSame(await names('cid'), ['sleep'])
  t.strictSame(await names('dan'), [])
  const source = '[typeof sleep, typeof human_approval, Object.keys(tools).length]'
  const seen = await post(`${url}/v1/execute`, { source }, as('cid'))
  t.strictSame(seen.body.output.value, ['function', 'undefined', 1])
  const tried = await post(
    `${url}/v1/execute`,
    { source: '1', tools: ['human_approval'] },
    as('cid'),
  )
  t.match(tried, { status: 422, body: { code: 'UNKNOWN_TOOL' } })
  t.notMatch(tried.body.detail, 'ask_human', 'the refusal names no tool of others')
})

const opened = (socket: WebSocket) =>
  new Promise<string | number>(resolve => {
    socket.on('open', () => resolve('open'))
    socket.on('unexpected-response', (_request, response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
    socket.on('error', () => {})
  })

t.test('a connection of tools is held to token, scope and origin', async t => {
  const connect = async (headers: Record<string, string>, path = '/v1/connect') => {
    const socket = new WebSocket(url.replace('http', 'ws') + path, 'latchd.1', { headers })
    t.teardown(() => socket.terminate())
    return await opened(socket)
  }
  t.equal(await connect({}), 401)
  t.equal(await connect({ authorization: 'Bearer wrong' }), 401)
  t.equal(await connect(as('read')), 403)
  t.equal(await connect({ ...as('execute'), origin: 'https://attacker.example' }), 403)
  t.equal(await connect(as('execute'), '/v1/events'), 403, 'no other route becomes a WebSocket')
  t.equal(await connect(as('execute')), 'open')
})
