/** The units: judged by systemd's own tools, and run by a manager of a user. */

import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { type IncomingMessage, request } from 'node:http'
import { join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { stateFolder } from '../support/state-folder.ts'
import { systemdTool } from '../support/systemd.ts'

const root = resolve(import.meta.dirname, '../..')
const unit = (name: string) => readFileSync(join(root, 'daemon/systemd', name), 'utf8')

t.test('the service is exposed by at most 1.2, as systemd counts it', async t => {
  const path = join(root, 'daemon/systemd/latchd.service')
  const { text } = systemdTool('systemd-analyze', [
    'security',
    '--offline=true',
    '--no-pager',
    path,
  ])
  const [, exposure] = /Overall exposure level for latchd\.service: ([\d.]+)/.exec(text) ?? []
  t.ok(Number(exposure) <= 1.2, `exposed by ${exposure}`)
})

t.test('systemd finds no fault with the units', async t => {
  const folder = stateFolder(t)
  const release = '/opt/latchd/current/bin/latchd'
  for (const scope of ['', '.user']) {
    const paths = ['service', 'socket'].map(kind => {
      const path = join(folder, `latchd.${kind}`)
      // What is not installed is not there: a command that every machine has stands for it.
      const text = unit(`latchd${scope}.${kind}`)
        .replace(release, '/bin/true')
        .replace('%h/.local/lib/latchd/current/bin/latchd', '/bin/true')
      writeFileSync(path, text)
      return path
    })
    const user = scope === '' ? [] : ['--user']
    const { status, text } = systemdTool('systemd-analyze', [...user, 'verify', ...paths], {
      XDG_RUNTIME_DIR: folder,
    })
    t.strictSame([status, text], [0, ''], scope)
  }
})

/** A manager of a user, in a world of mounts where /run is its own. */
interface Manager {
  systemctl(...args: string[]): string
}

/** So long a manager takes to come up, on a machine with all tests at once. */
const UP_MS = 20_000

async function startManager(t: Test, home: string): Promise<Manager> {
  const runtime = '/run/user/0'
  const begin = `mount -t tmpfs tmpfs /run && mkdir -p ${runtime} /run/systemd/system && chmod 700 ${runtime} && exec /lib/systemd/systemd --user --log-level=warning`
  const env = { PATH: process.env.PATH, HOME: home, XDG_RUNTIME_DIR: runtime }
  const child = spawn('env', ['-u', 'NODE_OPTIONS', 'unshare', '-m', 'sh', '-c', begin], {
    env,
    stdio: 'ignore',
  })
  t.teardown(() => end(child))
  const systemctl = (...args: string[]) => {
    const inside = ['-t', String(child.pid), '-m', 'systemctl', '--user', '--no-pager', ...args]
    const { status, stdout, stderr } = spawnSync('nsenter', inside, { env, encoding: 'utf8' })
    if (status !== 0) throw new Error(`systemctl ${args.join(' ')} ended with ${status}: ${stderr}`)
    return stdout.trim()
  }
  await until('the manager is up', () => systemctl('is-system-running'), UP_MS)
  return { systemctl }
}

/** SIGTERM has the manager stop its units first. */
async function end(child: ChildProcess): Promise<void> {
  const ended = new Promise(resolve => child.once('exit', resolve))
  if (child.exitCode === null && child.kill('SIGTERM')) await ended
}

/** Looks again and again until it throws no more; there is no event to wait for. */
async function until<T>(what: string, look: () => T | Promise<T>, boundMs: number): Promise<T> {
  const atMostMs = performance.now() + boundMs
  for (;;) {
    try {
      return await look()
    } catch (error) {
      if (performance.now() > atMostMs)
        throw new Error(`${what}: not in ${boundMs} ms`, { cause: error })
      await delay(50)
    }
  }
}

/** Asks the daemon through its Unix socket. */
function ask(socketPath: string, token: string, path: string, body?: unknown) {
  // biome-ignore lint/suspicious/noExplicitAny: answers of every shape
  return new Promise<{ status: number | undefined; body: any }>((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    const method = body === undefined ? 'GET' : 'POST'
    const asked = request({ socketPath, path, headers, method }, async answer => {
      resolve({ status: answer.statusCode, body: JSON.parse(await text(answer)) })
    })
    asked.on('error', reject).end(body === undefined ? undefined : JSON.stringify(body))
  })
}

async function text(answer: IncomingMessage): Promise<string> {
  let whole = ''
  for await (const chunk of answer.setEncoding('utf8')) whole += chunk
  return whole
}

const tokenOf = (name: string) => ({ name, secret: `the-secret-of-${name}-which-is-long` })

const isRoot = process.platform === 'linux' && process.getuid?.() === 0
const skip = isRoot ? false : 'needs root, for a world of mounts of its own'

t.test('systemd starts, kills, restarts, reloads and stops a daemon', { skip }, async t => {
  systemdTool('systemctl', ['--version'])
  const home = stateFolder(t)
  const units = join(home, '.config/systemd/user')
  const config = join(home, 'latchd.config.json')
  const socket = join(home, 'api')
  mkdirSync(units, { recursive: true })
  const settings = { stateDir: join(home, 'state'), workers: 1, drainMs: 100 }
  const configure = (names: string[]) =>
    writeFileSync(config, JSON.stringify({ ...settings, tokens: names.map(tokenOf) }))
  configure(['one', 'two'])
  const main = join(root, 'daemon/main.ts')
  writeFileSync(
    join(units, 'latchd.service'),
    unit('latchd.user.service')
      .replace(
        /^ExecStart=.*$/m,
        `ExecStart=${process.execPath} --disable-warning=ExperimentalWarning ${main} serve`,
      )
      .replace(/^Environment=LATCHD_CONFIG=.*$/m, `Environment=LATCHD_CONFIG=${config}`)
      .replace(/^Environment=LATCHD_STATE_DIR=.*$/m, '')
      .replace(/^WatchdogSec=.*$/m, 'WatchdogSec=4')
      .replace(/^RestartSec=.*$/m, 'RestartSec=0'),
  )
  writeFileSync(
    join(units, 'latchd.socket'),
    unit('latchd.user.socket')
      .replaceAll(/^ListenStream=.*$/gm, '')
      .replace('[Socket]', `[Socket]\nListenStream=${socket}`),
  )
  const { systemctl } = await startManager(t, home)
  const shown = (property: string) => systemctl('show', '-P', property, 'latchd.service')
  const secret = tokenOf('one').secret

  systemctl('start', 'latchd.socket')
  t.equal(shown('ActiveState'), 'inactive')
  const source = 'const { approved } = human_approval("go on"); [approved, sleep(1)][0]'
  // The first request starts the daemon.
  const submitted = await ask(socket, secret, '/v1/executions', { source })
  t.equal(submitted.status, 202)
  const path = `/v1/executions/${submitted.body.executionId}`
  const waiting = await ask(socket, secret, `${path}?waitMs=20000`)
  t.equal(waiting.body.status, 'waiting')
  // It answers a little before the manager has been told.
  await until('ready', () => shown('ActiveState') === 'active' || fail(), UP_MS)
  t.match(shown('StatusText'), /^listening on a socket of the service manager/)

  const lost = Number(shown('MainPID'))
  // It lives and does nothing: only the watchdog sees that.
  process.kill(lost, 'SIGSTOP')
  const approvalId = waiting.body.waitingFor[0].approvalId
  // What the lost one had taken is cut off, and a caller asks again.
  const decide = () => ask(socket, secret, `/v1/approvals/${approvalId}`, { decision: 'approve' })
  const decided = await until('another daemon', decide, UP_MS)
  t.equal(decided.status, 200)
  const ended = await ask(socket, secret, `${path}?waitMs=20000`)
  t.strictSame([ended.body.status, ended.body.output.value], ['completed', true])
  t.not(Number(shown('MainPID')), lost)

  const other = tokenOf('two').secret
  t.equal((await ask(socket, other, '/v1/info')).status, 200)
  configure(['one'])
  await until('reload', () => systemctl('reload', 'latchd.service'), UP_MS)
  await until(
    'the token withdrawn',
    async () => {
      if ((await ask(socket, other, '/v1/info')).status !== 401) fail()
    },
    UP_MS,
  )

  systemctl('stop', 'latchd.socket', 'latchd.service')
  t.strictSame([shown('Result'), shown('ExecMainStatus')], ['success', '0'])
})

function fail(): never {
  throw new Error('not yet')
}
