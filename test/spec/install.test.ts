/** `latchd install` and `latchd uninstall`, under a root of the test's own. */

import { execFileSync, spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { doInstall } from '../../daemon/cli/commands/install.ts'
import { checkService } from '../../daemon/cli/doctor/check-service.ts'
import {
  currentLink,
  type Layout,
  previousLink,
  systemLayout,
  userLayout,
} from '../../daemon/systemd/layout.ts'
import {
  currentVersion,
  planInstall,
  planRollback,
  planUninstall,
} from '../../daemon/systemd/plan-install.ts'
import { releaseOf } from '../../daemon/systemd/release.ts'
import type { ServiceState } from '../../daemon/systemd/service-state.ts'
import { carryOut, isDone, type Step, stepText } from '../../daemon/systemd/steps.ts'
import { startHere } from '../support/command-here.ts'
import { smallPackage, writeTree } from '../support/small-package.ts'
import { stateFolder } from '../support/state-folder.ts'

/** A folder in memory where there is room: a release has 260 MB, which a busy disk takes long for. */
function roomyFolder(t: Test): string {
  const memory = '/dev/shm'
  if (!existsSync(memory)) return stateFolder(t)
  const { bavail, bsize } = statfsSync(memory)
  if (bavail * bsize < ROOM_BYTES) return stateFolder(t)
  const folder = mkdtempSync(join(memory, 'latchd-test-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}
const ROOM_BYTES = 2 ** 30

/** Does what is to be done, but for commands; gives what was. */
function install(steps: readonly Step[]): string[] {
  const left = steps.filter(step => step.kind !== 'run' && !isDone(step))
  for (const step of left) carryOut(step)
  return left.map(stepText)
}

/** @param at a layout, or the root of a machine's */
function planOf(t: Test, at: Layout | string, version: string): Step[] {
  const packageRoot = smallPackage(t, version)
  return planInstall({
    layout: typeof at === 'string' ? systemLayout(at) : at,
    packageRoot,
    release: releaseOf(packageRoot, '/bin/sh'),
    secret: `secret of ${version}`,
    hasNetwork: false,
  })
}

t.test('an installed latchd runs by itself, with what the running one brings along', async t => {
  const folder = roomyFolder(t)
  const { code, stdout, stderr } = await startHere(t, ['install', '--root', folder]).ended
  t.strictSame([code, stderr], [0, ''])
  t.match(stdout, /^copy latchd \S+ and its Node to \S+\n/)
  const command = join(folder, 'usr/local/bin/latchd')
  const program = join(folder, 'program.ts')
  writeFileSync(program, 'const n: number = 42; sleep(1); n')
  const ran = execFileSync('env', ['-i', 'PATH=/usr/bin:/bin', command, 'run', program], {
    cwd: '/',
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  t.equal(ran, '42\n')
  const release = join(folder, 'opt/latchd/current')
  t.notOk(existsSync(join(release, 'lib/node_modules/tap')), 'nothing of development')
  t.equal(statSync(join(folder, 'etc/latchd/token')).mode & 0o777, 0o600)
  t.match(readFileSync(join(folder, 'etc/latchd/token'), 'utf8'), /^[\w-]{43}\n$/)
})

t.test('--dry-run says what would be done, for a user all in the home of the user', async t => {
  const folder = stateFolder(t)
  const flags = ['install', '--user', '--root', folder, '--dry-run']
  const { code, stdout } = await startHere(t, flags, { env: { HOME: '/home/ada' } }).ended
  t.equal(code, 0)
  for (const line of stdout.trim().split('\n')) {
    t.match(line, /^would (copy|make|write|link) /)
    t.ok(line.includes(`${folder}/home/ada/.`), line)
  }
  t.strictSame(readdirSync(folder), [])
})

t.test('an upgrade keeps token and configuration, and rollback goes back and forth', async t => {
  const folder = stateFolder(t)
  const layout = systemLayout(folder)
  const etc = (name: string) => readFileSync(join(folder, 'etc/latchd', name), 'utf8')
  const unit = () => readFileSync(join(folder, 'etc/systemd/system/latchd.service'), 'utf8')
  install(planOf(t, folder, '1.0.0'))
  writeFileSync(join(folder, 'etc/latchd/latchd.config.json'), '{"maxQueue": 5}')
  install(planOf(t, folder, '1.1.0'))
  t.strictSame(
    [currentVersion(layout), etc('token'), etc('latchd.config.json')],
    ['1.1.0', 'secret of 1.0.0\n', '{"maxQueue": 5}'],
  )
  t.match(unit(), /# of 1\.1\.0\n$/)
  install(planRollback(layout))
  t.equal(currentVersion(layout), '1.0.0')
  t.match(unit(), /# of 1\.0\.0\n$/)
  install(planRollback(layout))
  t.equal(currentVersion(layout), '1.1.0')
})

t.test('the releases of before the last one are removed', async t => {
  const folder = stateFolder(t)
  for (const version of ['1.0.0', '1.1.0', '1.2.0']) install(planOf(t, folder, version))
  t.strictSame(readdirSync(join(folder, 'opt/latchd')), ['1.1.0', '1.2.0', 'current', 'previous'])
  t.equal(readlinkSync(join(folder, 'opt/latchd/previous')), '1.1.0')
})

t.test('to install the same once more does nothing', async t => {
  const folder = stateFolder(t)
  const steps = planOf(t, folder, '1.0.0')
  t.not(install(steps).length, 0)
  t.strictSame(install(steps), [])
})

t.test('a release has the packages that it needs, and no others', async t => {
  const folder = stateFolder(t)
  install(planOf(t, folder, '1.0.0'))
  const release = join(folder, 'opt/latchd/1.0.0')
  t.strictSame(readdirSync(join(release, 'lib/node_modules')), ['a', 'b'])
  t.strictSame(readdirSync(join(release, 'bin')), ['latchd', 'node'])
})

t.test('packages that npm has put beside latchd stay beside it', async t => {
  const folder = stateFolder(t)
  const manifest = {
    name: 'latchd',
    version: '2.0.0',
    dependencies: { a: '1.0.0', '@of/b': '1.0.0' },
  }
  writeTree(folder, {
    node_modules: {
      a: { 'package.json': '{}' },
      latchd: {
        'package.json': JSON.stringify(manifest),
        dist: { 'main.js': '' },
        node_modules: { '@of': { b: { 'package.json': '{}' } } },
      },
    },
  })
  const { files } = releaseOf(join(folder, 'node_modules/latchd'), '/bin/sh')
  t.strictSame(
    files.map(({ to }) => to),
    [
      'bin/node',
      'lib/package.json',
      'lib/dist/main.js',
      'node_modules/a/package.json',
      'lib/node_modules/@of/b/package.json',
    ],
  )
})

t.test('the manager is told of new units, and starts the sockets before the daemon', async t => {
  const steps = planOf(t, stateFolder(t), '1.0.0')
  t.strictSame(
    steps.flatMap(step =>
      step.kind === 'run' && step.command[0] === 'systemctl' ? [step.command.slice(1)] : [],
    ),
    [
      ['daemon-reload'],
      ['enable', 'latchd.socket', 'latchd.service'],
      ['start', 'latchd.socket'],
      ['restart', 'latchd.service'],
    ],
  )
})

t.test('a package that is missing is named', async t => {
  const packageRoot = smallPackage(t, '1.0.0')
  writeFileSync(join(packageRoot, 'package.json'), '{"dependencies":{"absent":"1.0.0"}}')
  t.throws(() => releaseOf(packageRoot, '/bin/sh'), {
    message: `Cannot find the package absent, which ${packageRoot} needs; run npm ci`,
  })
})

t.test('there is no going back from a first release', async t => {
  const folder = stateFolder(t)
  install(planOf(t, folder, '1.0.0'))
  const { code, stderr } = await startHere(t, ['install', '--rollback', '--root', folder]).ended
  t.strictSame(
    [code, stderr],
    [2, `latchd: Cannot go back: ${folder}/opt/latchd holds no release before 1.0.0\n`],
  )
})

/** Upgrades a user's latchd 1.0.0, with a systemctl that restarts no release but one. */
function upgrade(t: Test, goesBack: boolean, startable: string) {
  const folder = stateFolder(t)
  const layout = userLayout(folder, 'home/ada')
  install(planOf(t, layout, '1.0.0'))
  const steps = planOf(t, layout, '1.1.0')
  const systemctl = `#!/bin/sh
[ "$2" != restart ] || [ "$(readlink ${currentLink(layout)})" = '${startable}' ] || {
  echo 'Job for latchd.service failed' >&2
  exit 1
}`
  mkdirSync(join(folder, 'bin'))
  writeFileSync(join(folder, 'bin/systemctl'), systemctl, { mode: 0o755 })
  const { PATH } = process.env
  process.env.PATH = `${folder}/bin:${PATH}`
  t.teardown(() => {
    process.env.PATH = PATH
  })
  let stderr = ''
  const write = (text: string) => {
    stderr += text
  }
  const terminal = { stdout: { write: () => {} }, stderr: { write } }
  const code = doInstall(layout, steps, { runs: true, isDry: false, terminal, goesBack })
  return { code, stderr, layout, version: currentVersion(layout) }
}

const notReady =
  'latchd: 1.1.0 does not become ready: Cannot run systemctl --user restart latchd.service: Job for latchd.service failed\n'

t.test('an upgrade that does not become ready says how to go back', async t => {
  const { code, stderr, layout, version } = upgrade(t, false, 'none')
  const command = `${previousLink(layout)}/bin/latchd install --user --rollback`
  const told = `${notReady}latchd: to go back to 1.0.0: ${command}\n`
  t.strictSame([code, stderr, version], [1, told, '1.1.0'])
})

t.test('--rollback-on-failure goes back by itself', async t => {
  const { code, stderr, version } = upgrade(t, true, '1.0.0')
  t.strictSame([code, stderr, version], [1, notReady, '1.0.0'])
})

t.test('uninstall keeps state and configuration, and --purge does not', async t => {
  const folder = stateFolder(t)
  install(planOf(t, folder, '1.0.0'))
  mkdirSync(join(folder, 'var/lib/latchd'), { recursive: true })
  writeFileSync(join(folder, 'var/lib/latchd/latchd.db'), '')
  const dropIns = join(folder, 'etc/systemd/system/latchd.service.d')
  mkdirSync(dropIns)
  for (const name of ['mine.conf', 'network.conf']) writeFileSync(join(dropIns, name), '')
  const left = () =>
    spawnSync('find', ['.', '-type', 'f'], { cwd: folder, encoding: 'utf8' })
      .stdout.trim()
      .split('\n')
      .sort()
  const { code } = await startHere(t, ['uninstall', '--root', folder]).ended
  t.equal(code, 0)
  t.strictSame(left(), [
    './etc/latchd/latchd.config.json',
    './etc/latchd/token',
    './etc/systemd/system/latchd.service.d/mine.conf',
    './etc/sysusers.d/latchd.conf',
    './var/lib/latchd/latchd.db',
  ])
  await startHere(t, ['uninstall', '--purge', '--root', folder]).ended
  t.strictSame(left(), [''])
})

t.test('another latchd on the path keeps its name', async t => {
  const folder = stateFolder(t)
  mkdirSync(join(folder, 'usr/local/bin'), { recursive: true })
  writeFileSync(join(folder, 'usr/local/bin/latchd'), 'of npm')
  install(planOf(t, folder, '1.0.0'))
  install(planUninstall(systemLayout(folder), true))
  t.equal(readFileSync(join(folder, 'usr/local/bin/latchd'), 'utf8'), 'of npm')
})

t.test('without a manager of the user the command says so', async t => {
  const env = { HOME: '/home/ada', XDG_RUNTIME_DIR: '/nowhere' }
  const { code, stderr } = await startHere(t, ['install', '--user'], { env }).ended
  t.equal(code, 2)
  t.match(stderr, /^latchd: Cannot install: no systemd of this user runs \(XDG_RUNTIME_DIR\)/)
})

/** What doctor says of an installed latchd 1.0.0 that is well, but for what a test says. */
function findings(t: Test, layout: Layout, differing: Partial<ServiceState> = {}) {
  install(planOf(t, layout, '1.0.0'))
  const { shown, ...others } = differing
  const state = {
    shown: { ActiveState: 'active', WatchdogUSec: '30s', IPAddressDeny: '::/0', ...shown },
    commandLine: `${layout.releases}/1.0.0/bin/node serve`,
    stays: true,
    ...others,
  }
  return checkService(layout, () => state).map(({ status, text }) => `${status} ${text}`)
}

t.test('doctor says nothing of a service that is not installed', async t => {
  const asked = () => t.fail('the manager is asked')
  t.strictSame(checkService(systemLayout(stateFolder(t)), asked as never), [])
})

t.test('doctor says that the service is well', async t => {
  const subject = 'ok latchd 1.0.0 is installed, latchd.service is active, watchdog 30s'
  const system = systemLayout(stateFolder(t))
  t.strictSame(findings(t, system), [`${subject}, reaches this machine alone`])
  const open = findings(t, system, { shown: { IPAddressDeny: '' } })
  t.strictSame(open, [`${subject}, reaches other machines`])
  t.strictSame(findings(t, userLayout(stateFolder(t), 'home/ada')), [subject])
})

t.test('doctor says what is not as it was installed, and what to do', async t => {
  const layout = userLayout(stateFolder(t), 'home/ada')
  const shown = {
    NRestarts: '2',
    WatchdogUSec: 'infinity',
    NeedDaemonReload: 'yes',
    UnitFileState: 'disabled',
  }
  const commandLine = `${layout.releases}/0.9.0/bin/node serve`
  const [, ...warnings] = findings(t, layout, { shown, commandLine, stays: false })
  t.strictSame(warnings, [
    'warn 0.9.0 runs, and 1.0.0 is installed: systemctl --user restart latchd.service',
    'warn systemd has started it again (2): journalctl --user -u latchd.service',
    'warn its watchdog is off: one that hangs stays',
    'warn its unit has changed: systemctl --user daemon-reload',
    'warn no boot starts it: systemctl --user enable latchd.service',
    'warn it ends with the last session of this user: loginctl enable-linger',
  ])
})

t.test('a service that has failed is a check that fails', async t => {
  const shown = { ActiveState: 'failed', Result: 'watchdog' }
  t.strictSame(findings(t, systemLayout(stateFolder(t)), { shown }), [
    'fail latchd 1.0.0 is installed, latchd.service is failed (watchdog): journalctl -u latchd.service says why',
  ])
})
