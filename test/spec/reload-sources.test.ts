/** A configuration that is read again while the daemon runs: servers, documents, requests, policies. */

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { loadConfig } from '../../daemon/config/config.ts'
import { startDaemon } from '../../daemon/start-daemon.ts'
import { get, testSettings } from '../support/daemon.ts'
import { eventually } from '../support/eventually.ts'
import { httpApi } from '../support/http-api.ts'
import { execute, fixtureServer, isAlive, valueFrom } from '../support/mcp.ts'
import { stateFolder } from '../support/state-folder.ts'

/** A daemon whose configuration file the test rewrites. */
async function reloadable(t: Test, first: object) {
  const env = testSettings(t, {})
  let written = first
  const read = () =>
    loadConfig({
      flags: {},
      env,
      cwd: '/srv',
      readFile: path => (path === '/srv/latchd.config.json' ? JSON.stringify(written) : undefined),
    })
  const daemon = await startDaemon(read())
  t.teardown(() => daemon.close())
  const reload = (next: object) => {
    written = next
    return daemon.reload(read)
  }
  const info = async () => (await get(`${daemon.url}/v1/info`)).body
  const names = async () =>
    (await get(`${daemon.url}/v1/tools`)).body.data.map(({ name }: { name: string }) => name)
  return { url: daemon.url, reload, info, names }
}

const api = await httpApi(t)
const request = (path: string) => ({ description: 'x', method: 'GET', url: `${api.url}${path}` })
const error = (source: string) => `try { ${source} } catch (e) { e.name }`

t.test('servers that changed begin anew, and the others stay connected', async t => {
  const one = fixtureServer()
  const daemon = await reloadable(t, { mcpServers: { stays: one, changes: one, goes: one } })
  const pids = () => valueFrom(daemon, '[stays.pid(), changes.pid()].map(Number)')
  const [stays, changes] = await pids()
  const goes = Number(await valueFrom(daemon, 'goes.pid()'))
  t.ok(
    daemon.reload({ mcpServers: { stays: one, changes: { ...one, env: { A: 'b' } }, comes: one } }),
  )
  await eventually(daemon.info, ({ mcpServers }) =>
    mcpServers.every(({ state }: { state: string }) => state === 'connected'),
  )
  const [stayed, changed] = await eventually(pids, ([, pid]) => pid !== changes)
  t.equal(stayed, stays)
  t.ok(isAlive(changed))
  await eventually(
    async () => [changes, goes].some(isAlive),
    alive => !alive,
  )
  t.match((await daemon.info()).mcpServers, [
    { name: 'stays' },
    { name: 'changes' },
    { name: 'comes' },
  ])
  t.type(Number(await valueFrom(daemon, 'comes.pid()')), 'number')
  t.notOk((await daemon.names()).some((name: string) => name.startsWith('goes.')))
  t.match(await execute(daemon, 'goes.pid()'), {
    status: 'failed',
    error: { name: 'ReferenceError' },
  })
})

t.test('a daemon without sources gets some, and gives them up again', async t => {
  const document = join(stateFolder(t), 'a.json')
  const of = (operationId: string) =>
    JSON.stringify({ openapi: '3.1.0', paths: { '/a': { get: { operationId, responses: {} } } } })
  writeFileSync(document, of('first'))
  const openapi = { doc: { document, server: api.url } }
  const daemon = await reloadable(t, {})
  t.ok(
    daemon.reload({
      openapi,
      httpTools: { ask: request('/b') },
      mcpServers: { s: fixtureServer() },
    }),
  )
  t.match(await eventually(() => valueFrom(daemon, error('[doc.first(), ask()]')), Array.isArray), [
    { url: '/a' },
    { url: '/b' },
  ])
  t.match(await valueFrom(daemon, 's.pid()'), /^\d+$/)
  writeFileSync(document, of('second'))
  t.ok(daemon.reload({ openapi, httpTools: { ask: request('/c') } }))
  t.match(
    await eventually(
      () => valueFrom(daemon, error('doc.second()')),
      one => typeof one === 'object',
    ),
    { url: '/a' },
  )
  t.match(await valueFrom(daemon, '[ask(), typeof doc.first]'), [{ url: '/c' }, 'undefined'])
  t.ok(daemon.reload({}))
  t.strictSame(
    await eventually(
      daemon.names,
      names => !names.some((name: string) => /^(doc|s)\.|^ask$/.test(name)),
    ),
    ['sleep', 'human_approval', 'ask_human'],
  )
  t.match(await daemon.info(), { mcpServers: [], openapi: [] })
})

t.test('a policy counts from the next execution on', async t => {
  const httpTools = { ask: request('/a') }
  const rules = (action: string) => ({ httpTools, policy: [{ tools: ['ask'], action }] })
  const daemon = await reloadable(t, rules('allow'))
  t.match(await execute(daemon, 'ask()'), { status: 'completed' })
  t.ok(daemon.reload(rules('ask')))
  t.match(await execute(daemon, 'ask()'), { status: 'waiting' })
  t.ok(daemon.reload(rules('deny')))
  t.match(await execute(daemon, 'ask()'), { status: 'failed' })
})

t.test('a configuration that is refused changes nothing', async t => {
  const httpTools = { ask: request('/a') }
  const daemon = await reloadable(t, { httpTools, mcpServers: { s: fixtureServer() } })
  const pid = await valueFrom(daemon, 's.pid()')
  t.notOk(daemon.reload({ httpTools: {}, mcpServers: { s: { command: 1 } } }))
  t.strictSame(await valueFrom(daemon, '[ask().url, s.pid()]'), ['/a', pid])
  t.throws(
    () =>
      loadConfig({ flags: {}, env: { LATCHD_OPENAPI: '{' }, cwd: '/', readFile: () => undefined }),
    { code: 'CONFIG_INVALID' },
  )
})
