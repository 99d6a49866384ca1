/** A tool is a plain function: its arguments, its values, its errors, its concurrent faces, its names. */

import { setImmediate as turn } from 'node:timers/promises'
import t from 'tap'
import { z } from 'zod'
import type { ToolLike } from '../../executor/index.ts'
import { completed, failureOf, outputOf, startExecutor } from '../support/executor.ts'

const executor = startExecutor(t)

/** A tool that answers the input that it got. */
const mirror = (name: string, inputSchema: object): ToolLike => ({
  name,
  description: '',
  inputSchema,
  execute: async (input: unknown) => {
    await turn()
    return input
  },
})

const anything = {}
const tools: ToolLike[] = [
  mirror('search', {
    type: 'object',
    properties: { query: { type: 'string' }, limit: { type: 'integer' } },
    required: ['query'],
    additionalProperties: false,
  }),
  mirror('save', { type: 'object', properties: { record: anything, mode: anything } }),
  mirror('page', z.object({ url: z.string(), size: z.number().default(10) })),
  mirror('total', { type: 'array', items: { type: 'number' } }),
  mirror('now', { type: 'object', properties: {}, additionalProperties: false }),
  async function list(...args: unknown[]) {
    return args
  },
  {
    name: 'forwarding',
    inputs: { a: { type: 'string' }, b: { type: 'integer', nullable: true } },
    forward: (...args: unknown[]) => args,
  },
]

/** How arguments are given, the source, what the tool gets. */
const mappings: [how: string, source: string, input: unknown][] = [
  [
    'an object of properties is the input',
    "search({ query: 'x', limit: 2 })",
    { query: 'x', limit: 2 },
  ],
  ['an object of some properties is the input', "search({ query: 'x' })", { query: 'x' }],
  [
    'an object without a prototype is the input',
    "search(Object.assign(Object.create(null), { query: 'x' }))",
    Object.assign(Object.create(null), { query: 'x' }),
  ],
  [
    'positional arguments take the properties in declared order',
    "search('x', 2)",
    { query: 'x', limit: 2 },
  ],
  ['missing positional arguments are absent', "search('x')", { query: 'x' }],
  ['undefined positional arguments are absent', "search('x', undefined)", { query: 'x' }],
  [
    'an object with another key is the first argument',
    "save({ name: 'n' })",
    { record: { name: 'n' } },
  ],
  [
    'an object with another key beside is the first argument',
    'save({ record: 1, name: 2 })',
    { record: { record: 1, name: 2 } },
  ],
  ['an empty object is the input', 'save({})', {}],
  [
    'an object before another argument is the first argument',
    "save({ record: 1 }, 'w')",
    { record: { record: 1 }, mode: 'w' },
  ],
  ['a list is the first argument', 'save([1, 2])', { record: [1, 2] }],
  [
    'an instance is the first argument',
    'class R { record = 1 }\nsave(new R())',
    { record: { record: 1 } },
  ],
  [
    'a Map is the first argument',
    "save(new Map([['record', 1]]))",
    { record: new Map([['record', 1]]) },
  ],
  ['null is the first argument', 'save(null)', { record: null }],
  ['no arguments are an empty input', 'save()', {}],
  ['defaults of the schema are filled in', "page('u')", { url: 'u', size: 10 }],
  ['a schema of no record takes the first argument', 'total([1, 2])', [1, 2]],
  ['a tool of no properties takes none', 'now()', {}],
  [
    'a tool without schema takes positional arguments',
    "list(1, 'b', [3], { d: 4 })",
    [1, 'b', [3], { d: 4 }],
  ],
  ['a tool without schema takes an object as an argument', 'list({ a: 1 })', [{ a: 1 }]],
  ['a forwarding tool takes positional arguments', "forwarding('x', 2)", ['x', 2]],
  ['a forwarding tool takes an object', "forwarding({ b: 2, a: 'x' })", ['x', 2]],
  ['the element alone counts in map', "['x', 'y'].map(search)", [{ query: 'x' }, { query: 'y' }]],
  [
    'the element alone counts in a promised map',
    "await Promise.all(['x'].map(search))",
    [{ query: 'x' }],
  ],
  ['the element alone counts in map without schema', '[5, 6].map(list)', [[5], [6]]],
  ['the element alone counts in flatMap', "['x'].flatMap(search)", [{ query: 'x' }]],
  [
    'objects of properties are the inputs in map',
    "[{ query: 'x', limit: 1 }].map(search)",
    [{ query: 'x', limit: 1 }],
  ],
  [
    'tool.map takes elements by the same rules',
    "search.map(['x', { query: 'y', limit: 1 }])",
    [{ query: 'x' }, { query: 'y', limit: 1 }],
  ],
  [
    'parallel takes inputs by the same rules',
    "parallel([[search, 'x'], [search, { query: 'y' }], [search, 'z', 3]])",
    [{ query: 'x' }, { query: 'y' }, { query: 'z', limit: 3 }],
  ],
  [
    'tool.async takes arguments by the same rules',
    "await search.async('x', 2)",
    { query: 'x', limit: 2 },
  ],
]

for (const [how, source, input] of mappings) {
  t.test(how, async t => {
    t.strictSame(await outputOf(executor, { source, tools }), input)
  })
}

t.test('too many arguments are a TypeError that names the parameters', async t => {
  const cases: [source: string, message: string][] = [
    ["search('x', 1, 2)", 'search takes (query, limit), got 3 arguments'],
    ['now(1)', 'now takes no arguments, got 1 arguments'],
    ["await search.async('x', 1, 2)", 'search takes (query, limit), got 3 arguments'],
  ]
  for (const [call, message] of cases) {
    const source = `try { ${call} } catch (e) { return [e instanceof TypeError, e.message] }`
    const outcome = await completed(executor, { source, tools })
    t.strictSame(
      { output: outcome.output, calls: outcome.calls },
      { output: [true, message], calls: [] },
      call,
    )
  }
})

t.test(
  'an input that does not fit is a ToolInputError that lists every problem with its path',
  async t => {
    const schema = z.object({
      user: z.object({ age: z.number(), emails: z.array(z.string()) }),
      kind: z.enum(['a', 'b']),
    })
    const source = `
    try { create({ user: { age: 'x', emails: ['a', 5] }, kind: 'c' }) }
    catch (e) {
      return {
        isInputError: e instanceof ToolInputError, isError: e instanceof Error,
        name: e.name, code: e.code, tool: e.tool, lines: e.message.split('\\n'),
      }
    }`
    t.strictSame(await outputOf(executor, { source, tools: [mirror('create', schema)] }), {
      isInputError: true,
      isError: true,
      name: 'ToolInputError',
      code: 'TOOL_INPUT_INVALID',
      tool: 'create',
      lines: [
        'Cannot call create: the input does not fit',
        '- user.age: expected number, got string',
        '- user.emails[1]: expected string, got number',
        '- kind: expected one of "a"|"b"',
      ],
    })
  },
)

t.test('a JSON Schema tells every problem with its path too', async t => {
  const schema = {
    type: 'object',
    properties: {
      query: { type: 'string' },
      tags: { type: 'array', items: { type: 'string' } },
      limit: { type: 'integer', minimum: 1 },
    },
    required: ['query'],
  }
  const source = `try { find({ tags: ['a', 1], limit: 0 }) } catch (e) { return e.message.split('\\n').slice(1).map(line => line.split(':')[0]) }`
  t.strictSame(await outputOf(executor, { source, tools: [mirror('find', schema)] }), [
    '- query',
    '- tags[1]',
    '- limit',
  ])
})

t.test('a tool with an input that does not fit is not run', async t => {
  let runs = 0
  const count = {
    name: 'count',
    description: '',
    inputSchema: z.object({ n: z.number() }),
    execute: () => ++runs,
  }
  const source = "try { count('x') } catch (e) { return e.name }"
  t.equal(await outputOf(executor, { source, tools: [count] }), 'ToolInputError')
  t.equal(runs, 0)
})

t.test('an uncaught ToolInputError ends the execution with its coordinates', async t => {
  const error = await failureOf(executor, { source: 'const n = 1\n  search(1, n)', tools })
  t.match(error, { code: 'GUEST_ERROR', name: 'ToolInputError', line: 2 })
  t.match(error.message, /query/)
})

class QuotaError extends Error {
  override readonly name = 'QuotaError'
  readonly code = 'QUOTA'
}

/** What the tool throws, and what the guest catches. */
const throwables: [what: string, throws: () => unknown, caught: unknown][] = [
  [
    'an error of its own class',
    () => new QuotaError('3 left'),
    ['QuotaError', '3 left', 'QUOTA', true, false],
  ],
  ['a plain error', () => new Error('no'), ['Error', 'no', 'TOOL_ERROR', true, false]],
  [
    'an error of the language',
    () => new TypeError('bad'),
    ['TypeError', 'bad', 'TOOL_ERROR', true, true],
  ],
  [
    'a system error',
    () => Object.assign(new Error('gone'), { code: 'ENOENT' }),
    ['Error', 'gone', 'ENOENT', true, false],
  ],
  ['a text', () => 'plain', ['Error', 'plain', 'TOOL_ERROR', true, false]],
  ['an object', () => ({ reason: 1 }), ['Error', '{"reason":1}', 'TOOL_ERROR', true, false]],
  ['undefined', () => undefined, ['Error', 'undefined', 'TOOL_ERROR', true, false]],
]

for (const [what, makes, caught] of throwables) {
  t.test(`a tool that throws ${what} throws an Error at that line`, async t => {
    const fail = () => {
      throw makes()
    }
    const reject = async () => {
      throw makes()
    }
    const source = `
      const seen = []
      for (const tool of [fail, reject]) {
        try { tool() }
        catch (e) { seen.push([e.name, e.message, e.code, e instanceof Error, e instanceof TypeError], e.tool) }
      }
      seen`
    const output = await outputOf(executor, { source, tools: { fail, reject } })
    t.strictSame(output, [caught, 'fail', caught, 'reject'])
  })
}

t.test('an error of a tool carries no stack and no path of the host', async t => {
  const fail = async () => {
    throw new Error('no')
  }
  const source = 'try { fail() } catch (e) { return e.stack + Object.keys(e) + String(e.cause) }'
  const output = await outputOf(executor, { source, tools: { fail } })
  t.notMatch(output, /file:|node:|\.ts/)
})

t.test('a tool error says the same by all ways of calling', async t => {
  const fail = async () => {
    throw new QuotaError('3 left')
  }
  const source = `
    const seen = []
    const note = e => { seen.push([e.name, e.code, e.tool].join()) }
    try { fail() } catch (e) { note(e) }
    try { await fail() } catch (e) { note(e) }
    await fail().catch(note)
    await fail.async().catch(note)
    try { fail.map([1]) } catch (e) { note(e) }
    try { parallel([[fail]]) } catch (e) { note(e) }
    note(parallel([[fail]], { settle: true })[0].reason)
    note((await Promise.allSettled([fail()]))[0].reason)
    try { await Promise.all([fail()]) } catch (e) { note(e) }
    seen`
  const output = await outputOf(executor, { source, tools: { fail } })
  t.strictSame(output, Array(9).fill('QuotaError,QUOTA,fail'))
})

t.test('await gives the value that the call gives', async t => {
  const source = '[list(1), await list(1), await (await list(1)), list(1) instanceof Promise]'
  t.strictSame(await outputOf(executor, { source, tools }), [[1], [1], [1], false])
})

t.test('tool.async always gives a promise', async t => {
  const source = `
    let p = list.async(1)
    let bad = search.async(5)
    let many = now.async(1, 2)
    return [p, bad, many].map(q => q instanceof Promise).concat(
      (await Promise.allSettled([p, bad, many])).map(o => o.status))`
  t.strictSame(await outputOf(executor, { source, tools }), [
    true,
    true,
    true,
    'fulfilled',
    'rejected',
    'rejected',
  ])
})

t.test('parallel with settle gives an outcome for each call', async t => {
  const tools = {
    ok: async (n: number) => n,
    bad: async () => {
      throw new RangeError('far')
    },
  }
  const source = `parallel([[ok, 1], [bad], [ok, 2]], { settle: true })
    .map(o => o.status === 'fulfilled' ? o.value : o.reason.name)`
  t.strictSame(await outputOf(executor, { source, tools }), [1, 'RangeError', 2])
})

t.test('parallel refuses what is no pair of a tool and an input', async t => {
  const messages = []
  for (const source of ['parallel([[1, 2]])', 'parallel([list])', 'parallel([[list], "x"])']) {
    const { name, message } = await failureOf(executor, { source, tools })
    messages.push(`${name}: ${message}`)
  }
  t.strictSame(messages, [
    'TypeError: parallel takes [tool, input] pairs; element 0 is none',
    'TypeError: parallel takes [tool, input] pairs; element 0 is none',
    'TypeError: parallel takes [tool, input] pairs; element 1 is none',
  ])
})

t.test('tool.map and parallel take lists of all kinds, and refuse what is no list', async t => {
  const noLists: readonly (readonly [source: string, got: string])[] = [
    ['list.map(5)', 'list.map takes a list of inputs, got a number'],
    ['list.map()', 'list.map takes a list of inputs, got undefined'],
    ['list.map({})', 'list.map takes a list of inputs, got an object'],
    ['list.map(x => x)', 'list.map takes a list of inputs, got a function'],
    [
      'list.map((async () => [1])())',
      'list.map takes a list of inputs, got a promise: await it first',
    ],
    ['parallel(null)', 'parallel takes a list of [tool, input] pairs, got null'],
    ['parallel(list)', 'parallel takes a list of [tool, input] pairs, got a function'],
  ]
  for (const [source, message] of noLists) {
    t.match(await failureOf(executor, { source, tools }), { name: 'TypeError', message }, source)
  }
  const lists = 'new Set([1]), "a", { length: 1, 0: 1 }, new Uint8Array([1]), [1].values()'
  t.strictSame(
    await outputOf(executor, { source: `[${lists}].map(each => list.map(each))`, tools }),
    [[[1]], [['a']], [[1]], [[1]], [[1]]],
  )
})

t.test('tool.map and parallel of nothing give nothing', async t => {
  t.strictSame(await outputOf(executor, { source: '[list.map([]), parallel([])]', tools }), [
    [],
    [],
  ])
})

t.test('a tool is called by its exact name through tools', async t => {
  const tools = {
    'server.tool-name': (x: number) => x + 1,
    'with space': () => 'space',
    plain: () => 'p',
  }
  const source =
    "[tools['server.tool-name'](1), tools['with space'](), tools.plain(), Object.keys(tools)]"
  t.strictSame(await outputOf(executor, { source, tools }), [
    2,
    'space',
    'p',
    ['server.tool-name', 'with space', 'plain'],
  ])
})

t.test('a tool that is not there is no member of tools', async t => {
  const source = "['toString' in tools, tools.constructor, tools.nothing]"
  t.strictSame(await outputOf(executor, { source, tools }), [false, undefined, undefined])
})

t.test('a tool tells its name', async t => {
  const tools = { 'a-b': () => 1 }
  t.strictSame(await outputOf(executor, { source: '[typeof a_b, a_b.name]', tools }), [
    'function',
    'a-b',
  ])
})

t.test('each call is recorded in order with how it ended', async t => {
  const tools = {
    ok: async () => 1,
    bad: async () => {
      throw new QuotaError('3 left')
    },
  }
  const source = 'ok(); try { bad() } catch {}; await Promise.all([ok(), ok()]); 5'
  const { calls, usage } = await completed(executor, { source, tools })
  t.strictSame(
    calls.map(({ tool, status, error }) => [tool, status, error]),
    [
      ['ok', 'completed', undefined],
      ['bad', 'failed', { name: 'QuotaError', message: '3 left', code: 'QUOTA' }],
      ['ok', 'completed', undefined],
      ['ok', 'completed', undefined],
    ],
  )
  t.equal(usage.calls, 4)
  t.equal(new Set(calls.map(call => call.callId)).size, 4)
})

t.test('values cross in both directions exactly', async t => {
  const values = [
    undefined,
    null,
    NaN,
    Infinity,
    -Infinity,
    -0,
    12345678901234567890n,
    new Date(86_400_000),
    /a+/gi,
    new Map<unknown, unknown>([
      ['k', new Set([1, { deep: undefined }])],
      [{ object: 'key' }, 1],
    ]),
    new Uint8Array([1, 2]),
    new Float64Array([1.5]).buffer,
    // biome-ignore lint/suspicious/noSparseArray: sparse arrays cross
    [1, , 3],
    Object.assign(Object.create(null), { bare: true }),
    'text with \u2028 and \u{1F600}',
  ]
  const tools = { values: async () => values, same: async (given: unknown) => given }
  const output = await outputOf(executor, { source: 'same(values())', tools })
  t.strictSame(output, values)
  t.ok(Object.is((output as unknown[])[5], -0))
  t.notOk(1 in ((output as unknown[])[12] as unknown[]))
})

t.test('shared references and cycles cross', async t => {
  const same = async (given: { self?: unknown; pair: [object, object] }) => {
    t.equal(given.self, given)
    t.equal(given.pair[0], given.pair[1])
    return given
  }
  const source = `
    const one = {}
    const o = { pair: [one, one] }
    o.self = o
    const back = same(o)
    return [back.self === back, back.pair[0] === back.pair[1], back === o]`
  t.strictSame(await outputOf(executor, { source, tools: { same } }), [true, true, false])
})

t.test('an Error crosses with its cause', async t => {
  const same = async (given: Error) => given
  const source = `
    const e = same(new RangeError('far', { cause: new Error('near') }))
    return [e instanceof Error, e.name, e.message, e.cause instanceof Error, e.cause.message]`
  t.strictSame(await outputOf(executor, { source, tools: { same } }), [
    true,
    'RangeError',
    'far',
    true,
    'near',
  ])
})

t.test(
  'an object with toJSON crosses as what that returns, an instance by its own properties',
  async t => {
    const same = async (given: unknown) => given
    const source = `
    class Money { constructor(n) { this.n = n } toJSON() { return this.n + ' EUR' } }
    class Point { x = 1; #y = 2; get y() { return this.#y } }
    return same([new Money(5), new Point()])`
    t.strictSame(await outputOf(executor, { source, tools: { same } }), ['5 EUR', { x: 1 }])
  },
)

/** What cannot cross, the path that is told. */
const untransferable: [source: string, path: string][] = [
  ['list({ items: [0, 0, 0, { callback() {} }] })', 'args[0].items[3].callback'],
  ['list(1, () => {})', 'args[1]'],
  ["list({ 'a b': Symbol('s') })", 'args[0]["a b"]'],
  ['list([Promise.resolve(1)])', 'args[0][0]'],
  ['list(new WeakMap())', 'args[0]'],
  ['search({ query: () => {} })', 'args[0].query'],
  ["search('x', () => {})", 'args[1]'],
]

for (const [source, path] of untransferable) {
  t.test(`an argument that cannot cross is a TypeError that names ${path}: ${source}`, async t => {
    const caught = `try { ${source} } catch (e) { return [e instanceof TypeError, e.code, e.message.split(':')[0]] }`
    t.strictSame(await outputOf(executor, { source: caught, tools }), [
      true,
      'VALUE_NOT_TRANSFERABLE',
      `Cannot send ${path}`,
    ])
  })
}
