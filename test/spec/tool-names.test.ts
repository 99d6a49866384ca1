/** What programs call their tools, however those are named. */

import t from 'tap'
import { toolDeclarations } from '../../protocol/tool/declarations.ts'
import { describeForPrompt } from '../../protocol/tool/prompt-text.ts'
import { toolGlobals } from '../../protocol/tool/tool-globals.ts'
import { Latchd } from '../../sdk/index.ts'
import { fixture, post, testDaemon } from '../support/daemon.ts'
import { outputOf, startExecutor } from '../support/executor.ts'

const named = (name: string, fields: object = {}) => ({
  name,
  description: '',
  execute: async () => name,
  ...fields,
})
const executor = startExecutor(t)
const daemon = await testDaemon(t, { LATCHD_TOOLS: fixture('tools/foreign.ts') })
const latchd = new Latchd({ url: daemon.url })
t.teardown(() => latchd.close())

/** What a program of the daemon gives, by plain HTTP. */
const gives = async (source: string, more: object = {}) => {
  const { body } = await post(`${daemon.url}/v1/execute`, { source, ...more })
  return body.status === 'completed' ? body.output.value : body
}

t.test('a name that is an identifier has its global, whatever the order', async t => {
  const source = "[get_stock(), tools['get-stock'](), tools.get_stock()]"
  const twins = [named('get-stock'), named('get_stock')]
  for (const tools of [twins, [...twins].reverse()]) {
    t.strictSame(await outputOf(executor, { source, tools }), [
      'get_stock',
      'get-stock',
      'get_stock',
    ])
    const text = toolDeclarations(tools.map(({ name, description }) => ({ name, description })))
    t.equal(text.split('get_stock').length, 2)
    t.equal(text.split('get-stock').length, 2)
    t.match(text, 'declare function get_stock(')
    t.match(text, /declare const tools: \{\n {2}"get-stock"\(/)
  }
  t.strictSame(await gives("[get_stock(), tools['get-stock']()]"), ['plain', 'dashed'])
})

t.test('of twins that are no identifiers the first has the global', async t => {
  const tools = [named('a.b'), named('a-b')]
  t.strictSame(await outputOf(executor, { source: "[a_b(), tools['a-b']()]", tools }), [
    'a.b',
    'a-b',
  ])
})

t.test('the type check knows each tool under the names that work', async t => {
  const inputSchema = { type: 'object', properties: { n: { type: 'number' } }, required: ['n'] }
  const numbers = { type: 'object', properties: { m: { type: 'number' } }, required: ['m'] }
  const tools = [
    named('get-stock', { inputSchema: numbers }),
    named('get_stock', { inputSchema }),
    named('crm.find-contact', { inputSchema, namespace: 'crm' }),
  ]
  const check = async (source: string) =>
    (await executor.execute({ source, tools, typecheck: 'error' })).status
  const right = `get_stock({ n: 1 }); tools['get-stock']({ m: 1 })
    crm.find_contact(1); crm['find-contact']({ n: 1 }); crm_find_contact(1); tools['crm.find-contact'](1)`
  t.equal(await check(right), 'completed')
  for (const wrong of [
    'get_stock({ m: 1 })',
    "tools['get-stock']({ n: 1 })",
    "crm.find_contact('x')",
    "crm_find_contact('x')",
    'crm.find_contacts(1)',
  ]) {
    t.equal(await check(wrong), 'failed', wrong)
  }
})

t.test('imported tools named like globals leave those as they are', async t => {
  const source = `print('log line')
    const m = new Map([[1, 2]])
    ;[m.size, tools.print(), tools['eval'](), tools.delete(), tools.Map(), tools.parallel(), list_items(), print_(), Map_()]`
  const said = ['print', 'eval', 'delete', 'Map', 'parallel', 'list_items', 'print', 'Map']
  const { body } = await post(`${daemon.url}/v1/execute`, { source })
  t.strictSame(body.output.value, [1, ...said.map(name => `did ${name}`)])
  t.match(body.logs, [{ text: 'log line' }])
  const text = await (await fetch(`${daemon.url}/v1/tools?format=typescript`)).text()
  for (const name of ['eval', 'print', 'delete', 'Map', 'parallel', 'inputs']) {
    t.match(text, `declare function ${name}_(`)
    t.match(text, `tools["${name}"]`)
  }
  t.match(await gives('print_("x")', { typecheck: 'error' }), 'did print')
})

t.test('an imported tool that cannot be used is left out, and the others are there', async t => {
  const names = (await latchd.tools()).map(({ name }) => name)
  t.ok(names.includes('list_items'))
  t.notOk(names.some(name => name.length > 256 || name === 'broken'))
})

t.test(
  "a caller's own tool that clashes is refused, an imported one of a client is renamed",
  async t => {
    const own = { clientId: 'c', tools: [{ name: 'print' }] }
    t.match(await gives('1', { clientTools: own }), { code: 'INVALID_REQUEST' })
    const handler = async () => ({ content: [{ type: 'text', text: 'here' }] })
    const request = { source: '[print_(), tools.print()]', tools: [{ name: 'print', handler }] }
    t.strictSame((await latchd.execute(request)).output, ['here', 'here'])
    t.strictSame(await outputOf(executor, request), ['here', 'here'])
  },
)

t.test('a name that is taken gets a warning, and no further `_` clashes', async t => {
  const imported = { description: '', isImported: true }
  const { names, warnings } = toolGlobals([
    { name: 'print', ...imported },
    { name: 'print_', ...imported },
    { name: 'Map', ...imported },
    { name: 'final-answer', ...imported },
    { name: '__latchd_x', ...imported },
  ])
  t.strictSame(
    names.map(({ identifier }) => identifier),
    [undefined, 'print_', 'Map_', 'final_answer_', '___latchd_x'],
  )
  t.strictSame(
    names.map(({ spelling }) => spelling),
    ['tools["print"]', 'print_', 'Map_', 'final_answer_', '___latchd_x'],
  )
  t.match(warnings, [/^Tool "Map" is the global Map_/, /final_answer_/, /___latchd_x/])
})

t.test('the tools of a namespace are members of it', async t => {
  const of = (name: string) => named(name, { namespace: 'crm' })
  const tools = [
    of('crm.find-contact'),
    of('crm.find_contact'),
    of('crm.delete'),
    named('crm.loose'),
  ]
  const source = `[crm.find_contact(), crm['find-contact'](), crm.delete(), crm.loose === undefined,
    crm_find_contact(), crm_loose(), Object.keys(crm)]`
  const expected = [
    ...[
      'crm.find_contact',
      'crm.find-contact',
      'crm.delete',
      true,
      'crm.find-contact',
      'crm.loose',
    ],
    ['find-contact', 'find_contact', 'delete'],
  ]
  t.strictSame(await outputOf(executor, { source, tools }), expected)
  t.strictSame((await latchd.execute({ source, tools })).output, expected)
  const session = await executor.sessions.create()
  t.strictSame(
    (await session.execute({ source: 'const kept = crm.delete; kept()', tools })).output,
    'crm.delete',
  )
  t.strictSame((await session.execute({ source: '[kept(), crm.delete()]', tools })).output, [
    'crm.delete',
    'crm.delete',
  ])
})

t.test('a namespace leaves tools and standard globals their names', async t => {
  const tools = [
    named('github'),
    named('github.list', { namespace: 'github' }),
    named('console.open', { namespace: 'console' }),
  ]
  const source = 'console.log(1); [github(), github_.list(), console_.open()]'
  t.strictSame(await outputOf(executor, { source, tools }), [
    'github',
    'github.list',
    'console.open',
  ])
  const text = toolDeclarations(tools.map(({ execute: _, ...tool }) => tool))
  t.match(text, /declare const github_: \{[^}]*list\(/)
  t.match(text, /declare const console_: \{[^}]*open\(/)
  t.notMatch(text, 'github_list')
})

t.test('what stands in a list of many tools is how a program writes them', async t => {
  const many = Array.from({ length: 40 }, (_, i) => named(`tool-${i}`))
  const tools = [...many, named('tool_1'), named('search-tools'), named('a.b', { namespace: 'a' })]
  const text = describeForPrompt(tools.map(({ execute: _, ...tool }) => tool))
  t.match(text, /^- tools\["tool-1"\]$/m)
  t.match(text, /^- tool_2$/m)
  t.match(text, /^- tools\["search-tools"\]$/m)
  t.match(text, /^- a\.b$/m)
  const source = `[describe_tools('tool-1', 'a.b', 'tool_2'), search_tools('tool').length > 0]`
  const [described] = (await outputOf(executor, { source, tools })) as [string]
  t.match(described, '"tool-1"(')
  t.match(described, 'declare const a: {')
  t.match(described, 'declare function tool_2(')
})
