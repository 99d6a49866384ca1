/** A daemon and its service manager: what they tell each other, and settings that are read again. */

import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { supervise } from '../../daemon/cli/commands/supervise.ts'
import { loadConfig } from '../../daemon/config/config.ts'
import {
  type HealthDependencies,
  HealthProbe,
  healthBounds,
} from '../../daemon/lifecycle/health.ts'
import { Notifier } from '../../daemon/lifecycle/notifier.ts'
import { Reloadable } from '../../daemon/lifecycle/reload.ts'
import { readServiceManager } from '../../daemon/lifecycle/service-manager.ts'
import { get, post, testDaemon } from '../support/daemon.ts'
import { stateFolder } from '../support/state-folder.ts'
import { notifySocket } from '../support/systemd.ts'

t.test('what a manager tells another process counts as absent', async t => {
  const env = { LISTEN_FDS: '2', WATCHDOG_USEC: '30000000', NOTIFY_SOCKET: '/run/notify' }
  const absent = { notifySocket: '/run/notify', watchdogMs: undefined, sockets: [] }
  t.strictSame(readServiceManager({ ...env, LISTEN_PID: '8', WATCHDOG_PID: '8' }, 7), absent)
  t.strictSame(readServiceManager({ ...env, LISTEN_PID: '7', WATCHDOG_PID: '7' }, 7), {
    notifySocket: '/run/notify',
    watchdogMs: 30_000,
    sockets: [3, 4],
  })
  t.strictSame(readServiceManager({}, 7), { ...absent, notifySocket: undefined })
})

t.test('messages go one after the other, and one that fails is told in the log', async t => {
  const sent: string[] = []
  const errors: unknown[] = []
  const send = async ([text = '']: readonly string[]) => {
    await delay(text === 'A=1' ? 5 : 0)
    sent.push(text)
    if (text === 'B=two lines') throw new Error('nobody listens')
  }
  const log = { error: (fields: object) => errors.push(fields) } as never
  const notifier = new Notifier(send, log)
  void notifier.notify({ A: 1 })
  void notifier.notify({ B: 'two\nlines' })
  await notifier.notify({ C: 3 })
  t.strictSame(sent, ['A=1', 'B=two lines', 'C=3'])
  t.match(errors, [{ err: { message: 'nobody listens' }, message: ['B=two lines'] }])
})

/** A daemon that is well, but for what a test says. */
function health(deps: Partial<HealthDependencies>) {
  return new HealthProbe({
    askStore: async () => {},
    runCanary: async () => {},
    load: () => ({ workers: 2, active: 1, begun: 0 }),
    now: () => 0,
    ...deps,
  })
}

t.test('a program or a store that fails is no good health', async t => {
  const fails = async () => {
    throw new Error('no worker started')
  }
  const ill = { isWell: false, reason: 'no worker started' }
  t.strictSame(await health({ runCanary: fails }).probe(), ill)
  t.strictSame(await health({ askStore: fails }).probe(), ill)
})

t.test('an event loop that is late is no good health', async t => {
  let nowMs = 0
  const now = () => {
    nowMs += healthBounds.lagMs + 2
    return nowMs
  }
  t.match(await health({ now }).probe(), {
    isWell: false,
    reason: /^the event loop was \d+ ms late$/,
  })
})

t.test('a daemon whose workers are all taken is well as long as that changes', async t => {
  let nowMs = 0
  let begun = 5
  const probe = health({
    now: () => nowMs,
    load: () => ({ workers: 2, active: 2, begun }),
    runCanary: async () => {
      t.fail('a program would wait in the queue')
    },
  })
  const busy = { isWell: true, lagMs: 0, storeMs: 0, canaryMs: undefined }
  t.strictSame(await probe.probe(), busy)
  nowMs += healthBounds.stallMs
  t.strictSame(await probe.probe(), busy)
  begun++
  nowMs += 1000
  t.strictSame(await probe.probe(), busy)
  nowMs += healthBounds.stallMs + 1
  t.strictSame(await probe.probe(), {
    isWell: false,
    reason: `no worker was free for ${healthBounds.stallMs + 1} ms`,
  })
})

const configOf = (env: Record<string, string>) =>
  loadConfig({ flags: {}, env, readFile: () => undefined, cwd: import.meta.dirname, cores: 2 })

/** What operators go by. */
const handbook = readFileSync(join(import.meta.dirname, '../../docs/operations.md'), 'utf8')

t.test('the configurations of the handbook can be used', async t => {
  const texts = [...handbook.matchAll(/^```json config\n([\s\S]*?)^```$/gm)].map(([, text]) => text)
  t.equal(texts.length, 1)
  for (const text of texts) {
    const readFile = (path: string) =>
      path === '/etc/latchd.json' ? text : `the-secret-of-${path}`
    const env = { LATCHD_CONFIG: '/etc/latchd.json' }
    const config = loadConfig({ flags: {}, env, readFile, cwd: '/' })
    t.equal(config.tokens.length, 3)
  }
})

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
    tools: { govern: part.reload },
    sources: { replace: () => true, refresh: () => {} },
  })
  return { daemon, log, told, taken }
}

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

t.test('a running daemon', async t => {
  const site = createServer((_, response) => response.end('a page')).listen(0, '127.0.0.1')
  t.teardown(() => site.close())
  await once(site, 'listening')
  const { port } = site.address() as AddressInfo
  const folder = stateFolder(t)
  const env = {
    LATCHD_STATE_DIR: folder,
    LATCHD_LOG_LEVEL: 'silent',
    LATCHD_PORT: '0',
    LATCHD_WORKERS: '1',
    LATCHD_TOKENS: 'first:secret-of-the-first',
    LATCHD_FETCH_ALLOW: 'elsewhere.example',
  }
  const daemon = await testDaemon(t, env)
  const as = (name: string) => ({ authorization: `Bearer secret-of-the-${name}` })

  await t.test('runs a program that nobody sees when it is probed', async t => {
    t.match(await daemon.probe(), { isWell: true, storeMs: Number, canaryMs: Number })
    const { body } = await get(`${daemon.url}/v1/executions`, as('first'))
    t.strictSame(body.data, [])
  })

  await t.test('fetches from the hosts that were read last', async t => {
    const source = `try { fetch_url("http://127.0.0.1:${port}/") } catch (error) { error.code }`
    const fetched = async () =>
      (await post(`${daemon.url}/v1/execute`, { source }, as('first'))).body.output.value
    t.equal(await fetched(), 'FETCH_REFUSED')
    t.ok(daemon.reload(() => configOf({ ...env, LATCHD_FETCH_ALLOW: `127.0.0.1:${port}` })))
    t.equal(await fetched(), 'a page')
  })

  await t.test('refuses a token that is withdrawn at once, and takes a new one', async t => {
    const statuses = async () => [
      (await get(`${daemon.url}/v1/info`, as('first'))).status,
      (await get(`${daemon.url}/v1/info`, as('second'))).status,
    ]
    t.strictSame(await statuses(), [200, 401])
    t.ok(daemon.reload(() => configOf({ ...env, LATCHD_TOKENS: 'second:secret-of-the-second' })))
    t.strictSame(await statuses(), [401, 200])
  })

  await t.test('has the metrics that the handbook tells, and no others', async t => {
    const response = await fetch(`${daemon.url}/metrics`, { headers: as('second') })
    const names = [...(await response.text()).matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name)
    const table = handbook.slice(handbook.indexOf('## Metrics'), handbook.indexOf('## Alerts'))
    const told = table.matchAll(/`((?:latchd|process|nodejs)_\w+)`/g)
    // Those of servers and documents are there when one is configured.
    const always = [...told]
      .map(([, name]) => name)
      .filter(name => !/^latchd_(mcp|openapi)_/.test(name as string))
    t.strictSame(always.sort(), names.sort())
    const alerts = handbook.slice(handbook.indexOf('## Alerts'), handbook.indexOf('## Sizing'))
    for (const [name] of alerts.matchAll(/\b(?:latchd|process)_\w+/g)) {
      t.ok(names.includes(name.replace(/_(bucket|count|sum)$/, '')), name)
    }
  })

  await t.test('tells when it is ready, that it is well, that it reloads and stops', async t => {
    const socket = await notifySocket(t, folder)
    let hangUp = () => {}
    const manager = { notifySocket: socket.path, watchdogMs: 600, sockets: [] }
    const terminal = {
      env: { PATH: process.env.PATH },
      manager,
      onHangUp: (listener: () => void) => {
        hangUp = listener
      },
    }
    const service = supervise(daemon, terminal, () => configOf(env))
    await service.ready()
    t.equal(await socket.heard(/READY=1/), `READY=1\nSTATUS=listening on ${daemon.url}`)
    t.equal(await socket.heard(/^WATCHDOG/), 'WATCHDOG=1')
    t.equal(await socket.heard(/^WATCHDOG/), 'WATCHDOG=1')
    hangUp()
    t.match(await socket.heard(/RELOADING/), /^RELOADING=1\nMONOTONIC_USEC=\d+$/)
    t.match(await socket.heard(/READY/), /^READY=1\n/)
    await service.stop()
    t.match(
      await socket.heard(/STOPPING/),
      /^STOPPING=1\nSTATUS=stopping\nEXTEND_TIMEOUT_USEC=\d+$/,
    )
  })
})
