import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import t, { type Test } from 'tap'
import { settingKeys, settingOf } from '../../daemon/config/settings.ts'
import { post, testDaemon } from '../support/daemon.ts'

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
  t.ok(readme.split('\n').length <= 220)
})

t.test('the page on configuration names every variable', async t => {
  const page = readFileSync(join(root, 'docs/configuration.md'), 'utf8')
  for (const key of settingKeys) {
    const { env } = settingOf(key)
    t.ok(page.includes(`\`${env}\``), env)
  }
})
