/**
 * `npm run systemd`: latchd as the service of a whole machine, from its install to its removal.
 *
 * Needs root, Linux with control groups of version 2 and overlayfs, Debian's packages systemd,
 * iproute2 and util-linux, and 1 GB of memory for releases. Takes some minutes.
 */

import { hash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import t, { type Test } from 'tap'
import { until } from '../support/systemd.ts'
import { Machine } from './machine.ts'

/** A daemon starts in a second or two, on a busy machine in twenty. */
const READY_MS = 60_000

const SOURCE = '/srv/latchd'
const CONFIG = '/etc/latchd/latchd.config.json'
const SECRET_FILE = '/run/credentials/latchd.service/token'
const DROP_IN = '/etc/systemd/system/latchd.service.d'
const OPERATOR = { name: 'operator', secretFile: SECRET_FILE }
const OTHER = { secret: 'the-secret-of-the-other' }
const WRITTEN_OTHER = { name: 'other', secret: `sha256:${hash('sha256', OTHER.secret)}` }

/** What the handbook says about something, for a shell of root. */
function commands(about: string): string {
  const handbook = readFileSync(join(import.meta.dirname, '../../docs/operations.md'), 'utf8')
  const [, text = ''] = new RegExp(`^\`\`\`sh ${about}\\n([^]*?)^\`\`\`$`, 'm').exec(handbook) ?? []
  return text.replaceAll('sudo ', '')
}

/** An address of the machine that is not the loopback's. */
const ELSEWHERE = '10.9.9.9'

t.test('latchd as the service of a machine', { timeout: 0 }, async t => {
  const machine = new Machine(t)
  await machine.boot()

  const source = (...args: string[]) =>
    machine.run(`${SOURCE}/node_modules/.bin/node`, `${SOURCE}/bin/latchd.mjs`, ...args)
  const write = (path: string, text: string) =>
    machine.output(
      'sh',
      '-c',
      'mkdir -p "$(dirname "$1")" && printf %s "$2" >"$1"',
      'sh',
      path,
      text,
    )
  const configure = (settings: object) => write(CONFIG, JSON.stringify(settings))
  const release = (version: string) =>
    machine.output(
      'sed',
      '-i',
      `s/"version": .*/"version": "${version}",/`,
      `${SOURCE}/package.json`,
    )
  const secret = () => machine.read('/etc/latchd/token').trim()
  const ask = (path: string, body?: unknown) => machine.ask(secret(), path, body)
  const answerOf = async (source: string) => {
    const { body } = await ask('/v1/execute', { source })
    return body.output?.value ?? body.error
  }
  const waits = async () => {
    const { body } = await ask('/v1/executions', {
      source: 'const { approved } = human_approval("go on"); [approved, sleep(1)][0]',
    })
    const path = `/v1/executions/${body.executionId}`
    const waiting = await ask(`${path}?waitMs=20000`)
    return { path, approvalId: waiting.body.waitingFor[0].approvalId as string }
  }
  /** Approves it, as soon as a daemon answers, and waits for its end. */
  const endOf = async ({ path, approvalId }: Awaited<ReturnType<typeof waits>>) => {
    const decide = () => ask(`/v1/approvals/${approvalId}`, { decision: 'approve' })
    await until('a daemon answers', decide, READY_MS)
    const { body } = await ask(`${path}?waitMs=20000`)
    return [body.status, body.output?.value]
  }
  const ended = ['completed', true]

  /** The machine is one, so a step needs those before it. */
  const step = (name: string, act: (t: Test) => Promise<void>) =>
    t.test(name, { skip: t.passing() ? false : 'a step before it has failed' }, act)

  await step('the install starts it, and it runs programs for who has the token', async t => {
    await release('1.0.0')
    const { code, stdout, stderr } = await source('install')
    t.strictSame([code, stderr], [0, ''])
    t.match(stdout, /\nlatchd 1\.0\.0 is running as latchd\.service\n/)
    t.equal(await machine.shown('StatusText'), 'listening on http://127.0.0.1:7070')
    t.equal(await answerOf('sleep(1); 6 * 7'), 42)
    t.equal((await machine.ask('another', '/v1/info')).status, 401)
    const env = 'LATCHD_URL=http://127.0.0.1:7070 LATCHD_TOKEN=$(cat /etc/latchd/token)'
    const command = `echo "6 * 7" | ${env} latchd run -`
    t.equal(await machine.output('sh', '-c', command), '42')
  })

  await step('doctor tells how it is', async t => {
    const doctor = async () => {
      const { stdout } = await machine.run('latchd', 'doctor')
      return stdout.split('\n').filter(line => line.slice(6).startsWith('service'))
    }
    const about = (status: string, text: string) => `${status.padEnd(4)}  service        ${text}`
    const well = about(
      'ok',
      'latchd 1.0.0 is installed, latchd.service is active, watchdog 30s, reaches this machine alone',
    )
    t.strictSame(await doctor(), [well])
    const unit = '/etc/systemd/system/latchd.socket'
    await machine.output('sh', '-c', `echo '# mine' >>${unit}`)
    const changed =
      'is not that of the release, and the next install writes it anew: changes belong into a drop-in'
    t.strictSame(await doctor(), [well, about('warn', `${unit} ${changed}`)])
    await machine.output('systemctl', 'disable', 'latchd.service')
    await machine.output('systemctl', 'kill', '--signal=KILL', 'latchd.service')
    await until('it runs again', () => answerOf('1'), READY_MS)
    t.strictSame((await doctor()).slice(1, 3), [
      about('warn', 'systemd has started it again (1): journalctl -u latchd.service'),
      about('warn', 'no boot starts it: systemctl enable latchd.service'),
    ])
    t.equal((await source('install')).code, 0)
    t.strictSame(await doctor(), [well])
  })

  await step('it has no rights, and the token is its own', async t => {
    const pid = await machine.shown('MainPID')
    const status = machine.read(`/proc/${pid}/status`)
    t.match(status, /^CapBnd:\t0+$/m)
    t.match(status, /^NoNewPrivs:\t1$/m)
    t.match(status, /^Seccomp:\t2$/m)
    const owner = await machine.output('stat', '-c', '%U %a', `/proc/${pid}`, SECRET_FILE)
    t.equal(owner, 'latchd 555\nlatchd 400')
    const inside = (...command: string[]) => machine.run('nsenter', '-m', '-t', pid, ...command)
    for (const path of ['/etc/latchd/x', '/usr/x', '/opt/latchd/x', '/srv/x']) {
      t.match((await inside('touch', path)).stderr, /Read-only file system/, path)
    }
    t.strictSame(await inside('ls', '/root', '/home'), {
      code: 0,
      stdout: '/home:\n\n/root:\n',
      stderr: '',
    })
  })

  await step('a daemon that hangs is killed, and what it ran goes on in the next', async t => {
    await write(`${DROP_IN}/watchdog.conf`, '[Service]\nWatchdogSec=4\n')
    await machine.output('systemctl', 'daemon-reload')
    await machine.output('systemctl', 'restart', 'latchd.service')
    const waiting = await waits()
    await machine.output('kill', '-STOP', await machine.shown('MainPID'))
    t.strictSame(await endOf(waiting), ended)
    t.equal(await machine.shown('NRestarts'), '1')
    const log = await machine.output('journalctl', '-u', 'latchd.service', '-o', 'cat')
    t.match(log, /Watchdog timeout \(limit 4s\)!/)
    await machine.output('rm', `${DROP_IN}/watchdog.conf`)
  })

  await step('a reload takes and withdraws tokens', async t => {
    const status = async () => (await machine.ask(OTHER.secret, '/v1/info')).status
    const reload = async (tokens: readonly object[]) => {
      await configure({ tokens })
      await machine.output('systemctl', 'reload', 'latchd.service')
    }
    await reload([OPERATOR, WRITTEN_OTHER])
    const become = (expected: number) => async () => {
      const is = await status()
      if (is !== expected) throw new Error(`it is ${is}`)
    }
    await until('the token is taken', become(200), READY_MS)
    await reload([OPERATOR])
    await until('the token is withdrawn', become(401), READY_MS)
    t.equal(await answerOf('1 + 1'), 2)
  })

  await step('a wrong configuration ends it, whoever asks for it', async t => {
    await configure({ tokens: [OPERATOR], maxQueue: 'many' })
    t.equal((await machine.run('systemctl', 'restart', 'latchd.service')).code, 1)
    t.equal(await machine.shown('ExecMainStatus'), '78')
    // A connection that waits starts it again, and at last is refused.
    await t.rejects(ask('/v1/info'), { code: 'ECONNRESET' })
    const units = ['latchd.socket', 'latchd.service']
    const { stdout } = await machine.run('systemctl', 'is-active', ...units)
    t.equal(stdout, 'failed\nfailed\n')
    await configure({ tokens: [OPERATOR] })
    await machine.output('systemctl', 'start', ...units)
    t.equal(await answerOf('1 + 1'), 2)
  })

  await step('another address is one of a drop-in', async t => {
    const address = '127.0.0.1:7171'
    const path = '/etc/systemd/system/latchd.socket.d/override.conf'
    const sockets = ['', address, '/run/latchd/latchd.sock'].map(at => `ListenStream=${at}\n`)
    await write(path, `[Socket]\n${sockets.join('')}`)
    await machine.output('systemctl', 'daemon-reload')
    await machine.output('sh', '-euc', commands('socket'))
    t.equal(await machine.shown('StatusText'), `listening on http://${address}`)
    await machine.output('rm', '-r', dirname(path))
    await machine.output('systemctl', 'daemon-reload')
    await machine.output('sh', '-euc', commands('socket'))
  })

  await step('a process for programs starts under the same rules', async t => {
    await configure({ tokens: [OPERATOR], isolation: 'process' })
    await machine.output('systemctl', 'restart', 'latchd.service')
    t.equal((await ask('/v1/info')).body.isolation, 'process')
    t.equal(await answerOf('sleep(1); 6 * 7'), 42)
  })

  await step('only --network lets it reach other addresses', async t => {
    await machine.output('ip', 'address', 'add', `${ELSEWHERE}/32`, 'dev', 'lo')
    const page = `import('node:http').then(({ createServer }) =>
      createServer((_, response) => response.end('a page')).listen(80, '${ELSEWHERE}'))`
    await machine.output(
      'systemd-run',
      '--unit=site',
      `${SOURCE}/node_modules/.bin/node`,
      '-e',
      page,
    )
    await configure({ tokens: [OPERATOR], fetchAllow: [`${ELSEWHERE}:80`] })
    await machine.output('systemctl', 'restart', 'latchd.service')
    const fetched = `fetch_url("http://${ELSEWHERE}/")`
    t.match(await answerOf(fetched), {
      message: /^Cannot fetch from 10\.9\.9\.9:80: it does not take the connection/,
    })
    t.equal((await source('install', '--network')).code, 0)
    t.equal(await answerOf(fetched), 'a page')
  })

  await step('an upgrade takes over what waits, and a rollback goes back with it', async t => {
    const waiting = [await waits(), await waits()] as const
    await release('1.1.0')
    t.equal((await source('install')).code, 0)
    t.match((await ask('/v1/info')).body, { version: '1.1.0' })
    t.strictSame(await endOf(waiting[0]), ended)
    t.match(await machine.run('latchd', 'install', '--rollback'), { code: 0 })
    t.match((await ask('/v1/info')).body, { version: '1.0.0' })
    t.strictSame(await endOf(waiting[1]), ended)
  })

  await step('a release that does not become ready', async t => {
    await release('2.0.0')
    await machine.output(
      'sh',
      '-c',
      `echo 'throw new Error("broken")' >>${SOURCE}/daemon/server.ts`,
    )
    await t.test('says how to go back', async t => {
      const { code, stderr } = await source('install')
      t.equal(code, 1)
      t.match(stderr, /^latchd: 2\.0\.0 does not become ready: Cannot run systemctl restart/)
      const [, rollback = ''] = /\nlatchd: to go back to 1\.0\.0: sudo (.*)\n$/.exec(stderr) ?? []
      t.match(await machine.run('sh', '-c', rollback), { code: 0 })
      t.match((await ask('/v1/info')).body, { version: '1.0.0' })
    })
    await t.test('gives way to the one before when that was asked for', async t => {
      const { code, stdout } = await source('install', '--rollback-on-failure')
      t.equal(code, 1)
      t.match(stdout, /latchd 1\.0\.0 is running as latchd\.service/)
      t.match((await ask('/v1/info')).body, { version: '1.0.0' })
    })
    await machine.output('sed', '-i', '$d', `${SOURCE}/daemon/server.ts`)
  })

  await step('a power failure loses nothing, and the service comes up by itself', async t => {
    const waiting = await waits()
    await machine.lose()
    await machine.boot()
    t.strictSame(await endOf(waiting), ended)
  })

  await step('a backup is put back as the handbook says', async t => {
    const waiting = await waits()
    await machine.output('mkdir', '-p', '/var/backups')
    await machine.output('sh', '-euc', commands('backup'))
    const lost = await waits()
    await machine.output('sh', '-euc', commands('restore'))
    t.equal((await ask(lost.path)).status, 404)
    t.strictSame(await endOf(waiting), ended)
    await machine.output(
      'rm',
      '-r',
      '/var/lib/latchd.before',
      '/var/backups/latchd.db',
      '/var/backups/latchd.db.files',
    )
  })

  await step('an uninstall leaves state and configuration, --purge nothing', async t => {
    const left = async () => {
      const places = ['/opt', '/etc', '/usr/local', '/var/lib', '/var/cache', '/run']
      const path = ['-path', '*latchd*', '!', '-path', '/var/lib/latchd/*', '!', '-name', '*-test']
      return (await machine.output('find', ...places, ...path)).split('\n').sort()
    }
    t.match(await source('uninstall'), { code: 0, stderr: '' })
    t.strictSame(await left(), [
      '/etc/latchd',
      '/etc/latchd/latchd.config.json',
      '/etc/latchd/token',
      '/etc/sysusers.d/latchd.conf',
      '/var/lib/latchd',
    ])
    t.match(await machine.run('ls', '/var/lib/latchd/latchd.db'), { code: 0 })
    t.match(await source('uninstall', '--purge'), { code: 0, stderr: '' })
    t.strictSame(await left(), [''])
    t.equal((await machine.run('id', 'latchd')).code, 1)
    t.equal(await machine.shown('LoadState'), 'not-found')
  })

  await step('a user without rights has one that stays without a session', async t => {
    await machine.output('useradd', '--create-home', 'ada')
    const uid = await machine.output('id', '-u', 'ada')
    await machine.output('loginctl', 'enable-linger', 'ada')
    await machine.output('systemctl', 'start', `user@${uid}.service`)
    const asAda = (script: string) => {
      const env = ['HOME=/home/ada', `XDG_RUNTIME_DIR=/run/user/${uid}`]
      const user = ['--reuid', 'ada', '--regid', 'ada', '--init-groups', 'env', ...env]
      return machine.output('setpriv', ...user, 'sh', '-euc', script)
    }
    const program = `${SOURCE}/node_modules/.bin/node ${SOURCE}/bin/latchd.mjs`
    t.match(await asAda(`${program} install --user`), / is running as latchd\.service\n/)
    t.match(
      await asAda('~/.local/bin/latchd doctor'),
      /^ok +user service +latchd 2\.0\.0 is installed, latchd\.service is active, watchdog 30s$/m,
    )
    const env = 'LATCHD_URL=http://127.0.0.1:7070 LATCHD_TOKEN=$(cat ~/.config/latchd/token)'
    t.equal(await asAda(`echo "6 * 7" | ${env} ~/.local/bin/latchd run -`), '42')
    await asAda('systemctl --user reload latchd; ~/.local/bin/latchd uninstall --user --purge')
    t.equal(await asAda("find ~ -path '*latchd*'"), '')
  })
})
