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
import { join, resolve } from 'node:path'
import t, { type Test } from 'tap'
import { systemLayout } from '../../daemon/systemd/layout.ts'
import {
  currentVersion,
  planInstall,
  planRollback,
  planUninstall,
} from '../../daemon/systemd/plan-install.ts'
import { releaseOf } from '../../daemon/systemd/release.ts'
import { carryOut, isDone, type Step, stepText } from '../../daemon/systemd/steps.ts'
import { startHere } from '../support/command-here.ts'
import { stateFolder } from '../support/state-folder.ts'

const root = resolve(import.meta.dirname, '../..')

/** A latchd of a few files: what is installed, not what it does, is looked at. */
function smallPackage(t: Test, version: string): string {
  // Not a folder of tap's: above those is our node_modules, with a real Node.
  const folder = stateFolder(t)
  writeTree(folder, {
    'package.json': JSON.stringify({ name: 'latchd', version, dependencies: { a: '1.0.0' } }),
    bin: { 'latchd.mjs': `console.log('${version}')` },
    daemon: { 'main.ts': '', systemd: {} },
    node_modules: {
      a: { 'package.json': '{"dependencies":{"b":"1.0.0"}}', 'index.js': '' },
      b: { 'package.json': '{}' },
      unused: { 'package.json': '{}' },
    },
  })
  for (const name of readdirSync(join(root, 'daemon/systemd'))) {
    if (name.endsWith('.ts')) continue
    const text = readFileSync(join(root, 'daemon/systemd', name), 'utf8')
    writeFileSync(join(folder, 'daemon/systemd', name), `${text}# of ${version}\n`)
  }
  return folder
}

interface Tree {
  readonly [name: string]: string | Tree
}

function writeTree(folder: string, tree: Tree): void {
  mkdirSync(folder, { recursive: true })
  for (const [name, entry] of Object.entries(tree)) {
    if (typeof entry === 'string') writeFileSync(join(folder, name), entry)
    else writeTree(join(folder, name), entry)
  }
}

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

function planOf(t: Test, folder: string, version: string): Step[] {
  const packageRoot = smallPackage(t, version)
  return planInstall({
    layout: systemLayout(folder),
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

t.test('--dry-run says what would be done, and does nothing', async t => {
  const folder = stateFolder(t)
  const { code, stdout } = await startHere(t, ['install', '--root', folder, '--dry-run']).ended
  t.equal(code, 0)
  for (const line of stdout.trim().split('\n')) t.match(line, /^would (copy|make|write|link) /)
  t.strictSame(readdirSync(folder), [])
})

t.test('a user’s latchd is all in the home of the user', async t => {
  const folder = stateFolder(t)
  const flags = ['install', '--user', '--root', folder, '--dry-run']
  const { stdout } = await startHere(t, flags, { env: { HOME: '/home/ada' } }).ended
  for (const line of stdout.trim().split('\n')) t.ok(line.includes(`${folder}/home/ada/.`), line)
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

t.test('uninstall keeps state and configuration, and --purge does not', async t => {
  const folder = stateFolder(t)
  install(planOf(t, folder, '1.0.0'))
  mkdirSync(join(folder, 'var/lib/latchd'), { recursive: true })
  writeFileSync(join(folder, 'var/lib/latchd/latchd.db'), '')
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
