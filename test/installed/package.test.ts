/** The package as its users get it: packed, installed into an empty app, run there. */

import { execFile } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import t, { type Test } from 'tap'
import { startProcess } from '../support/command-process.ts'
import { testDaemon } from '../support/daemon.ts'
import { type StartCommand, serve } from '../support/running-command.ts'

const root = resolve(import.meta.dirname, '../..')

/** Runs a command as a user does: the test runner's Node options stay behind, though it adds them late. */
function run(command: string, args: readonly string[], options: { cwd: string }) {
  return promisify(execFile)('env', ['-u', 'NODE_OPTIONS', command, ...args], {
    env: environment(),
    ...options,
  })
}

/** The environment of a user: the pinned Node first, nothing of the test runner. */
function environment(): NodeJS.ProcessEnv {
  const clean = Object.entries(process.env).filter(([name]) => !/^(TAP|npm_|LATCHD_)/.test(name))
  return { ...Object.fromEntries(clean), PATH: `${dirname(process.execPath)}:${process.env.PATH}` }
}

function temporary(t: Test): string {
  const folder = mkdtempSync(join(tmpdir(), 'latchd-package-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A copy of the tree, since packing rewrites package.json for a moment, and what was packed of it. */
interface Packed {
  readonly folder: string
  readonly tarball: string
}

async function pack(t: Test): Promise<Packed> {
  const folder = temporary(t)
  const { stdout } = await run('git', ['ls-files', '-co', '--exclude-standard'], { cwd: root })
  for (const file of stdout.trim().split('\n')) {
    if (/^test\//.test(file) || !existsSync(join(root, file))) continue
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    cpSync(join(root, file), join(folder, file))
  }
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  const packed = await run('npm', ['pack', '--json'], { cwd: folder })
  const [{ filename }] = JSON.parse(packed.stdout.slice(packed.stdout.indexOf('[\n')))
  return { folder, tarball: join(folder, filename) }
}

const { folder, tarball } = await pack(t)

t.test('the package runs in an empty app and brings no Node', async t => {
  const app = temporary(t)
  writeFileSync(join(app, 'package.json'), '{"name":"app","private":true,"type":"module"}')
  await run(
    'npm',
    ['install', '--prefer-offline', '--fetch-retries=1', '--no-audit', '--no-fund', tarball],
    { cwd: app },
  )

  t.test('no Node, no native add-on, no install script came along', async t => {
    const installed = readdirSync(join(app, 'node_modules'))
    t.strictSame(
      installed.filter(name => /^node-(linux|darwin|win|bin)/.test(name)),
      [],
    )
    const { scripts, optionalDependencies, devDependencies } = JSON.parse(
      readFileSync(join(app, 'node_modules/latchd/package.json'), 'utf8'),
    )
    t.strictSame(
      [scripts, optionalDependencies, devDependencies],
      [undefined, undefined, undefined],
    )
    const { dependencies } = JSON.parse(
      readFileSync(join(app, 'node_modules/latchd/package.json'), 'utf8'),
    )
    t.match([dependencies.zod, dependencies.openai], [/^\^/, /^\^/], 'an app’s own is taken')
    const lock = readFileSync(join(app, 'package-lock.json'), 'utf8')
    t.notMatch(lock, 'hasInstallScript')
  })

  t.test(
    'the app examples of the README and of the guides print what stands behind them',
    async t => {
      const { url } = await testDaemon(t)
      const pages = ['README.md', 'docs/client.md', 'docs/agents.md']
      const text = pages.map(page => readFileSync(join(root, page), 'utf8')).join('\n')
      const examples = [
        ...text.matchAll(/^```ts app\n([\s\S]*?)^```\n\n```text\n([\s\S]*?)^```$/gm),
      ]
      t.ok(examples.length >= 8)
      for (const [i, [, source = '', printed]] of examples.entries()) {
        writeFileSync(join(app, `example-${i}.ts`), source.replace('http://127.0.0.1:7070', url))
        const { stdout } = await run('node', [`example-${i}.ts`], { cwd: app })
        t.equal(stdout, printed)
      }
    },
  )

  t.test('the command runs a program', async t => {
    writeFileSync(join(app, 'program.js'), 'sleep(5); [1, 2].map(n => n * 21)')
    const { stdout } = await run('npx', ['--no', 'latchd', 'run', 'program.js'], { cwd: app })
    t.equal(stdout, '[ 21, 42 ]\n')
  })

  t.test('the command finds the compiler that checks types', async t => {
    writeFileSync(join(app, 'checked.ts'), 'if (false) nothing; 42')
    const args = ['--no', 'latchd', 'run', 'checked.ts', '--typecheck', 'warn']
    const { stdout, stderr } = await run('npx', args, { cwd: app })
    t.equal(stdout, '42\n')
    t.match(stderr, /TS2304: Cannot find name 'nothing'/)
  })

  t.test('the daemon has its console, also under permissions', async t => {
    const script = [join(app, 'node_modules/latchd/bin/latchd.mjs')]
    const start: StartCommand = (t, args, options) => startProcess(t, args, { ...options, script })
    const { url } = await serve(start, t, ['--allow', 'none'])
    const page = await (await fetch(`${url}/console/playground`)).text()
    const files = Array.from(
      page.matchAll(/"(\/console\/(?:static|modules)\/[^"]+)"/g),
      ([, file = '']) => file,
    )
    t.ok(files.length >= 5, files.join(' '))
    for (const file of files) {
      const response = await fetch(`${url}${file}`)
      await response.text()
      t.equal(response.status, 200, file)
    }
  })

  t.test('the protocol is there for those who check shapes', async t => {
    writeFileSync(
      join(app, 'protocol.js'),
      "import { limitTable } from 'latchd/protocol'; console.log(limitTable.cpuMs.default)",
    )
    const { stdout } = await run('node', ['protocol.js'], { cwd: app })
    t.equal(stdout, '10000\n')
  })
})

t.test('the client by itself is small, and runs without the engine', async t => {
  // `npm run build:client`, of which packing has done the first half.
  await run('node', ['packages/client/make.ts'], { cwd: folder })
  const app = temporary(t)
  const packed = await run('npm', ['pack', '--json', join(folder, 'packages/client/package')], {
    cwd: app,
  })
  const [{ filename }] = JSON.parse(packed.stdout.slice(packed.stdout.indexOf('[\n')))
  writeFileSync(join(app, 'package.json'), '{"name":"app","private":true,"type":"module"}')
  const quiet = ['--prefer-offline', '--fetch-retries=1', '--no-audit', '--no-fund']
  await run('npm', ['install', ...quiet, join(app, filename)], { cwd: app })
  const installed = readdirSync(join(app, 'node_modules')).filter(name => !name.startsWith('.'))
  t.strictSame(installed.sort(), [
    '@cfworker',
    'cockatiel',
    'devalue',
    'eventsource-parser',
    'latchd-client',
    'p-throttle',
    're2js',
    'zod',
  ])
  const { url } = await testDaemon(t)
  writeFileSync(
    join(app, 'app.js'),
    `import { Latchd, tool } from 'latchd-client'
     import { CodeAgent } from 'latchd-client/agents'
     const latchd = new Latchd({ url: '${url}' })
     const schema = { type: 'object', properties: { a: { type: 'number' } } }
     const double = tool({ name: 'double', description: '', inputSchema: schema, execute: ({ a }) => 2 * a })
     const { output } = await latchd.executeOrThrow({ source: 'double(21)', tools: [double] })
     console.log(output, typeof CodeAgent)
     await latchd.close()`,
  )
  t.equal((await run('node', ['app.js'], { cwd: app })).stdout, '42 function\n')
})
