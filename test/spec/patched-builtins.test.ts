/**
 * A program may patch or delete every built-in: its calls, its log and its value are still right.
 *
 * Each program breaks something first and then does the same work with plain syntax.
 */

import { readdirSync, readFileSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import t from 'tap'
import { openExecutor } from '../support/executor.ts'

const received: unknown[] = []
const executor = openExecutor(t, {
  workers: 1,
  tools: [
    {
      name: 'take',
      description: 'positional arguments',
      execute: async (...args: unknown[]) => {
        received.push(args[0])
        return args[0]
      },
    },
    {
      name: 'add',
      description: 'named arguments',
      inputSchema: {
        type: 'object',
        properties: { a: { type: 'number' }, b: { type: 'number' } },
        required: ['a', 'b'],
      },
      execute: async ({ a, b }: { a: number; b: number }) => ({ sum: a + b, list: [a, b] }),
    },
    {
      name: 'fail',
      description: '',
      execute: async () => {
        throw new RangeError('no such thing')
      },
    },
    {
      name: 'count',
      description: '',
      execute: async function* () {
        yield 1
        yield 2
      },
    },
  ],
})

const when = new Date('2026-01-02T03:04:05.678Z')
const inputs = { exact: { when, map: new Map([['k', new Set([1n])]]), pattern: /a+/gi, hole: -0 } }

/** What every program does after its patch; only syntax, no built-in. */
const work = `
  const sent = { text: 'a"b', list: [1, [2, null]], deep: { flag: true } }
  const back = take(sent)
  const { sum, list } = add(19, 23)
  const named = add({ a: 1, b: 2 }).sum
  const later = await take('later')
  const promise = take.async(7)
  const seven = await promise
  const mapped = add.map([{ a: 1, b: 1 }, { a: 2, b: 2 }])
  const both = parallel([[take, 'x'], [add, { a: 3, b: 4 }]])
  let thrown
  try { fail() } catch (error) { thrown = [error.name, error.message, error.code, error.tool] }
  let refused
  try { take(() => {}) } catch (error) { refused = error.code }
  const stream = count()
  const first = stream.next().value
  const second = stream.next().value
  const exact = take(inputs.exact)
  console.log('line', 1)
  print('second line')
  const result = {
    text: back.text, nested: back.list[1][0], flag: back.deep.flag, sum, last: list[1], named, later, seven,
    mapped0: mapped[0].sum, mapped1: mapped[1].sum, both0: both[0], both1: both[1].sum,
    thrown0: thrown[0], thrown1: thrown[1], thrown2: thrown[2], thrown3: thrown[3], refused,
    first, second, exact,
  }
  result`

const expected = {
  text: 'a"b',
  nested: 2,
  flag: true,
  sum: 42,
  last: 23,
  named: 3,
  later: 'later',
  seven: 7,
  mapped0: 2,
  mapped1: 4,
  both0: 'x',
  both1: 7,
  thrown0: 'RangeError',
  thrown1: 'no such thing',
  thrown2: 'TOOL_ERROR',
  thrown3: 'fail',
  refused: 'VALUE_NOT_TRANSFERABLE',
  first: 1,
  second: 2,
  exact: inputs.exact,
}

/** All own methods and accessors of an object give wrong answers. */
const break_ = `const breakAll = (object, skip = []) => {
  const define = Object.defineProperty, describe = Object.getOwnPropertyDescriptor
  const keys = Reflect.ownKeys(object)
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i], descriptor = describe(object, key)
    let isSkipped = key === 'constructor' || !descriptor.configurable
    for (let j = 0; j < skip.length; j++) if (skip[j] === key) isSkipped = true
    if (isSkipped) continue
    if (typeof descriptor.value === 'function') define(object, key, { value: () => 'broken', configurable: true, writable: true })
    else if (descriptor.get) define(object, key, { get: () => 'broken', configurable: true })
  }
};`

const patches: Record<string, string> = {
  nothing: '',
  'JSON.stringify': 'JSON.stringify = () => "broken"',
  'JSON.parse': 'JSON.parse = () => { throw new Error("broken") }',
  JSON: 'JSON = undefined',
  'all of JSON': 'breakAll(JSON)',
  "an array's iterator": 'Array.prototype[Symbol.iterator] = function* () { yield "broken" }',
  "the deletion of an array's iterator": 'delete Array.prototype[Symbol.iterator]',
  "the array iterators' next":
    'Object.getPrototypeOf([][Symbol.iterator]()).next = () => ({ done: true })',
  'all of Array.prototype': 'breakAll(Array.prototype)',
  'Array.prototype.push': 'Array.prototype.push = () => { throw new Error("broken") }',
  'setters of array indices':
    'for (let i = 0; i < 9; i++) Object.defineProperty(Array.prototype, i, { set() { throw new Error("broken") }, configurable: true })',
  'getters of array indices':
    'for (let i = 0; i < 9; i++) Object.defineProperty(Array.prototype, i, { get() { return "broken" }, set() {}, configurable: true })',
  'values at array indices': 'for (let i = 0; i < 9; i++) Array.prototype[i] = "Map"',
  'a toJSON of arrays': 'Array.prototype.toJSON = () => "broken"',
  Array: 'Array = undefined',
  'Array.isArray and Array.from': 'Array.isArray = () => false; Array.from = () => []',
  'a species of Array':
    'Object.defineProperty(Array, Symbol.species, { get() { throw new Error("broken") } })',
  'Symbol.isConcatSpreadable': 'Object.prototype[Symbol.isConcatSpreadable] = true',
  'Promise.prototype.then': 'Promise.prototype.then = () => "broken"',
  'a then that never calls':
    'Promise.prototype.then = function () { return new Promise(() => {}) }',
  'all of Promise.prototype': 'breakAll(Promise.prototype)',
  'the global Promise': 'globalThis.Promise = class Broken {}',
  'the statics of Promise': 'breakAll(Promise)',
  'a species of Promise':
    'Object.defineProperty(Promise, Symbol.species, { get() { throw new Error("broken") } })',
  'a setter on all objects': `for (const key of ['a', 'text', 'sum', 'list', 'name']) Object.defineProperty(Object.prototype, key, { set() { throw new Error('broken') }, get() { return 'broken' }, configurable: true })`,
  'a getter for descriptors': 'Object.prototype.get = () => "broken"',
  'a setter for descriptors': 'Object.prototype.set = () => "broken"',
  'a value for descriptors': 'Object.prototype.value = "broken"',
  'flags for descriptors':
    'Object.prototype.enumerable = Object.prototype.writable = Object.prototype.configurable = false',
  'options on all objects': `for (const key of ['toJSON', 'substitute', 'settle', 'depth', 'maxBytes', 'compact', 'indentation', 'seen', 'hint', 'details', 'inputs', 'code', 'tool', 'everyMs', 'print', 'size', 'length', 'flags', 'resizable', 'done', 'next', 'return', 'cause', 'errors', 'stack']) Object.prototype[key] = 'broken'`,
  'a toJSON of all objects': 'Object.prototype.toJSON = () => "broken"',
  'a toJSON of texts': 'String.prototype.toJSON = () => "broken"',
  'a toJSON of dates': 'Date.prototype.toJSON = () => "broken"',
  'a toJSON of maps': 'Map.prototype.toJSON = () => "broken"',
  'a conversion of all objects': 'Object.prototype[Symbol.toPrimitive] = () => "broken"',
  'a tag of all objects': 'Object.prototype[Symbol.toStringTag] = "Map"',
  'an iterator of all objects': 'Object.prototype[Symbol.iterator] = function* () {}',
  'all of Object.prototype': 'breakAll(Object.prototype)',
  'the statics of Object': 'breakAll(Object)',
  'Object.defineProperty': 'Object.defineProperty = () => {}',
  'Object.keys': 'Object.keys = () => ["broken"]',
  'Object.freeze and Object.create': 'Object.freeze = Object.create = () => null',
  Object: 'Object = null',
  'all of Reflect': 'breakAll(Reflect)',
  Reflect: 'Reflect = undefined',
  'Map.prototype.get': 'Map.prototype.get = () => "broken"',
  'all of Map.prototype': 'breakAll(Map.prototype)',
  'all of Set.prototype': 'breakAll(Set.prototype)',
  'all of WeakMap.prototype': 'breakAll(WeakMap.prototype)',
  'the collections': 'Map = Set = WeakMap = WeakSet = undefined',
  'String.prototype.concat': 'String.prototype.concat = () => "broken"',
  'String.prototype.slice': 'String.prototype.slice = () => "broken"',
  'all of String.prototype': 'breakAll(String.prototype)',
  String: 'String = () => "broken"',
  'all of Number.prototype': 'breakAll(Number.prototype)',
  'Number.prototype.toString': 'Number.prototype.toString = () => "broken"',
  'the statics of Number': 'Number.isInteger = Number.isFinite = () => false; isNaN = () => true',
  Math: 'breakAll(Math); Math = undefined',
  'all of BigInt.prototype': 'breakAll(BigInt.prototype)',
  'all of Boolean.prototype': 'breakAll(Boolean.prototype)',
  'all of Symbol.prototype': 'breakAll(Symbol.prototype)',
  'Function.prototype.call': 'Function.prototype.call = () => "broken"',
  'Function.prototype.apply': 'Function.prototype.apply = () => "broken"',
  'Function.prototype.bind': 'Function.prototype.bind = () => () => "broken"',
  'all of Function.prototype': 'breakAll(Function.prototype)',
  'Symbol.hasInstance':
    'const own = { [Symbol.hasInstance]: () => true }; Object.setPrototypeOf(Error, own); Object.setPrototypeOf(Array, own)',
  'all of RegExp.prototype': 'breakAll(RegExp.prototype, ["source"])',
  'RegExp.prototype.exec': 'RegExp.prototype.exec = () => null',
  'all of Date.prototype': 'breakAll(Date.prototype)',
  'Date.now': 'Date.now = () => NaN',
  Date: 'Date = undefined',
  'Error.prepareStackTrace': 'try { Error.prepareStackTrace = () => { throw 1 } } catch {}',
  'Error.stackTraceLimit': 'Error.stackTraceLimit = 0',
  'a getter for Error.stackTraceLimit':
    'Object.defineProperty(Error, "stackTraceLimit", { get() { throw new Error("broken") } })',
  'the name of errors':
    'Object.defineProperty(RangeError.prototype, "name", { value: "broken" }); RangeError = TypeError = undefined',
  'Error.isError': 'Error.isError = () => false; Error.captureStackTrace = () => { throw 1 }',
  'Error.prototype.toString': 'Error.prototype.toString = () => "broken"',
  'all errors': 'Error = TypeError = RangeError = ReferenceError = ToolTimeoutError = undefined',
  buffers:
    'breakAll(ArrayBuffer.prototype); breakAll(Uint8Array.prototype); breakAll(Object.getPrototypeOf(Uint8Array.prototype)); breakAll(DataView.prototype)',
  'typed arrays': 'ArrayBuffer = Uint8Array = DataView = undefined',
  base64:
    'delete Uint8Array.prototype.toBase64; delete Uint8Array.fromBase64; atob = btoa = () => "broken"',
  iterators:
    'breakAll(Iterator.prototype); breakAll(Object.getPrototypeOf(new Map().entries())); breakAll(Object.getPrototypeOf(new Set().values()))',
  generators: 'breakAll(Object.getPrototypeOf(function* () {}).prototype)',
  Proxy: 'Proxy = undefined',
  'URL and Intl': 'URL = URLSearchParams = Intl = undefined',
  'timers and microtasks':
    'setTimeout = clearTimeout = queueMicrotask = structuredClone = undefined',
  'the texts of coding': 'breakAll(TextEncoder.prototype); breakAll(TextDecoder.prototype)',
  'the constructors of prototypes':
    'for (const C of [Object, Array, Promise, Map, Set, Error, RangeError, String, RegExp, Date]) delete C.prototype.constructor',
  'a constructor of promises': 'Promise.prototype.constructor = class Broken {}',
  'getters of array indices and lengths on all objects':
    'for (let i = 0; i < 5; i++) Object.defineProperty(Object.prototype, i, { get() { return "broken" }, set() { throw new Error("broken") }, configurable: true })',
  'a then of all objects': 'Object.prototype.then = resolve => resolve("broken")',
  'a then of all objects that never calls': 'Object.prototype.then = () => {}',
  'a then of all arrays': 'Array.prototype.then = resolve => resolve("broken")',
  'a then of all functions': 'Function.prototype.then = resolve => resolve("broken")',
  'a value that is an accessor of all objects':
    'Object.defineProperty(Object.prototype, "value", { get: () => "broken", set() {}, configurable: true })',
  'the frozen prototypes':
    'for (const C of [Object, Array, Function, Promise, Map, String, Error]) Object.freeze(C.prototype)',
  'the sealed global object': 'Object.preventExtensions(globalThis)',
  'inherited properties of the global object':
    'try { Object.setPrototypeOf(globalThis, { JSON: 1 }) } catch {}',
}

/** The names that the work itself needs, kept as locals. */
const keep = `const { take, add, fail, count, parallel, console, print, inputs } = globalThis; `

const all = `const scope = globalThis, names = Reflect.ownKeys(scope), { deleteProperty } = Reflect
  for (let i = 0; i < names.length; i++) deleteProperty(scope, names[i])`
patches['the deletion of everything from globalThis'] = all
patches['the deletion of everything from every prototype'] = `
  // Without its own methods no promise could be awaited, here or anywhere.
  const { ownKeys, deleteProperty } = Reflect, awaited = Promise, globals = ownKeys(globalThis)
  for (let i = 0; i < globals.length; i++) {
    const value = globalThis[globals[i]]
    if (typeof value !== 'function' || value === awaited || value === take || value === add || value === fail || value === count) continue
    const prototype = value.prototype, keys = prototype ? ownKeys(prototype) : []
    for (let j = 0; j < keys.length; j++) deleteProperty(prototype, keys[j])
    const statics = ownKeys(value)
    for (let j = 0; j < statics.length; j++) if (statics[j] !== 'prototype') deleteProperty(value, statics[j])
  }`

for (const [what, patch] of Object.entries(patches)) {
  t.test(`a program calls, logs and answers right after a patch of ${what}`, async t => {
    received.length = 0
    const source = `${break_}\n${keep}\n{ ${patch} }\n${work}`
    const outcome = await executor.execute({ source, inputs, limits: { cpuMs: 5000 } })
    const { status, output, logText } = outcome
    const error = 'error' in outcome ? outcome.error : undefined
    t.strictSame(
      { status, error, output },
      { status: 'completed', error: undefined, output: expected },
    )
    t.strictSame(received[0], { text: 'a"b', list: [1, [2, null]], deep: { flag: true } })
    t.equal(logText, 'line 1\nsecond line')
  })
}

/** Every word of the prelude's sources: the names that it reads are among them. */
const words = new Set<string>()
const prelude = new URL('../../executor/guest/', import.meta.url)
for (const file of readdirSync(prelude, { recursive: true, encoding: 'utf8' })) {
  if (!file.endsWith('.ts')) continue
  const text = readFileSync(new URL(file, prelude), 'utf8')
  for (const [word] of text.matchAll(/\b[a-z]\w*\b/g)) words.add(word)
}

/** How a program puts a name on a prototype that has none of that name. */
const manners: Record<string, string> = {
  text: "value: 'broken', writable: true",
  function: "value: () => 'broken', writable: true",
  'throwing accessor': "get() { throw 'broken' }, set() { throw 'broken' }",
}

for (const holder of ['Object', 'Array', 'Function', 'Map', 'Error']) {
  for (const [manner, how] of Object.entries(manners)) {
    t.test(`no ${manner} on ${holder}.prototype reaches the prelude by any name`, async t => {
      /** The names of a list that change what the work gives. */
      const reaching = async (names: readonly string[]): Promise<string[]> => {
        const patch = `const { defineProperty, hasOwn } = Object, names = ${JSON.stringify(names)}
          for (let i = 0; i < names.length; i++) {
            const one = { __proto__: null, configurable: true, ${how} }
            if (!hasOwn(${holder}.prototype, names[i])) defineProperty(${holder}.prototype, names[i], one)
          }`
        const source = `${keep}\n{ ${patch} }\n${work}`
        const { output, logText } = await executor.execute({ source, inputs })
        if (isDeepStrictEqual([output, logText], [expected, 'line 1\nsecond line'])) return []
        if (names.length === 1) return [...names]
        const half = names.length >> 1
        return [...(await reaching(names.slice(0, half))), ...(await reaching(names.slice(half)))]
      }
      t.strictSame(await reaching([...words]), [])
    })
  }
}

t.test('an asynchronous stream gives its items past a patched then', async t => {
  const source = `${keep}
    Object.prototype.then = () => {}
    Promise.prototype.then = () => 'broken'
    const items = []
    let i = 0
    for await (const item of count()) items[i++] = item
    items`
  t.strictSame((await executor.execute({ source })).output, [1, 2])
})

t.test(
  'what a program gives is awaited when it is a promise or of a class with a then',
  async t => {
    const values: readonly (readonly [source: string, output: unknown])[] = [
      ['({ then(resolve) { resolve(7) } })', 7],
      ['class Query { then(resolve) { resolve([1]) } }; new Query()', [1]],
      ['class Late extends Promise {}; new Late(resolve => resolve(7))', 7],
      ['(async () => ({ a: 1 }))()', { a: 1 }],
      ['delete Promise.prototype.then; (async () => 7)()', 7],
      ['new Proxy({ a: 1 }, { get: (target, key) => target[key] ?? (() => {}) })', { a: 1 }],
      ['Array.prototype.then = resolve => resolve(7); [[1]]', [[1]]],
      ['Map.prototype.then = resolve => resolve(7); new Map([[1, 2]])', new Map([[1, 2]])],
      ['Object.prototype.then = resolve => resolve(7); class A { x = 1 }; new A()', { x: 1 }],
      ['Object.prototype.then = resolve => resolve(7); if (true) { return { a: 1 } }', { a: 1 }],
      [
        'var f; function f() {}\nObject.prototype.then = resolve => resolve(7); take(1); return { a: 1 }',
        { a: 1 },
      ],
      [
        'var f; function f() {}\nArray.prototype.then = resolve => resolve(7); await take(1); return 0, [1]',
        [1],
      ],
      ['Object.prototype.then = resolve => resolve(7); take(1); ({ a: 1 }) // end', { a: 1 }],
      [
        'Object.prototype.then = resolve => resolve(7); await take(1); final_answer({ a: 1 })',
        { a: 1 },
      ],
    ]
    for (const [source, output] of values) {
      t.strictSame((await executor.execute({ source })).output, output, source)
    }
  },
)

t.test('a session keeps what a program put on all objects, and its values are right', async t => {
  const session = await executor.sessions.create()
  const outputs: unknown[] = []
  for (const source of [
    'Object.prototype.then = resolve => resolve(7); Object.prototype.value = 8; const a = [1]; a',
    '({ a })',
    'return { a, of: typeof {}.then, value: {}.value }',
    'await take(1); ({ of: typeof {}.then })',
    'using r = { [Symbol.dispose]() { a[0]++ } }; ({ a })',
    'delete Object.prototype.then; delete Object.prototype.value; [a, {}.then]',
  ]) {
    outputs.push((await session.execute({ source })).output)
  }
  t.strictSame(outputs, [
    [1],
    { a: [1] },
    { a: [1], of: 'function', value: 8 },
    { of: 'function' },
    { a: [2] },
    [[2], undefined],
  ])
})

t.test('there are at least twenty such programs', async t => {
  t.ok(Object.keys(patches).length >= 20)
})
