/** `openapi`: the operations of documents as functions of programs. */

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { checkServers } from '../../daemon/cli/doctor/check-servers.ts'
import { loadConfig } from '../../daemon/config/config.ts'
import { startDaemon } from '../../daemon/start-daemon.ts'
import { fixture, get, post, testDaemon, testSettings } from '../support/daemon.ts'
import { eventually } from '../support/eventually.ts'
import { answering, httpApi } from '../support/http-api.ts'
import { execute, valueFrom } from '../support/mcp.ts'
import { stateFolder } from '../support/state-folder.ts'

const SHOP = fixture('openapi/shop.yaml')
const SECRET = 'the-key-of-the-shop'
const bytes = Buffer.from([0, 1, 2, 255])
const api = await httpApi(t, {
  '/v1/raw': ({ method, body, headers }, response) => {
    response.writeHead(200, {
      'content-type': method === 'GET' ? 'application/octet-stream' : 'application/json',
    })
    response.end(
      method === 'GET' ? bytes : JSON.stringify([headers['content-type'], body.toString('hex')]),
    )
  },
  '/v1/pets/7': ({ method }, response) => {
    if (method === 'PUT' || method === 'DELETE') response.writeHead(204).end()
    else
      response.writeHead(404, { 'content-type': 'application/json' }).end(`{"error":"${SECRET}"}`)
  },
})

const openapi = (documents: object, env: Record<string, string> = {}) => ({
  LATCHD_OPENAPI: JSON.stringify(documents),
  ...env,
})

const daemon = await testDaemon(
  t,
  openapi(
    {
      shop: {
        document: SHOP,
        server: `${api.url}/v1`,
        headers: { 'X-Api-Key': '${env:SHOP_KEY}' },
        operations: { exclude: ['internal*'] },
        policy: [{ tools: ['*'], action: 'allow' }],
        overlays: [
          { target: "$.paths['/pets/{petId}'].get", update: { summary: 'Reads one pet' } },
          {
            target: '$.paths.*[?@.operationId == "putRaw"]',
            update: { description: 'Writes bytes' },
          },
        ],
      },
    },
    { SHOP_KEY: SECRET },
  ),
)
const value = (source: string) => valueFrom(daemon, source)
const toolNamed = async (name: string, url = daemon.url) =>
  (await get(`${url}/v1/tools`)).body.data.find((one: { name: string }) => one.name === name)

t.test('parameters go where the document says, in its style', async t => {
  t.strictSame(
    await value(`shop.styles({
      simple: ['a', 'b/c'], label: { x: 1, y: 'z' }, matrix: [1, 2],
      exploded: ['p', 'q'], spaces: ['a', 'b'], pipes: ['a', 'b'],
      deep: { a: { b: [1, { c: 2 }] }, d: true }, object: { m: 1, n: 'o&p' },
      reserved: 'a/b?c&d', json: { k: [1] }, 'X-List': ['u', 'v'],
    })`),
    {
      method: 'GET',
      url:
        '/v1/styles/a,b%2Fc/.x=1.y=z/;matrix=1,2?exploded=p&exploded=q&spaces=a%20b&pipes=a%7Cb' +
        '&deep%5Ba%5D%5Bb%5D%5B0%5D=1&deep%5Ba%5D%5Bb%5D%5B1%5D%5Bc%5D=2&deep%5Bd%5D=true' +
        '&m=1&n=o%26p&reserved=a/b?c%26d&json=%7B%22k%22%3A%5B1%5D%7D',
      headers: { 'x-api-key': '[redacted]', 'x-list': 'u,v' },
      body: '',
    },
  )
  t.match(
    await value(`shop.getPet({ petId: 8, fields: ['a', 'b'], 'X-Trace': 't', session: 's;1' })`),
    {
      url: '/v1/pets/8?fields=a,b',
      headers: { 'x-trace': 't', cookie: 'session=s%3B1', 'x-api-key': '[redacted]' },
    },
  )
})

t.test('a body is a part of the input: JSON, forms, files and bytes', async t => {
  t.match(await value(`shop.post_trees({ value: 1, children: [{ value: 2 }] })`), {
    url: '/v1/trees',
    body: '{"value":1,"children":[{"value":2}]}',
  })
  t.match(await value(`shop.sendForm('Ann & Co', ['x', 'y'], { first: 'A', tags: ['b'] })`), {
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: 'name=Ann%20%26%20Co&tags=x&tags=y&owner%5Bfirst%5D=A&owner%5Btags%5D%5B0%5D=b',
  })
  const { headers, body } = await value(`shop.upload({
    title: 'A cat', picture: new File([new Uint8Array([65, 66])], 'cat.png', { type: 'image/png' }), facts: { age: 3 },
  })`)
  t.match(headers['content-type'], /^multipart\/form-data; boundary=/)
  t.match(body, /name="title"\r\n\r\nA cat\r\n/)
  t.match(body, /name="picture"; filename="cat.png"\r\nContent-Type: image\/png\r\n\r\nAB\r\n/)
  t.match(body, /name="facts".*\r\nContent-Type: application\/json\r\n\r\n\{"age":3\}\r\n/)
  t.strictSame(
    await value(
      `shop.putRaw(new File([new Uint8Array([9, 8])], 'a.bin', { type: 'application/x-a' }))`,
    ),
    ['application/x-a', '0908'],
  )
  t.strictSame(await value(`[shop.putPet(7, 'Rex') === undefined, [...shop.getRaw().bytes()]]`), [
    true,
    [0, 1, 2, 255],
  ])
  t.match(
    await value(
      'try { shop.upload({ picture: new File(["x"], "a"), facts: { f: new File([], "b") } }) } catch (e) { e.message }',
    ),
    /"f" is a file; send its text/,
  )
})

t.test('of two with one name the later has its place before it', async t => {
  t.match(await value(`shop.clash({ id: 'p', query_id: 'q', body: { id: 3 } })`), {
    url: '/v1/clash/p?id=q',
    body: '{"id":3}',
  })
})

t.test(
  'schemas are those of the document, within it, and checked before anything is sent',
  async t => {
    const pet = await toolNamed('shop.putPet')
    t.strictSame(pet.inputSchema, {
      type: 'object',
      properties: {
        petId: { type: 'integer' },
        name: { type: 'string' },
        nick: { type: ['string', 'null'] },
        friend: { $ref: '#/$defs/Pet' },
      },
      required: ['petId', 'name'],
      additionalProperties: false,
      $defs: {
        Pet: {
          type: 'object',
          required: ['name'],
          properties: {
            name: { type: 'string' },
            nick: { type: ['string', 'null'] },
            friend: { $ref: '#/$defs/Pet' },
          },
        },
      },
    })
    t.strictSame(
      [pet.annotations, (await toolNamed('shop.deletePet')).annotations],
      [{ idempotent: true }, { destructive: true }],
    )
    const got = await toolNamed('shop.getPet')
    t.equal(got.description, 'Reads one pet.\nWith all that is known of it.')
    t.notOk('X-Api-Key' in got.inputSchema.properties, 'what the configuration sets is no input')
    t.match((await toolNamed('shop.putRaw')).description, /Writes bytes/)
    const before = api.seen.length
    t.match(
      await value(
        `try { shop.putPet(1, 'a', null, { name: 'b', friend: { name: 4 } }) } catch (e) { [e.name, e.message] }`,
      ),
      ['ToolInputError', /friend\.friend\.name: /],
    )
    t.equal(api.seen.length, before)
    const text = await (await fetch(`${daemon.url}/v1/tools?format=typescript`)).text()
    t.match(text, /getPet\(petId: number, fields\?: string\[\]/)
    t.match(text, /getRaw\(\): File/)
  },
)

t.test('an error has the status and the body, without secrets', async t => {
  const [name, status, message] = await value(
    `try { shop.getPet(7) } catch (e) { [e.name, e.status, e.message] }`,
  )
  t.strictSame([name, status], ['HttpError', 404])
  t.match(message, /\/v1\/pets\/7 answered 404 Not Found: \{"error":"\*\*\*\*"\}$/)
})

t.test('a header with a line break is refused', async t => {
  t.match(
    await value(
      `try { shop.getPet({ petId: 8, 'X-Trace': 'a\\r\\nX-Admin: 1' }) } catch (e) { e.message }`,
    ),
    /Cannot send the header X-Trace: "a\\r\\nX-Admin: 1" has characters that headers do not hold/,
  )
})

t.test('what destroys is asked about under a rule with a star', async t => {
  const { status, waitingFor, executionId } = await execute(daemon, 'shop.deletePet(7)')
  t.match([status, waitingFor], ['waiting', [{ tool: 'shop.deletePet' }]])
  await post(`${daemon.url}/v1/approvals/${waitingFor[0].approvalId}`, { decision: 'approve' })
  const { body } = await get(`${daemon.url}/v1/executions/${executionId}?waitMs=10000`)
  t.equal(body.status, 'completed')
})

t.test('operations that cannot be taken are left out, and the others stay', async t => {
  const { body } = await get(`${daemon.url}/v1/info`)
  t.strictSame(body.openapi, [{ name: 'shop', state: 'loaded', tools: 10, leftOut: 3 }])
  for (const name of ['badReference', 'outside', 'circle', 'internalSecret']) {
    t.equal(await toolNamed(`shop.${name}`), undefined)
  }
  const metrics = await (await fetch(`${daemon.url}/metrics`)).text()
  t.match(metrics, /latchd_openapi_up\{document="shop"\} 1\n/)
  t.match(metrics, /latchd_openapi_left_out\{document="shop"\} 3\n/)
})

/** A daemon with documents at URLs of a server of the test. */
async function daemonWith(t: Test, documents: Record<string, object>, stateDir?: string) {
  const env = openapi(documents, stateDir === undefined ? {} : { LATCHD_STATE_DIR: stateDir })
  return await testDaemon(t, env)
}
const stateOf = async ({ url }: { url: string }) => (await get(`${url}/v1/info`)).body.openapi[0]
const loaded = (one: { url: string }) =>
  eventually(
    () => stateOf(one),
    ({ state }) => state !== 'loading',
  )

const minimal = (more: object = {}) =>
  JSON.stringify({
    openapi: '3.1.0',
    info: { title: 'a', version: '1' },
    paths: {
      '/echo/{x}': {
        get: {
          operationId: 'echo',
          parameters: [{ name: 'x', in: 'path', required: true, schema: { type: 'string' } }],
        },
      },
    },
    ...more,
  })

t.test(
  'a document at a URL is tried until it is there, and the daemon does not wait for it',
  async t => {
    let isThere = false
    const host = await httpApi(t, {
      '/openapi.json': (request, response) =>
        answering(
          isThere ? 200 : 503,
          'application/json',
          minimal({ servers: [{ url: '/base/' }] }),
        )(request, response),
    })
    const one = await daemonWith(t, { late: { document: `${host.url}/openapi.json` } })
    t.match(await loaded(one), {
      state: 'unavailable',
      reason: /openapi\.json answered 503/,
      tools: 0,
    })
    const { error } = await execute(one, `late.echo('a')`)
    t.match(error, {
      name: 'ToolUnavailableError',
      message: /the document openapi\.late is unavailable: .* answered 503/,
    })
    const config = loadConfig({
      flags: {},
      env: { LATCHD_URL: one.url },
      cwd: '/',
      readFile: () => undefined,
    })
    // Between two pauses it is loading for a moment, which is longer on a busy machine.
    await eventually(
      () => checkServers(config, undefined),
      ([found]) => found?.status === 'warn' && found.text.startsWith('late: unavailable: '),
    )
    isThere = true
    await eventually(
      () => stateOf(one),
      ({ state }) => state === 'loaded',
    )
    t.match(await valueFrom(one, `late.echo('a')`), { url: '/base/echo/a' })
    t.match(await checkServers(config, undefined), [
      { status: 'ok', text: 'late: loaded, 1 tools' },
    ])
  },
)

t.test('after a restart the tools are there before the document is', async t => {
  const stateDir = stateFolder(t)
  const file = join(stateDir, 'a.json')
  writeFileSync(file, minimal({ servers: [{ url: 'http://127.0.0.1:1' }] }))
  const documents = { kept: { document: file, server: api.url } }
  const env = testSettings(t, openapi(documents, { LATCHD_STATE_DIR: stateDir }))
  const start = () =>
    startDaemon(loadConfig({ flags: {}, env, readFile: () => undefined, cwd: '/' }))
  const first = await start()
  t.match(await loaded(first), { state: 'loaded' })
  await first.close()
  writeFileSync(file, '{ damaged')
  const second = await start()
  t.teardown(() => second.close())
  t.match(await valueFrom(second, `kept.echo('b')`), { url: '/echo/b' })
  t.match(await loaded(second), { state: 'unavailable', reason: /not JSON/, tools: 1 })
})

t.test('a document cannot lead its requests to this machine or its network', async t => {
  const host = await httpApi(t, {
    '/a.json': answering(200, 'application/json', minimal({ servers: [{ url: api.url }] })),
    '/b.json': answering(
      200,
      'application/json',
      minimal({ servers: [{ url: 'http://169.254.169.254' }] }),
    ),
    '/c.json': answering(302, '', '', { location: 'http://169.254.169.254/openapi.json' }),
  })
  const before = api.seen.length
  for (const path of ['a', 'b']) {
    const one = await daemonWith(t, { far: { document: `${host.url}/${path}.json` } })
    await loaded(one)
    t.match(await valueFrom(one, `try { far.echo('a') } catch (e) { [e.code, e.message] }`), [
      'FETCH_REFUSED',
      /(loopback|link-local) address, which the setting openapi\.far \(server, allow\) does not name/,
    ])
  }
  const one = await daemonWith(t, { far: { document: `${host.url}/c.json` } })
  t.match(await loaded(one), {
    state: 'unavailable',
    reason: /169\.254\.169\.254:80: the setting openapi\.far\.allow/,
  })
  t.equal(api.seen.length, before)
  const allowed = await daemonWith(t, {
    far: { document: `${host.url}/a.json`, allow: [`127.0.0.1:${api.port}`] },
  })
  await loaded(allowed)
  t.match(await valueFrom(allowed, `far.echo('a')`), { url: '/echo/a' })
})

t.test('documents that cannot be read say why', async t => {
  const folder = stateFolder(t)
  const cases: [string, RegExp][] = [
    ['[1, 2]', /it is no object/],
    ['a: [', /it is not YAML: /],
    [
      '{"openapi":"4.0.0"}',
      /its version is 4\.0\.0; OpenAPI 3\.0, 3\.1, 3\.2 and Swagger 2\.0 are read/,
    ],
    ['{"openapi":"3.1.0"}', /it has no paths/],
    [minimal(), /it has no server that can be used: set openapi\.bad\.server/],
    [
      'a: &a [x,x]\nb: &b [*a,*a]\nopenapi: 3.1.0\n' +
        Array.from(
          { length: 30 },
          (_, i) => `k${i}: &k${i} [${i ? `*k${i - 1},*k${i - 1}` : '*b,*b'}]`,
        ).join('\n'),
      /Excessive alias count|it has no paths/,
    ],
    [' '.repeat(33 * 1024 * 1024), /has 34603008 bytes, limit 33554432/],
  ]
  for (const [text, reason] of cases) {
    const document = join(folder, 'bad')
    writeFileSync(document, text)
    const one = await daemonWith(t, { bad: { document } })
    t.match(await loaded(one), { state: 'unavailable', reason })
    await one.close()
  }
})

t.test('a document of Swagger 2.0 is converted', async t => {
  const document = join(stateFolder(t), 'swagger.json')
  writeFileSync(
    document,
    JSON.stringify({
      swagger: '2.0',
      info: { title: 'a', version: '1' },
      host: 'old.example',
      basePath: '/old',
      schemes: ['https'],
      paths: {
        '/things/{id}': {
          post: {
            operationId: 'addThing',
            parameters: [
              { name: 'id', in: 'path', required: true, type: 'integer' },
              {
                name: 'tags',
                in: 'query',
                type: 'array',
                items: { type: 'string' },
                collectionFormat: 'csv',
              },
              {
                name: 'thing',
                in: 'body',
                required: true,
                schema: { $ref: '#/definitions/Thing' },
              },
            ],
            responses: { 200: { description: 'ok', schema: { $ref: '#/definitions/Thing' } } },
          },
        },
      },
      definitions: {
        Thing: { type: 'object', required: ['name'], properties: { name: { type: 'string' } } },
      },
    }),
  )
  const one = await daemonWith(t, { old: { document, server: `${api.url}/old` } })
  t.match(await valueFrom(one, `old.addThing(3, ['a', 'b'], 'n')`), {
    url: '/old/things/3?tags=a,b',
    body: '{"name":"n"}',
  })
})

t.test('overlays remove, and one that fits nothing is a warning', async t => {
  const one = await daemonWith(t, {
    shop: {
      document: SHOP,
      server: api.url,
      overlays: [
        { target: "$.paths[?@.get.operationId == 'internalSecret']", remove: true },
        { target: '$.paths.nowhere', remove: true },
      ],
    },
  })
  await loaded(one)
  t.equal(await toolNamed('shop.internalSecret', one.url), undefined)
  t.match(await stateOf(one), { state: 'loaded', tools: 10, leftOut: 4 })
})

t.test('variables of servers have the values of the configuration', async t => {
  const document = join(stateFolder(t), 'variables.json')
  const servers = [
    { url: 'http://{host}/{base}', variables: { base: { default: 'v1', enum: ['v1', 'v2'] } } },
  ]
  writeFileSync(document, minimal({ servers }))
  const of = (serverVariables: object) =>
    daemonWith(t, { v: { document, serverVariables, allow: ['127.0.0.1'] } })
  const one = await of({ host: `127.0.0.1:${api.port}`, base: 'v2' })
  t.match(await valueFrom(one, `v.echo('a')`), { url: '/v2/echo/a' })
  const bad = await of({ host: 'x', base: 'v3' })
  t.match(await loaded(bad), {
    state: 'unavailable',
    reason: /the variable base of its server is not one of v1, v2/,
  })
})

t.test(
  'three thousand operations are there soon, and their schemas when they are needed',
  async t => {
    const document = join(stateFolder(t), 'large.json')
    const schemas = Object.fromEntries(
      Array.from({ length: 500 }, (_, i) => [
        `S${i}`,
        {
          type: 'object',
          properties: {
            a: { type: 'string' },
            next: { $ref: `#/components/schemas/S${(i + 1) % 500}` },
          },
        },
      ]),
    )
    const paths = Object.fromEntries(
      Array.from({ length: 3000 }, (_, i) => [
        `/things/${i}`,
        {
          post: {
            operationId: `thing${i}`,
            description: `Does thing number ${i}`,
            requestBody: {
              required: true,
              content: {
                'application/json': { schema: { $ref: `#/components/schemas/S${i % 500}` } },
              },
            },
            responses: {},
          },
        },
      ]),
    )
    writeFileSync(
      document,
      JSON.stringify({ openapi: '3.0.0', info: {}, paths, components: { schemas } }),
    )
    const one = await daemonWith(t, { large: { document, server: api.url } })
    await eventually(
      () => stateOf(one),
      ({ state }) => state === 'loaded',
    )
    t.match(await stateOf(one), { tools: 3000, leftOut: 0 })
    t.match(await valueFrom(one, `large.thing2999('x', { a: 'y' })`), {
      url: '/things/2999',
      body: '{"a":"x","next":{"a":"y"}}',
    })
    t.match(await valueFrom(one, `search_tools('thing number 1234')`), [
      { name: 'large.thing1234' },
    ])
  },
)
