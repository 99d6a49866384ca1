import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import t, { type Test } from 'tap'
import { loadConfig } from '../../daemon/config/config.ts'
import { settingKeys, settingOf } from '../../daemon/config/settings.ts'
import { startDaemon } from '../../daemon/start-daemon.ts'
import { post, testDaemon, testSettings } from '../support/daemon.ts'
import { npmServer } from '../support/mcp.ts'
import { stateFolder } from '../support/state-folder.ts'

const root = resolve(import.meta.dirname, '../..')
const readme = readFileSync(join(root, 'README.md'), 'utf8')

interface Block {
  readonly kind: string
  readonly text: string
}

/** The fenced blocks in order; `kind` is what stands behind the fence. */
const blocks: readonly Block[] = [...readme.matchAll(/^```(.*)\n([\s\S]*?)^```$/gm)].map(
  ([, kind = '', text = '']) => ({ kind, text: text.trimEnd() }),
)

const ofKind = (kind: string) => blocks.filter(block => block.kind === kind)
const after = (block: Block) => blocks[blocks.indexOf(block) + 1] as Block

/** A daemon with the tools of the README's own tool module. */
async function readmeDaemon(t: Test) {
  const folder = mkdtempSync(join(tmpdir(), 'latchd-readme-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  const [tools] = ofKind('ts tools.ts')
  writeFileSync(join(folder, 'tools.ts'), (tools as Block).text)
  return await testDaemon(t, { LATCHD_TOOLS: join(folder, 'tools.ts') })
}

t.test('each program of the README gives what stands behind it', async t => {
  const { url } = await readmeDaemon(t)
  const programs = ofKind('js guest')
  t.ok(programs.length >= 2)
  for (const { text } of programs) {
    const [source = '', expected = ''] = text.split('\n// → ')
    const { body } = await post(`${url}/v1/execute`, { source })
    t.equal(body.output?.text ?? body.error?.message, expected, source)
  }
})

t.test('the servers and documents of the README are functions as it says', async t => {
  const folder = stateFolder(t)
  const [config] = ofKind('json config') as [Block]
  const written = JSON.parse(config.text)
  // What the README has run by npx is run from its package here, and must not write into it.
  const env = { MEMORY_FILE_PATH: join(folder, 'memory.jsonl') }
  Object.assign(written.mcpServers.memory, npmServer('memory'), { env })
  const shop = {
    openapi: '3.1.0',
    info: { title: 'Shop', version: '1' },
    paths: { '/orders': { get: { operationId: 'list_orders', responses: {} } } },
  }
  writeFileSync(join(folder, 'shop.yaml'), JSON.stringify(shop))
  const daemon = await startDaemon(
    loadConfig({
      flags: {},
      env: testSettings(t, { PATH: process.env.PATH as string }),
      cwd: folder,
      readFile: path => {
        if (path === join(folder, 'latchd.config.json')) return JSON.stringify(written)
        return undefined
      },
    }),
  )
  t.teardown(() => daemon.close())
  for (const call of ['memory.read_graph().entities', 'typeof shop.list_orders']) {
    t.ok(readme.includes(call.replace('typeof ', '')), call)
    const { body } = await post(`${daemon.url}/v1/execute`, { source: call })
    t.strictSame(body.output?.value ?? body.error, call.startsWith('typeof') ? 'function' : [])
  }
})

t.test('the failing program of the README fails as it says', async t => {
  const { url } = await readmeDaemon(t)
  const [program] = ofKind('js guest failing') as [Block]
  const { body } = await post(`${url}/v1/execute`, { source: program.text })
  const { code, name, message, line, column, frame, hint } = body.error
  const told = `${code} ${name}: ${message} (line ${line}, column ${column})\n${frame}\n${hint}`
  t.equal(told, after(program).text)
})

t.test('each curl command of the README answers what stands behind it', async t => {
  const { url } = await testDaemon(t)
  const commands = ofKind('sh curl')
  t.ok(commands.length >= 1)
  for (const command of commands) {
    // The README's port is the default one; the test's daemon has another.
    const text = command.text.replace('http://127.0.0.1:7070', url)
    const { stdout } = await promisify(execFile)('sh', ['-c', text])
    t.match(JSON.parse(stdout), JSON.parse(after(command).text))
  }
})

t.test('the README tells a newcomer exactly two commands', async t => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  for (const name of ['demo', 'test', 'start', 'bench']) t.ok(scripts[name], name)
  t.strictSame(
    ofKind('sh')
      .slice(0, 2)
      .map(block => block.text),
    ['npm ci && npm run demo', 'npm ci && npm test'],
  )
})

t.test('the README is a page that one reads', async t => {
  t.ok(readme.split('\n').length <= 235)
})

t.test('the page on configuration names every variable', async t => {
  const page = readFileSync(join(root, 'docs/configuration.md'), 'utf8')
  for (const key of settingKeys) {
    const { env } = settingOf(key)
    t.ok(page.includes(`\`${env}\``), env)
  }
})
