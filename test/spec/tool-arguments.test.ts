/** How arguments become a tool's input, and what is said of those that do not fit. */

import { isDeepStrictEqual } from 'node:util'
import { parse } from 'devalue'
import fc from 'fast-check'
import t from 'tap'
import tools from '../fixtures/tools/argument-tools.ts'
import { fixture, post, testDaemon } from '../support/daemon.ts'
import { outputOf, startExecutor } from '../support/executor.ts'
import { isLong } from '../support/length.ts'
import { inputSchema, valueFor } from '../support/schema-arbitrary.ts'

const executor = startExecutor(t, tools as never)

/** Lines after the first of a `ToolInputError`. */
class Refusal {
  readonly problems: readonly string[]

  constructor(...problems: string[]) {
    this.problems = problems
  }
}

const refused = (...problems: string[]) => new Refusal(...problems)

/** A call, and its tool's input or what is wrong with it. */
const calls: ReadonlyArray<readonly [call: string, result: unknown]> = [
  // One object, or the value of the first property.
  [
    "insert_row({ table: 'users', name: 'Ada', age: 36 })",
    { table: 'users', name: 'Ada', age: 36 },
  ],
  ["insert_row('users')", { table: 'users' }],
  ["set_headers({ route: '/a', 'x-trace': 'on' })", { route: '/a', 'x-trace': 'on' }],
  [
    "set_headers({ route: '/a', 'y-trace': 'on' })",
    refused('y-trace: unknown property; set_headers takes route'),
  ],
  ["set_headers({ 'x-trace': 'on' })", refused('route: missing, expected string')],
  ["patch({ id: 'r', fields: { a: null } })", { id: 'r', fields: { a: null } }],
  ["patch('r', { a: 1 })", { id: 'r', fields: { a: 1 } }],
  ["patch(...['r', { id: 1 }])", { id: 'r', fields: { id: 1 } }],
  ['merge({ base: {}, more: 1 })', { base: {}, more: 1 }],
  ['merge({ colour: 1 })', { base: { colour: 1 } }],
  ['merge({ colour: 1 }, { b: 2 })', { base: { colour: 1 }, extra: { b: 2 } }],
  ["save({ title: 'Plan', body: '…' })", { document: { title: 'Plan', body: '…' } }],
  ["save({ title: 'Plan' }, 'f')", { document: { title: 'Plan' }, folder: 'f' }],
  ["save({ document: { a: 1 }, folder: 'f' })", { document: { a: 1 }, folder: 'f' }],
  ['save({})', { document: {} }],
  ['tag({ a: 1 })', { value: { a: 1 } }],
  ["tag({ label: 'x' })", { label: 'x' }],
  ['hold({ x: { value: 1 } })', { value: { x: { value: 1 } } }],
  ['tree({ v: "a", kids: [{ v: "b" }] })', { v: 'a', kids: [{ v: 'b' }] }],
  ['either({ name: "n" })', { name: 'n' }],
  // Names that are near, and names that are not.
  [
    "search({ query: 'email' })",
    refused('query: unknown property; did you mean pattern?', 'pattern: missing, expected string'),
  ],
  ["search({ pattern: 'email', limt: 5 })", refused('limt: unknown property; did you mean limit?')],
  [
    "search({ Pattern: 'email' })",
    refused(
      'Pattern: unknown property; did you mean pattern?',
      'pattern: missing, expected string',
    ),
  ],
  ["search({ pattern: 'email', colour: 1 })", { pattern: 'email', colour: 1 }],
  ["tag({ lable: 'x', value: 1 })", refused('lable: unknown property; did you mean label?')],
  ['list_users({ perPage: 5 })', refused('perPage: unknown property; did you mean per_page?')],
  [
    'save({ documnet: {} })',
    refused(
      'documnet: unknown property; did you mean document?',
      'document: missing, expected object',
    ),
  ],
  [
    "either({ nmae: 'n' })",
    refused(
      'nmae: unknown property; did you mean name?',
      'input: fits none of the 2 forms that are allowed',
    ),
  ],
  [
    "http_get({ url: 'u', method: 'POST' })",
    refused('method: unknown property; http_get takes url, headers'),
  ],
  ['takes_nothing({ x: 1 })', refused('x: unknown property; takes_nothing takes no input')],
  // Nothing, the empty object, what is undefined.
  ['no_properties()', {}],
  ['no_properties({})', {}],
  ['no_properties({ path: 1 })', { path: 1 }],
  ['any_object()', {}],
  ['any_object({})', {}],
  ['any_object({ a: 1 })', { a: 1 }],
  ['any_object(undefined)', {}],
  ['any_object(5)', refused('input: expected object, got number')],
  ['takes_nothing()', {}],
  ['takes_nothing({})', {}],
  ["takes_nothing('x')", 'TypeError: takes_nothing takes no arguments, got 1 arguments'],
  ['list_users({})', {}],
  ['list_users({ page: 1, per_page: undefined })', { page: 1 }],
  ['list_users(undefined, 5)', { per_page: 5 }],
  ['list_users(1, undefined, undefined)', { page: 1 }],
  ['list_users(1, 2, 3)', 'TypeError: list_users takes (page, per_page), got 3 arguments'],
  ['search()', refused('pattern: missing, expected string')],
  ['search({ pattern: undefined })', refused('pattern: missing, expected string')],
  ["['a', 'b'].map(search)", [{ pattern: 'a' }, { pattern: 'b' }]],
  ["['a'].map(http_get)", [{ url: 'a' }]],
  // Schemas of zod.
  ["z_strip({ url: 'u', method: 'x' })", { url: 'u' }],
  ["z_strip({ url: 'u', limits: 3 })", refused('limits: unknown property; did you mean limit?')],
  [
    "z_strip({ uri: 'u' })",
    refused('uri: unknown property; did you mean url?', 'url: missing, expected string'),
  ],
  ['z_strip({})', refused('url: missing, expected string')],
  [
    "z_strip({ url: 5, limit: 'x' })",
    refused('url: expected string, got number', 'limit: expected number, got string'),
  ],
  ["z_loose({ path: '/a' })", { path: '/a' }],
  [
    "z_strict({ url: 'u', method: 'x' })",
    refused('method: unknown property; z_strict takes url, kind'),
  ],
  ["z_strict({ url: 'u', kind: 'c' })", refused('kind: expected one of "a"|"b"')],
  ['z_empty({})', {}],
  ['z_empty({ a: 1 })', {}],
  // Values that JSON does not hold.
  ['hold({ value: 5n })', { value: 5n }],
  ['hold(new Date(0))', { value: new Date(0) }],
  ['hold(new Map([[1, { value: 2 }]]))', { value: new Map([[1, { value: 2 }]]) }],
  ['hold({ value: [undefined, NaN, -0] })', { value: [undefined, Number.NaN, -0] }],
  ['number_of(NaN)', refused('n: expected number, got NaN')],
  ['number_of(5n)', refused('n: expected number, got bigint')],
  ['number_of(new Map())', refused('n: expected number, got Map')],
  ["number_of({ n: '5' })", refused('n: expected number, got string')],
  ['date_of(new Date(0))', refused('at: expected string, got Date')],
  ["date_of('today')", refused('at: expected text of the format date-time, got "today"')],
  ["http_get('u', new Map())", refused('headers: expected object, got Map')],
  ['http_get({ url: {} })', refused('url: expected string, got object')],
  ['const v = { v: "a" }; v.kids = [v]; tree(v).kids[0].kids[0].v', 'a'],
  ['const v = { v: "a" }; const w = { v: "r", kids: [v, v] }; tree(w).kids.length', 2],
  [
    'const v = { v: 1 }; tree({ v: "r", kids: [v, v] })',
    refused('kids[0].v: expected string, got number', 'kids[1].v: expected string, got number'),
  ],
  ['maybe({ note: null, size: 1 })', { note: null, size: 1 }],
  ['maybe({ size: true })', refused('size: expected string or number, got boolean')],
  ["typed_more({ a: 1, x: 's' })", { a: 1, x: 's' }],
  ['typed_more({ a: 1, x: 2 })', refused('x: expected string, got number')],
  // Tools without schema.
  ['plain()', []],
  ['plain({})', [{}]],
  ['plain(undefined, 1)', [undefined, 1]],
]

/** What a program gives that catches what its last statement throws. */
const program = (call: string) => {
  const at = call.lastIndexOf(';') + 1
  return `try { ${call.slice(0, at)} return { value: ${call.slice(at)} } } catch (error) {
    if (error.name !== 'ToolInputError') return { value: String(error) }
    const { name, code, tool, message } = error
    return { name, code, isListed: message.startsWith('Cannot call ' + tool + ': '), lines: message.split('\\n- ').slice(1) }
  }`
}

const wanted = (result: unknown) =>
  result instanceof Refusal
    ? { name: 'ToolInputError', code: 'TOOL_INPUT_INVALID', isListed: true, lines: result.problems }
    : { value: result }

t.test('in an app', async t => {
  for (const [call, result] of calls) {
    t.strictSame(await outputOf(executor, program(call)), wanted(result), call)
  }
})

t.test('over HTTP', async t => {
  const daemon = await testDaemon(t, { LATCHD_TOOLS: fixture('tools/argument-tools.ts') })
  for (const [call, result] of calls) {
    const { body } = await post(`${daemon.url}/v1/execute`, { source: program(call) })
    const { value, encoded } = body.output ?? { value: body.error }
    t.strictSame(encoded === undefined ? value : parse(encoded), wanted(result), call)
  }
})

const reading = { schemaOf: () => ({}), known: {} }
const inputs = inputSchema.chain(schema => fc.tuple(fc.constant(schema), valueFor(schema, reading)))

t.test('an input in one object and by position is the same input', async t => {
  let compared = 0
  const source = `const { input, names } = inputs
    const list = names.map(name => input[name])
    const isOne = list.slice(1).every(part => part === undefined)
    // One object alone may be the whole input.
    if (isOne && typeof list[0] === 'object') return null
    const outcomes = [() => mirror(input), () => mirror(...list), () => mirror.async(...list)].map(call => {
      try { return call() } catch (error) { return error.message }
    })
    return await Promise.all(outcomes.slice(0, 2).concat(outcomes[2].catch(error => error.message)))`
  await fc.assert(
    fc.asyncProperty(inputs, async ([schema, value]) => {
      // Without the prototypes that are missing now and then.
      const input = JSON.parse(JSON.stringify(value))
      const names = Object.keys(schema.properties ?? {})
      const isRecord = typeof input === 'object' && input !== null && !Array.isArray(input)
      // Names that are not declared have no position.
      if (!isRecord || Object.keys(input).some(name => !names.includes(name))) return
      // Given alone, an empty object is the first property where that is a required object.
      if (Object.keys(input).length === 0 && schema.required?.includes(names[0] ?? '')) return
      const tools = [
        {
          name: 'mirror',
          description: '',
          inputSchema: schema,
          execute: (value: unknown) => value,
        },
      ] as never
      const given = await outputOf(executor, { source, tools, inputs: { input, names } })
      if (given === null) return
      compared++
      const [named, positional, promised] = given as unknown[]
      const isInput = isDeepStrictEqual(named, input) || typeof named === 'string'
      if (isInput && isDeepStrictEqual([positional, promised], [named, named])) return
      throw new Error(JSON.stringify(given))
    }),
    { numRuns: isLong ? 200 : 100 },
  )
  t.ok(compared > (isLong ? 50 : 25), `${compared} inputs were compared`)
})

t.test('the rules hold in a program that has patched what it can reach', async t => {
  const source = `for (const key of ['indexOf', 'includes', 'some', 'every', 'filter', 'find']) delete Array.prototype[key]
    for (const key of ['charCodeAt', 'toLowerCase', 'slice', 'at', 'match']) delete String.prototype[key]
    for (const index of [0, 1, 2, 3, 4, 5]) Object.defineProperty(Array.prototype, index, { get() { throw 'patched' }, set() { throw 'patched' } })
    RegExp.prototype.exec = RegExp.prototype.test = () => { throw 'patched' }
    Object.hasOwn = Object.keys = () => { throw 'patched' }
    Object.defineProperty(Object.prototype, 'isOpen', { value: true })
    let caught
    try { tag({ lable: 'x', value: 1 }) } catch (error) { caught = error.name }
    const headers = set_headers({ route: '/a', 'x-trace': 'on' })
    const saved = save({ title: 'Plan' })
    return { caught, headers, saved }`
  t.strictSame(await outputOf(executor, source), {
    caught: 'ToolInputError',
    headers: { route: '/a', 'x-trace': 'on' },
    saved: { document: { title: 'Plan' } },
  })
})
