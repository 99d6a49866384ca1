/** A daemon that reads its configuration again. */

import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import t from 'tap'
import { loadConfig } from '../../daemon/config/config.ts'
import { Reloadable } from '../../daemon/lifecycle/reload.ts'
import { get, post, testDaemon } from '../support/daemon.ts'
import { stateFolder } from '../support/state-folder.ts'

const configOf = (env: Record<string, string>) =>
  loadConfig({ flags: {}, env, readFile: () => undefined, cwd: import.meta.dirname, cores: 2 })

/** A daemon that was started with an environment, and is told others. */
function reloadable(env: Record<string, string>) {
  const told: unknown[] = []
  const tell = (level: string) => (fields: object) => void told.push([level, fields])
  const log = { level: 'info', info: tell('info'), warn: tell('warn'), error: tell('error') }
  const taken: unknown[] = []
  const part = { reload: (value: readonly unknown[]) => void taken.push(value) }
  const daemon = new Reloadable(configOf(env), {
    log: log as never,
    tokens: part as never,
    fetchAllow: part,
  })
  return { daemon, log, told, taken }
}

t.test('a token that is withdrawn is refused at once, and a new one taken', async t => {
  const env = { LATCHD_STATE_DIR: stateFolder(t), LATCHD_LOG_LEVEL: 'silent', LATCHD_PORT: '0' }
  const before = { ...env, LATCHD_TOKENS: 'first:secret-of-the-first' }
  const daemon = await testDaemon(t, before)
  const statusOf = async (secret: string) =>
    (await get(`${daemon.url}/v1/info`, { authorization: `Bearer ${secret}` })).status
  t.strictSame(
    [await statusOf('secret-of-the-first'), await statusOf('secret-of-the-second')],
    [200, 401],
  )
  const after = { ...before, LATCHD_TOKENS: 'second:secret-of-the-second' }
  t.ok(daemon.reload(() => configOf(after)))
  t.strictSame(
    [await statusOf('secret-of-the-first'), await statusOf('secret-of-the-second')],
    [401, 200],
  )
})

t.test('fetch_url goes by the hosts that were read last', async t => {
  const site = createServer((_, response) => response.end('a page')).listen(0, '127.0.0.1')
  t.teardown(() => site.close())
  await once(site, 'listening')
  const { port } = site.address() as AddressInfo
  const env = { LATCHD_STATE_DIR: stateFolder(t), LATCHD_LOG_LEVEL: 'silent', LATCHD_PORT: '0' }
  const daemon = await testDaemon(t, { ...env, LATCHD_FETCH_ALLOW: 'elsewhere.example' })
  const body = {
    code: `try { fetch_url("http://127.0.0.1:${port}/") } catch (error) { error.code }`,
  }
  const fetched = async () => (await post(`${daemon.url}/execute`, body)).body.output
  t.equal(await fetched(), 'FETCH_REFUSED')
  daemon.reload(() => configOf({ ...env, LATCHD_FETCH_ALLOW: `127.0.0.1:${port}` }))
  t.equal(await fetched(), 'a page')
})

t.test('what can change does, and what cannot is named', async t => {
  const { daemon, log, told } = reloadable({})
  const next = configOf({
    LATCHD_LOG_LEVEL: 'debug',
    LATCHD_MAX_QUEUE: '7',
    LATCHD_DRAIN_MS: '8',
    LATCHD_WORKERS: '9',
    LATCHD_FETCH_ALLOW: '*',
    LATCHD_TOKENS: 'name:a-secret-of-some-length',
  })
  t.ok(daemon.reload(() => next))
  t.equal(log.level, 'debug')
  t.strictSame(daemon.inForce, { maxQueue: 7, drainMs: 8 })
  t.strictSame(told, [
    ['info', { changed: ['drainMs', 'maxQueue', 'logLevel'] }],
    ['warn', { needRestart: ['tokens', 'fetchAllow', 'workers'] }],
  ])
})

t.test('a configuration as before changes nothing', async t => {
  const { daemon, told, taken } = reloadable({ LATCHD_TOKENS: 'name:a-secret-of-some-length' })
  daemon.reload(() => configOf({ LATCHD_TOKENS: 'name:a-secret-of-some-length' }))
  t.strictSame([told, taken], [[['info', { changed: [] }]], []])
})

t.test('a daemon that has tokens is not opened by a file that lacks them', async t => {
  const { daemon, told, taken } = reloadable({ LATCHD_TOKENS: 'name:a-secret-of-some-length' })
  daemon.reload(() => configOf({}))
  t.strictSame(taken, [])
  t.strictSame(told.at(-1), ['warn', { needRestart: ['tokens'] }])
})

t.test('a configuration that cannot be used changes nothing, and is told', async t => {
  const { daemon, told } = reloadable({})
  t.notOk(daemon.reload(() => configOf({ LATCHD_MAX_QUEUE: 'many' })))
  t.strictSame(daemon.inForce, { maxQueue: 1000, drainMs: 10_000 })
  t.match(told, [['error', { err: { code: 'CONFIG_INVALID' } }]])
})
