import { resolve } from 'node:path'
import t from 'tap'
import { loadToolModules } from '../../daemon/tools/load-modules.ts'
import { CallContext } from '../../protocol/tool/call-context.ts'

const folder = resolve(import.meta.dirname, '../fixtures/tools')
const load = (...paths: string[]) => loadToolModules(paths, folder)

/** The names of the tools of modules, and what is said of those that are left out. */
async function loadWithWarnings(...paths: string[]) {
  const warnings: string[] = []
  const tools = await loadToolModules(paths, folder, { onWarning: text => warnings.push(text) })
  return { names: tools.map(({ name }) => name), warnings }
}
const context = new CallContext({
  callId: 'call',
  executionId: 'exe',
  sessionId: undefined,
  caller: 'local',
  metadata: {},
  onProgress() {},
})

t.test('the default export of a module is one tool, a list or a record of them', async t => {
  const tools = await load(
    'one-tool.ts',
    './list-of-tools.mjs',
    resolve(folder, 'record-of-tools.js'),
  )
  t.strictSame(
    tools.map(({ name, description }) => [name, description]),
    [
      ['double', 'Doubles a number.'],
      ['first', 'The first.'],
      ['second', 'The second.'],
      ['third', ''],
      ['plain', ''],
      ['described', 'Has no name.'],
      ['key', 'Has a name.'],
    ],
  )
})

t.test('a loaded tool can be called', async t => {
  const [double, , second] = await load('one-tool.ts', 'list-of-tools.mjs')
  t.equal(await double?.execute([21], context), 42)
  t.equal(await second?.execute({ x: 3 }, context), 3)
})

t.test('without modules there are no tools', async t => t.strictSame(await load(), []))

t.test('a module that cannot be used is refused with its path and what is wrong', async t => {
  const reasons: Record<string, RegExp> = {
    'nowhere.ts': /: there is no such file$/,
    bad: /: it is not a file$/,
    'bad/module.txt': /: its name must end in \.ts, \.mjs or \.js$/,
    'bad/syntax.mjs': /: it does not parse: Unexpected token ',' \(line 3\)$/,
    'bad/syntax.ts': /: it does not parse: Unexpected token `,`.* \(line 3\)$/,
    'bad/enum.ts': /: it does not parse: TypeScript enum is not supported.* \(line 2\)$/,
    'bad/import.mjs': /: Cannot find module '.*nowhere\.mjs' imported from .*import\.mjs$/,
    'bad/throws.mjs': /: it throws while it is loaded: no database$/,
    'bad/named.mjs': /: it has no default export, only add$/,
    'bad/idle.mjs': /: its default export is no tool .*"idle": it has neither execute nor forward$/,
    'bad/anonymous.mjs': /: its default export is a function without a name$/,
    'bad/global.mjs': /: its default export is no tool .*: JSON is a standard global/,
    'bad/empty.mjs': /: its default export holds no tool$/,
  }
  for (const [path, reason] of Object.entries(reasons)) {
    await t.test(path, async t => {
      const error = await load('one-tool.ts', path).catch(error => error)
      t.match(error, { name: 'LatchdError', code: 'TOOL_INVALID' })
      t.match(error.message, reason)
      t.ok(error.message.startsWith(`Cannot load the tool module ${path}: `), error.message)
      t.notMatch(error.message, '\n', 'it is one line')
    })
  }
})

t.test('of two tools with one name the first is there', async t => {
  t.strictSame(await loadWithWarnings('one-tool.ts', 'bad/double.mjs'), {
    names: ['double'],
    warnings: ['bad/double.mjs: the tool "double" is left out: it is also in one-tool.ts'],
  })
})

t.test('a tool that cannot be taken leaves the others of its module alone', async t => {
  const { names, warnings } = await loadWithWarnings('bad/text.mjs')
  t.strictSame(names, ['fine'])
  t.match(warnings, [
    /^Cannot load .*bad\/text\.mjs: element 1 of its default export .*: it is a string$/,
  ])
})
