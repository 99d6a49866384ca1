/** The guides: every example in them is run. */

import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { format, promisify } from 'node:util'
import { LLMock } from '@copilotkit/aimock'
import t, { type Test } from 'tap'
import { errorTable } from '../../protocol/errors.ts'
import { guestErrorNames } from '../../protocol/tool/guest-errors.ts'
import { startHere } from '../support/command-here.ts'
import { post, testDaemon } from '../support/daemon.ts'
import { errorGuide } from './generate-error-table.ts'

const root = resolve(import.meta.dirname, '../..')

interface Block {
  /** What stands behind the fence. */
  readonly kind: string
  readonly text: string
}

function blocksOf(guide: string): readonly Block[] {
  const text = readFileSync(join(root, 'docs', `${guide}.md`), 'utf8')
  return [...text.matchAll(/^```(.*)\n([\s\S]*?)^```$/gm)].map(([, kind = '', text = '']) => ({
    kind,
    text: text.trimEnd(),
  }))
}

/** The package's own names, which resolve here to the sources. */
const entries: Record<string, string> = {
  latchd: 'sdk/index.ts',
  'latchd/agents': 'sdk/agents/index.ts',
  'latchd/executor': 'executor/index.ts',
  'latchd/protocol': 'protocol/index.ts',
}

const fromSources = (text: string) =>
  text.replace(/from '(latchd(?:\/\w+)?)'/g, (whole, name: string) => {
    const entry = entries[name]
    return entry === undefined ? whole : `from '${pathToFileURL(join(root, entry))}'`
  })

/** A folder in which the guides' files run, and a daemon with their tool modules. */
async function open(t: Test, guides: readonly string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'latchd-docs-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  const write = (name: string, text: string) => {
    writeFileSync(join(folder, name), fromSources(text))
    return join(folder, name)
  }
  const modules = guides
    .flatMap(blocksOf)
    .filter(({ kind }) => kind === 'ts tools')
    .map(({ text }, i) => write(`tools-${i}.ts`, text))
  const { url } = await testDaemon(t, { LATCHD_TOOLS: modules.join() })
  return { url, write }
}

/** What an example prints on the console of this process. */
async function printed(t: Test, file: string): Promise<string> {
  const log = t.capture(console, 'log', () => {})
  await import(pathToFileURL(file).href)
  return log()
    .map(({ args }) => format(...args))
    .join('\n')
}

/** Runs the examples of a guide in order, and counts them. */
async function runExamples(
  t: Test,
  { url, write }: Awaited<ReturnType<typeof open>>,
  guide: string,
): Promise<number> {
  const blocks = blocksOf(guide)
  const local = (text: string) => text.replaceAll('http://127.0.0.1:7070', url)
  let examples = 0
  for (const [i, { kind, text }] of blocks.entries()) {
    const expected = blocks[i + 1]?.text ?? ''
    const [first = ''] = text.split('\n')
    examples++
    if (kind === 'js guest') {
      const [source = '', told = ''] = text.split('\n// → ')
      const { body } = await post(`${url}/v1/execute`, { source })
      t.equal(body.output?.text ?? body.error?.message, told.replaceAll('\n// ', '\n'), source)
    } else if (kind === 'js guest failing') {
      const { body } = await post(`${url}/v1/execute`, { source: text })
      const { code, name, message, line, column, frame } = body.error
      const told = `${code} ${name}: ${message} (line ${line}, column ${column})\n${frame}`
      t.equal(told, expected, first)
    } else if (kind === 'ts app') {
      t.equal(await printed(t, write(`${guide}-${i}.ts`, local(text))), expected, first)
    } else if (kind === 'sh curl') {
      const { stdout } = await promisify(execFile)('sh', ['-c', local(text)])
      t.match(JSON.parse(stdout), JSON.parse(expected), text)
    } else if (kind === 'sh latchd') {
      const [, ...args] = text.split(' ')
      const { stdout } = await startHere(t, args, { env: { LATCHD_URL: url } }).ended
      t.match(stdout, withGaps(expected), text)
    } else examples--
  }
  return examples
}

/** A text in which … stands for anything on that line. */
function withGaps(text: string): RegExp {
  const parts = text.split('…').map(part => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${parts.join('\\S+\\s*?').replaceAll('  ', ' +')}\\n`)
}

t.test('each example of the guides gives what stands behind it', async t => {
  const examples = {
    ...{ tools: 18, approvals: 5, errors: 4, 'code-tool': 4, async: 3 },
    ...{ http: 3, console: 1, language: 5, client: 6, agents: 1, files: 5 },
  }
  const opened = await open(t, Object.keys(examples))
  const mock = new LLMock({ port: 0 })
  const answers = [
    { toolCalls: [{ id: 'call_1', name: 'run_program', arguments: '{"source": "add(20, 22)"}' }] },
    { content: 'It is 42.' },
  ]
  mock.on({ predicate: () => true }, () => answers.shift() ?? { content: 'asked too often' })
  await mock.start()
  t.teardown(() => mock.stop())
  setEnvironment(t, { OPENAI_BASE_URL: `${mock.url}/v1`, OPENAI_API_KEY: 'none' })
  const model = pathToFileURL(join(root, 'test/support/ai-sdk-model.ts'))
  opened.write(
    'model.ts',
    `import { aiSdkModel } from '${model}'
     const source = "population('Paris') + population('Lyon')"
     export const model = aiSdkModel(([result]) =>
       result === undefined ? [{ source }] : result.output + ' people.')`,
  )
  for (const [guide, count] of Object.entries(examples)) {
    await t.test(`docs/${guide}.md`, async t => {
      t.equal(await runExamples(t, opened, guide), count)
    })
  }
})

/** Sets variables of this process for the time of a test. */
function setEnvironment(t: Test, variables: Record<string, string>): void {
  const before = { ...process.env }
  Object.assign(process.env, variables)
  t.teardown(() => {
    for (const name of Object.keys(variables)) {
      if (before[name] === undefined) delete process.env[name]
      else process.env[name] = before[name]
    }
  })
}

t.test('the tables of errors are those of the code', async t => {
  const { is, shouldBe } = errorGuide()
  t.equal(is, shouldBe, 'node test/spec/generate-error-table.ts writes them')
  for (const code of Object.keys(errorTable)) t.ok(shouldBe.includes(`| \`${code}\` |`), code)
  for (const [code, name] of Object.entries(guestErrorNames)) {
    t.ok(shouldBe.includes(`| \`${name}\` | \`${code}\` |`), name)
  }
})
