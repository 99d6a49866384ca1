/** What stands in a program's global scope: inputs, tools by their identifiers, and the reserved names. */

import t from 'tap'
import { createExecutor, LatchdError } from '../../executor/index.ts'
import type { ExecuteRequest, Executor } from '../../protocol/execution/executor.ts'
import { reservedWords, standardGlobals } from '../../protocol/tool/reserved-names.ts'
import { Latchd } from '../../sdk/index.ts'
import { testDaemon } from '../support/daemon.ts'
import { completed, failureOf, openExecutor, outputOf, startExecutor } from '../support/executor.ts'

const executor = startExecutor(t)

type Send = (request: unknown) => Promise<unknown>

t.test('inputs are globals and members of inputs', async t => {
  const inputs = { name: 'Ada', list: [1, 2], config: { deep: { flag: true } } }
  const source =
    '[name, list, config.deep.flag, inputs.name, inputs.list === list, Object.keys(inputs)]'
  t.strictSame(await outputOf(executor, { source, inputs }), [
    'Ada',
    [1, 2],
    true,
    'Ada',
    true,
    ['name', 'list', 'config'],
  ])
})

t.test('inputs is an empty frozen object when there are none', async t => {
  t.strictSame(await outputOf(executor, '[Object.keys(inputs), Object.isFrozen(inputs)]'), [
    [],
    true,
  ])
})

t.test('what is no request, or holds no record of inputs, is refused as such', async t => {
  const { url } = await testDaemon(t)
  const latchd = new Latchd({ url })
  t.teardown(() => latchd.close())
  const session = await executor.sessions.create()
  const makers: Record<string, Pick<Executor, 'execute' | 'stream'>> = { executor, latchd }
  for (const [name, maker] of Object.entries(makers)) {
    const ways: Record<string, Send> = {
      execute: request => maker.execute(request as ExecuteRequest),
      stream: async request => {
        for await (const _ of maker.stream(request as ExecuteRequest));
      },
    }
    for (const [way, send] of Object.entries(ways)) {
      for (const inputs of [null, [1], 'x', 5, '', 0, false]) {
        const refused = {
          code: 'INVALID_REQUEST',
          message: /^Cannot read the request: \/inputs: a record .* is expected, not /,
          errors: [{ pointer: '/inputs', detail: String }],
        }
        await t.rejects(send({ source: '1', inputs }), refused, `${name} ${way} ${inputs}`)
      }
      for (const request of [undefined, null, '1 + 1', [1]]) {
        const refused = {
          code: 'INVALID_REQUEST',
          message: /^Cannot read the request: an object with a source is expected, not /,
        }
        await t.rejects(send(request), refused, `${name} ${way} ${request}`)
      }
    }
  }
  await t.rejects(session.execute({ source: '1', inputs: null as never }), {
    code: 'INVALID_REQUEST',
  })
  t.equal(await outputOf(executor, { source: 'Object.keys(inputs).length', inputs: {} }), 0)
})

t.test('inputs is frozen', async t => {
  const source = `
    const tried = []
    const attempt = f => { try { f(); tried.push('done') } catch (e) { tried.push(e.name) } }
    attempt(() => { 'use strict'; inputs.n = 2 })
    attempt(() => { 'use strict'; inputs.other = 2 })
    attempt(() => { 'use strict'; delete inputs.n })
    return [tried, inputs.n, Object.isFrozen(inputs)]`
  t.strictSame(await outputOf(executor, { source, inputs: { n: 1 } }), [
    ['TypeError', 'TypeError', 'TypeError'],
    1,
    true,
  ])
})

t.test('exact kinds arrive as they are', async t => {
  const when = new Date(86_400_000)
  const inputs = {
    when,
    table: new Map([['k', new Set([1n])]]),
    bytes: new Uint8Array([1, 2]),
    pattern: /a+/gi,
    nothing: undefined,
    nan: NaN,
    zero: -0,
    link: new URL('https://example.com/a?b=1'),
  }
  const source = `[
    when instanceof Date && when.getTime(), table.get('k').has(1n), bytes instanceof Uint8Array && bytes[1],
    pattern.test('AA'), 'nothing' in inputs && nothing, Number.isNaN(nan), Object.is(zero, -0), link.searchParams.get('b'),
  ]`
  t.strictSame(await outputOf(executor, { source, inputs }), [
    86_400_000,
    true,
    2,
    true,
    undefined,
    true,
    true,
    '1',
  ])
  const { when: back, table, bytes, pattern } = inputs
  t.strictSame(await outputOf(executor, { source: '[when, table, bytes, pattern]', inputs }), [
    back,
    table,
    bytes,
    pattern,
  ])
})

t.test('references that inputs share stay shared', async t => {
  const shared = { n: 1 }
  const source = '[a === b, inputs.a === a]'
  t.strictSame(await outputOf(executor, { source, inputs: { a: shared, b: shared } }), [true, true])
})

t.test('what a program does to an input stays in the program', async t => {
  const list = [1]
  const inputs = { list }
  t.strictSame(await outputOf(executor, { source: 'list.push(2); list', inputs }), [1, 2])
  t.strictSame(list, [1])
})

t.test('an input that cannot cross is refused with its path', async t => {
  await t.rejects(executor.execute({ source: '1', inputs: { a: { f: () => {} } } }), {
    message: /inputs\.a\.f/,
  })
})

t.test('a tool wins over an input of the same name, which is still in inputs', async t => {
  const tools = { search: (x: unknown) => ['tool', x] }
  const source = '[search(1), inputs.search]'
  const { output, warnings } = await completed(executor, {
    source,
    tools,
    inputs: { search: 'input' },
  })
  t.strictSame(output, [['tool', 1], 'input'])
  t.strictSame(warnings, [
    {
      code: 'INPUT_HIDDEN',
      message: 'The input search is inputs["search"] alone, since a tool has that name',
    },
  ])
})

t.test('an input whose name is taken is reported, whatever form the inputs have', async t => {
  const tools = [
    { name: 'crm.find', description: '', namespace: 'crm', execute: () => 1 },
    { name: 'get-page', description: '', execute: () => 1 },
  ]
  const session = await executor.sessions.create()
  for (const place of [executor, session]) {
    for (const exact of [{}, { when: new Date(5) }]) {
      const inputs = { crm: 1, get_page: 2, sleep: 3, Map: 4, free: 5, 'crm.find': 6, ...exact }
      const { warnings = [] } = await place.execute({ source: 'free', tools, inputs })
      t.strictSame(
        warnings.map(({ code, message }) => `${code} ${message}`),
        ['crm', 'get_page', 'Map'].map(
          name =>
            `INPUT_HIDDEN The input ${name} is inputs["${name}"] alone, since a ${name === 'Map' ? 'standard global' : 'tool'} has that name`,
        ),
      )
    }
  }
  const { warnings } = await executor.execute({ source: 'inputs', inputs: { free: 1 } })
  t.equal(warnings, undefined)
})

t.test('an input never hides a standard global', async t => {
  const source = '[typeof Array.from, typeof console.log, inputs.Array, inputs.console]'
  const inputs = { Array: 1, console: 2 }
  t.strictSame(await outputOf(executor, { source, inputs }), ['function', 'function', 1, 2])
})

t.test('a local declaration shadows an input and a tool', async t => {
  const source = "const n = 2; let search = () => 'mine'; { const n = 3; search() + n + inputs.n }"
  t.equal(
    await outputOf(executor, { source, inputs: { n: 1 }, tools: { search: () => 'tool' } }),
    'mine31',
  )
})

t.test('an input whose name is no identifier is in inputs', async t => {
  t.strictSame(
    await outputOf(executor, {
      source: "[inputs['a b'], globalThis['a b']]",
      inputs: { 'a b': 1 },
    }),
    [1, 1],
  )
})

t.test('names do not stay from one execution to the next', async t => {
  await outputOf(executor, {
    source: 'globalThis.kept = 1; var also = 2',
    inputs: { n: 1 },
    tools: { f: () => 1 },
  })
  t.strictSame(
    await outputOf(executor, '[typeof kept, typeof also, typeof n, typeof f]'),
    Array(4).fill('undefined'),
  )
})

/** Names of tools and of the globals that they get. */
const identifiers: [name: string, identifier: string][] = [
  ['search', 'search'],
  ['fetch_url', 'fetch_url'],
  ['camelCase', 'camelCase'],
  ['$dollar', '$dollar'],
  ['server.tool-name', 'server_tool_name'],
  ['with space', 'with_space'],
  ['2fa', '_2fa'],
  ['größe', 'größe'],
  ['日本', '日本'],
  ['a/b:c', 'a_b_c'],
  ['class', 'class_'],
  ['await', 'await_'],
  ['arguments', 'arguments_'],
]

for (const [name, identifier] of identifiers) {
  t.test(`the tool ${JSON.stringify(name)} is the global ${identifier}`, async t => {
    const source = `[${identifier}(1), tools[${JSON.stringify(name)}](2), ${identifier} === tools[${JSON.stringify(name)}]]`
    t.strictSame(await outputOf(executor, { source, tools: { [name]: (x: number) => x + 1 } }), [
      2,
      3,
      true,
    ])
  })
}

t.test('of two names with one identifier the first gets the global, both are in tools', async t => {
  const tools = { 'a.b': () => 'dot', 'a-b': () => 'dash' }
  t.strictSame(
    await outputOf(executor, { source: "[a_b(), tools['a.b'](), tools['a-b']()]", tools }),
    ['dot', 'dot', 'dash'],
  )
})

t.test('tools of the executor and of the request: the request chooses', async t => {
  const other = openExecutor(t, { workers: 1, tools: { a: () => 1, b: () => 2 } })
  const all = ['a', 'ask_human', 'b', 'human_approval', 'sleep']
  t.strictSame(await outputOf(other, 'Object.keys(tools).sort()'), all)
  t.strictSame(await outputOf(other, { source: '[Object.keys(tools), a()]', tools: ['a'] }), [
    ['a'],
    1,
  ])
  await t.rejects(other.execute({ source: '1', tools: ['nope'] }), { code: 'UNKNOWN_TOOL' })
})

t.test('a name that clashes with a standard global is refused at registration', async t => {
  for (const name of [
    'Array',
    'console',
    'final_answer',
    'setTimeout',
    'inputs',
    'tools',
    'parallel',
    'undefined',
    'eval',
    'String',
    '__latchd_concurrent',
  ]) {
    try {
      createExecutor({ tools: { [name]: () => 1 } })
      t.fail(`${name} was taken`)
    } catch (error) {
      t.ok(error instanceof LatchdError, name)
      t.match(error, { code: 'TOOL_INVALID', message: new RegExp(name) })
    }
  }
})

t.test('a name is refused when it is empty or longer than 256 characters', async t => {
  t.throws(() => createExecutor({ tools: [{ name: '', description: '', execute: () => 1 }] }), {
    code: 'TOOL_INVALID',
  })
  t.throws(() => createExecutor({ tools: { ['x'.repeat(257)]: () => 1 } }), {
    code: 'TOOL_INVALID',
  })
  t.doesNotThrow(() => createExecutor({ tools: { ['x'.repeat(256)]: () => 1 } }))
})

t.test('a tool that is added later is refused for the same reasons', async t => {
  t.throws(() => executor.addTools({ Map: () => 1 }), { code: 'TOOL_INVALID' })
  await t.rejects(executor.execute({ source: '1', tools: { JSON: () => 1 } }), {
    code: 'TOOL_INVALID',
  })
})

t.test("the reserved names are the base snapshot's own globals", async t => {
  const source = 'Object.getOwnPropertyNames(globalThis)'
  const names = (await outputOf(executor, { source, tools: [] })) as string[]
  const own = names.filter(name => !name.startsWith('__latchd_')).sort()
  t.strictSame([...standardGlobals].sort(), own)
})

t.test('the reserved words are those that no strict program can name a variable', async t => {
  for (const word of reservedWords) {
    const source = `'use strict'; let ${word} = 1`
    t.match(await failureOf(executor, source), { code: 'SYNTAX_ERROR' }, word)
  }
})

t.test('words that are names of variables too are names of tools', async t => {
  for (const name of ['get', 'set', 'of', 'async', 'from', 'as', 'type', 'constructor']) {
    const source = `[${name}(1), await ${name}(2), ...(await Promise.all([${name}(3)])), [4].map(n => ${name}(n))[0]]`
    const tools = { [name]: async (x: number) => x }
    t.strictSame(await outputOf(executor, { source, tools }), [1, 2, 3, 4], name)
  }
})

t.test('a name that is not there is a ReferenceError at its place', async t => {
  t.match(await failureOf(executor, 'const a = 1\nmissing + a'), {
    name: 'ReferenceError',
    line: 2,
    column: 1,
  })
})

t.test('typeof of a missing name is undefined', async t => {
  t.equal((await completed(executor, 'typeof missing')).output, 'undefined')
})

t.test('this at the top level is the global object', async t => {
  t.equal(await outputOf(executor, 'this === globalThis'), true)
})
