/** What a daemon and its service manager tell each other. */

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { request } from 'node:http'
import { join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { type HealthPowers, HealthProbe, healthBounds } from '../../daemon/lifecycle/health.ts'
import { Notifier } from '../../daemon/lifecycle/notifier.ts'
import { readServiceManager } from '../../daemon/lifecycle/service-manager.ts'
import { get, testDaemon } from '../support/daemon.ts'
import { cleanEnv } from '../support/running-command.ts'
import { stateFolder } from '../support/state-folder.ts'
import { notifySocket, systemdTool } from '../support/systemd.ts'

const main = resolve(import.meta.dirname, '../../daemon/main.ts')
const serve = [process.execPath, '--disable-warning=ExperimentalWarning', main, 'serve']

/** Starts a command without the test runner's Node options; killed with the test. */
function start(t: Test, command: readonly string[], env: Record<string, string>): ChildProcess {
  const child = spawn('env', ['-u', 'NODE_OPTIONS', ...command], {
    env: { ...cleanEnv(), LATCHD_WORKERS: '1', LATCHD_DRAIN_MS: '0', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.teardown(() => child.kill('SIGKILL'))
  return child
}

t.test('a daemon tells when it is ready, that it is well, that it reloads and stops', async t => {
  const folder = stateFolder(t)
  const socket = await notifySocket(t, folder)
  const daemon = start(t, serve, {
    NOTIFY_SOCKET: socket.path,
    WATCHDOG_USEC: '600000',
    LATCHD_PORT: '0',
    LATCHD_LOG_LEVEL: 'error',
    LATCHD_STATE_DIR: folder,
  })
  t.match(await socket.heard(/READY=1/), /^READY=1\nSTATUS=listening on http:\/\/127\.0\.0\.1:\d+$/)
  t.equal(await socket.heard(/^WATCHDOG/), 'WATCHDOG=1')
  t.equal(await socket.heard(/^WATCHDOG/), 'WATCHDOG=1')
  daemon.kill('SIGHUP')
  t.match(await socket.heard(/RELOADING/), /^RELOADING=1\nMONOTONIC_USEC=\d+$/)
  t.match(await socket.heard(/READY/), /^READY=1\n/)
  daemon.kill('SIGTERM')
  t.match(await socket.heard(/STOPPING/), /^STOPPING=1\nSTATUS=stopping\nEXTEND_TIMEOUT_USEC=\d+$/)
  t.strictSame(await once(daemon, 'exit'), [0, null])
})

t.test('a daemon takes the sockets that the manager listens on', async t => {
  systemdTool('systemd-socket-activate', ['--version'])
  const folder = stateFolder(t)
  const path = join(folder, 'api')
  const env = ['WORKERS=1', 'DRAIN_MS=0', 'LOG_LEVEL=warn', `STATE_DIR=${folder}`]
  const flags = env.map(text => `--setenv=LATCHD_${text}`)
  const child = start(t, ['systemd-socket-activate', `--listen=${path}`, ...flags, ...serve], {})
  while (!existsSync(path)) await delay(20, undefined, { signal: AbortSignal.timeout(20_000) })
  // The first one starts the daemon, and waits for it.
  t.equal(await statusOf(path, '/readyz'), 200)
  const [line] = await once(
    (child.stdout as NonNullable<typeof child.stdout>).setEncoding('utf8'),
    'data',
  )
  t.equal(line, 'latchd listening on a socket of the service manager\n')
  child.kill('SIGTERM')
  t.strictSame(await once(child, 'exit'), [0, null])
  t.ok(existsSync(path), 'the socket is the manager’s')
})

function statusOf(socketPath: string, path: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const asked = request({ socketPath, path, headers: { host: 'localhost' } }, answer => {
      answer.resume()
      resolve(answer.statusCode)
    })
    asked.on('error', reject).end()
  })
}

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
  void notifier.tell({ A: 1 })
  void notifier.tell({ B: 'two\nlines' })
  await notifier.tell({ C: 3 })
  t.strictSame(sent, ['A=1', 'B=two lines', 'C=3'])
  t.match(errors, [{ err: { message: 'nobody listens' }, message: ['B=two lines'] }])
})

t.test('a daemon that is probed runs a program that nobody sees', async t => {
  const daemon = await testDaemon(t)
  t.match(await daemon.probe(), { isWell: true, storeMs: Number, canaryMs: Number })
  const { body } = await get(`${daemon.url}/v1/executions`)
  t.strictSame(body.data, [])
})

/** A daemon that is well, but for what a test says. */
function health(powers: Partial<HealthPowers>) {
  return new HealthProbe({
    askStore: async () => {},
    runCanary: async () => {},
    load: () => ({ workers: 2, active: 1, begun: 0 }),
    now: () => 0,
    ...powers,
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
