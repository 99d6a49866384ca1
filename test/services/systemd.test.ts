/** The units: judged by systemd's own tools, and run by a manager of a user. */

import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import t, { type Test } from 'tap'
import { askSocket } from '../support/ask-socket.ts'
import { inOwnGroup, removeGroup } from '../support/own-group.ts'
import { stateFolder } from '../support/state-folder.ts'
import { notifySocket, systemdTool, until } from '../support/systemd.ts'

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
        .replaceAll(release, '/bin/true')
        .replaceAll('%h/.local/lib/latchd/current/bin/latchd', '/bin/true')
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

/** A manager of a user, with mounts and control groups of its own. */
interface Manager {
  systemctl(...args: string[]): string
}

/**
 * What systemd finds when it starts; credentials reach a service by propagation of mounts. Where control
 * groups cannot be mounted it takes those that there are.
 */
const begin = `set -e
mount --make-rshared /
mount -t cgroup2 cgroup2 /sys/fs/cgroup || :
mount -t tmpfs tmpfs /run
mkdir -p -m 700 "$XDG_RUNTIME_DIR" /run/systemd/system
exec /lib/systemd/systemd --user --log-level=warning`

/** Resolves when its units are up. */
async function startManager(t: Test, home: string): Promise<Manager> {
  const ear = await notifySocket(t, home)
  const env = { PATH: process.env.PATH, HOME: home, XDG_RUNTIME_DIR: '/run/user/0' }
  const command = [...inOwnGroup(home), 'sh', '-c', begin]
  // tap has its own code loaded into every Node, by a variable that it adds at this spawn.
  const child = spawn('env', ['-u', 'NODE_OPTIONS', ...command], {
    env: { ...env, NOTIFY_SOCKET: ear.path },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  t.teardown(async () => {
    // SIGTERM has the manager stop its units first.
    if (child.exitCode === null && child.kill('SIGTERM')) await once(child, 'exit')
    await removeGroup(home)
  })
  const lost = once(child, 'exit').then(([code]) => {
    throw new Error(`systemd ended with ${code}`)
  })
  await Promise.race([ear.heard(/^READY=1/m), lost])
  lost.catch(() => {})
  const systemctl = (...args: string[]) => {
    const inside = ['-t', String(child.pid), '-m', 'systemctl', '--user', '--no-pager', ...args]
    const { status, stdout, stderr } = spawnSync('nsenter', inside, { env, encoding: 'utf8' })
    if (status !== 0) throw new Error(`systemctl ${args.join(' ')} ended with ${status}: ${stderr}`)
    return stdout.trim()
  }
  return { systemctl }
}

const secretOf = (name: string) => `the-secret-of-${name}-which-is-long`

/** What of the machine's service binds the process itself: all else needs the manager of a machine. */
function sandbox(): string {
  const lines = /^(?:CapabilityBounding|Limit|Lock|NoNew|Restrict|SystemCall)\w*=.*$/gm
  return unit('latchd.service').match(lines)?.join('\n') ?? ''
}

const isRoot = process.platform === 'linux' && process.getuid?.() === 0
const skip = isRoot ? false : 'needs root, for mounts and control groups of its own'

t.test('systemd starts, kills, restarts, reloads and stops a daemon', { skip }, async t => {
  systemdTool('systemctl', ['--version'])
  const home = stateFolder(t)
  const units = join(home, '.config/systemd/user')
  const socket = join(home, 'api')
  const write = (path: string, text: string) => {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
  }
  const credential = { name: 'one', secretFile: '/run/user/0/credentials/latchd.service/token' }
  const configure = (...others: string[]) => {
    const tokens = [credential, ...others.map(name => ({ name, secret: secretOf(name) }))]
    const settings = { workers: 1, drainMs: 100, isolation: 'process', tokens }
    write(join(home, '.config/latchd/latchd.config.json'), JSON.stringify(settings))
  }
  configure('two')
  write(join(home, 'token'), secretOf('one'))
  write(join(units, 'latchd.service'), unit('latchd.user.service'))
  write(join(units, 'latchd.socket'), unit('latchd.user.socket'))
  const main = `${process.execPath} --disable-warning=ExperimentalWarning ${root}/daemon/main.ts`
  write(
    join(units, 'latchd.service.d/test.conf'),
    `[Service]
ExecStart=
ExecStart=${main} serve
ExecReload=
ExecReload=${main} config --check
ExecReload=/bin/sh -c 'kill -HUP $$MAINPID'
Environment=XDG_CACHE_HOME=${process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache')}
LoadCredential=token:${home}/token
RestartSec=0
WatchdogSec=4
${sandbox()}`,
  )
  write(
    join(units, 'latchd.socket.d/test.conf'),
    `[Socket]\nListenStream=\nListenStream=${socket}\n`,
  )
  const { systemctl } = await startManager(t, home)
  const shown = (property: string) => systemctl('show', '-P', property, 'latchd.service')
  const one = (path: string, body?: unknown) => askSocket(socket, secretOf('one'), path, body)

  systemctl('start', 'latchd.socket')
  t.equal(shown('ActiveState'), 'inactive')
  const source = 'const { approved } = human_approval("go on"); [approved, sleep(1)][0]'
  // The first request starts the daemon.
  const submitted = await one('/v1/executions', { source })
  t.equal(submitted.status, 202)
  const path = `/v1/executions/${submitted.body.executionId}`
  const waiting = await one(`${path}?waitMs=20000`)
  t.equal(waiting.body.status, 'waiting')
  // Waits until the manager has been told, a little after the first answer.
  systemctl('start', 'latchd.service')
  t.match(shown('StatusText'), /^listening on a socket of the service manager/)
  const lost = Number(shown('MainPID'))
  t.match(readFileSync(`/proc/${lost}/status`, 'utf8'), /^NoNewPrivs:\t1\nSeccomp:\t2$/m)

  // It lives and does nothing: only the watchdog sees that. The next one finds the request.
  process.kill(lost, 'SIGSTOP')
  const { approvalId } = waiting.body.waitingFor[0]
  const decided = await one(`/v1/approvals/${approvalId}`, { decision: 'approve' })
  t.equal(decided.status, 200)
  const ended = await one(`${path}?waitMs=20000`)
  t.strictSame([ended.body.status, ended.body.output.value], ['completed', true])
  t.not(Number(shown('MainPID')), lost)

  const other = () => askSocket(socket, secretOf('two'), '/v1/info')
  t.match(await other(), { status: 200, body: { isolation: 'process' } })
  configure()
  systemctl('start', 'latchd.service')
  systemctl('reload', 'latchd.service')
  const isRefused = async () => {
    const { status } = await other()
    if (status !== 401) throw new Error(`it is ${status}`)
  }
  // systemctl returns when the signal is sent.
  await until('the token is withdrawn', isRefused, RELOAD_MS)

  write(join(home, '.config/latchd/latchd.config.json'), '{"workers": "many"}')
  t.throws(() => systemctl('reload', 'latchd.service'), /ended with 1/)
  t.equal((await one('/v1/info')).status, 200, 'what cannot be used changes nothing')

  systemctl('stop', 'latchd.socket', 'latchd.service')
  t.strictSame([shown('Result'), shown('ExecMainStatus')], ['success', '0'])
})

/** A daemon that is well reloads at once. */
const RELOAD_MS = 20_000
