import { Console } from 'node:console'
import { readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { Writable } from 'node:stream'
import { format, inspect } from 'node:util'
import { runInThisContext } from 'node:vm'
import { EvalFlags, QuickJS } from 'quickjs-wasi'
import t from 'tap'

const wasm = await WebAssembly.compile(
  readFileSync(new URL(import.meta.resolve('quickjs-wasi/quickjs.wasm'))),
)

// The clock goes on by 1.2345 ms whenever it is read. The promise inspector knows one promise.
const entry = `
  import { inspect, registerInspector, setStackInspector } from './inspect/inspect.ts'
  import { setPromiseHooks } from './promise-state.ts'
  import { format } from './inspect/format.ts'
  import { installConsole } from './web/console.ts'
  let written = ''
  let ms = 0
  Object.assign(globalThis, { inspect, registerInspector, setPromiseHooks, setStackInspector })
  globalThis.format = (...args) => format(args)
  // One string, so that reading it needs no built-in that a test has patched.
  globalThis.takeLines = () => {
    const taken = written
    written = ''
    return taken
  }
  installConsole(globalThis, (level, text) => { written += level + ' ' + text + '\\0' }, () => (ms += 1.2345))
`

const linesTaken = (text: unknown) => String(text).split('\0').slice(0, -1)

/** A guest with the modules under test; the returned function evaluates a source in it. */
async function startGuest(): Promise<(source: string) => unknown> {
  const vm = await QuickJS.create({
    wasm,
    moduleLoader: {
      normalize: (base, specifier) => new URL(specifier, base).href,
      load: name => stripTypeScriptTypes(readFileSync(new URL(name), 'utf8')),
    },
  })
  t.teardown(() => vm.dispose())
  const name = new URL('../../executor/guest/entry.ts', import.meta.url).href
  const promise = vm.evalCode(entry, name, EvalFlags.TYPE_MODULE)
  vm.executePendingJobs()
  const loaded = await vm.resolvePromise(promise)
  if ('error' in loaded) throw new Error(String(vm.dump(loaded.error)))
  return source => vm.evalCode(source).consume(handle => vm.dump(handle))
}

/** Compares what `print` of each expression gives in a guest and in Node. */
async function compare(
  expressions: string[],
  guestCall: (expression: string) => string,
  nodeCall: (value: unknown) => string,
  prelude = '',
) {
  const run = await startGuest()
  const inGuest: Record<string, unknown> = {}
  const inNode: Record<string, unknown> = {}
  for (const expression of expressions) {
    const source = `(() => { ${prelude}; return (${expression}) })()`
    inGuest[expression] = run(guestCall(source))
    inNode[expression] = nodeCall(runInThisContext(source))
  }
  return { inGuest, inNode }
}

// An error whose stack is known, since the engines' own stacks differ.
const errorPrelude = `const error = (e, frames = '') => {
  Object.defineProperty(e, 'stack', { value: e.name + ': ' + e.message + frames, configurable: true })
  return e
}`

const primitives = `
undefined
null
true
0
-0
1.5
1e21
-1e-7
NaN
-Infinity
123n
-5n
'text'
''
"it's"
'a"b\\'c'
'a"b\`c\\'d'
"a'b\\"c\${d}"
'\\n\\t\\b\\f\\r\\0\\x01\\x1f\\x7f\\x9f'
'back\\\\slash'
'\\u{1F600} \\ud83d \\ude00x'
'x'.repeat(10100)
'long line one of many\\n'.repeat(6)
Symbol()
Symbol('name')
Symbol('a\\nb')`

const collections = `
[]
[1, 2, 3]
['a', 'b']
[[], {}, '']
[undefined, null, , 3]
[, 'a'].concat([, ,])
new Array(5)
Array.from({ length: 7 }, (_, i) => i)
Array.from({ length: 101 }, (_, i) => i)
Array.from({ length: 200 }, (_, i) => i * 37)
Array.from({ length: 101 }, (_, i) => (i === 100 ? 'x' : i))
Array.from({ length: 27 }, (_, i) => 'item' + i)
Array.from({ length: 30 }, (_, i) => i * 1000 + 0.5)
Array.from({ length: 8 }, (_, i) => 'a'.repeat(i * 3))
Array.from({ length: 101 }, (_, i) => ({ id: i, name: 'n' + i }))
Array.from({ length: 10 }, (_, i) => [i, i * i])
[1n, 2n, 3n, 4n, 5n, 6n, 7n]
[1, 2, 3, 4, 5, 6, 'a']
'中文字符'.split('').concat('abcdefgh'.split(''))
Object.assign([1, 2], { x: 1, '-1': 2, [Symbol('s')]: 3 })
(a => ((a[100] = 2), a))([1])
(a => (delete a[50], a))(Array.from({ length: 110 }, (_, i) => i))
[['x'.repeat(70)]]
['x'.repeat(100) + '\\n' + 'y'.repeat(20)]
[[[[]]]]
[[[[1]]]]
new Map([['a', 1], ['b', { c: 2 }]])
new Map()
new Map([[{ a: 1 }, new Set([[1]])]])
new Map(Array.from({ length: 150 }, (_, i) => [i, i]))
[new Map([[1, { a: { b: 1 } }]])]
Object.assign(new Map(), { x: 1 })
new Set([1, 'two', [3]])
new Set()
new Set(Array.from({ length: 150 }, (_, i) => i))
new Uint8Array([1, 2, 3])
new Uint8Array(0)
new Uint8Array(300)
new Float64Array([1.5, -0])
new BigInt64Array(2)
Object.assign(new Int16Array(2), { x: 1 })
new ArrayBuffer(5)
new ArrayBuffer(200)
new DataView(new ArrayBuffer(2))
new WeakMap()
new WeakSet()
[1].values()
'a,b'.match(/(?<x>a)/)
(function () { return arguments })(1, 'a')`

const objects = `
({})
({ a: 1, b: 'x' })
({ 'a-b': 1, 1: 2, '': 3, ['__proto__']: 4, $a: 5, 'ü': 6 })
({ [Symbol('k')]: 1, [Symbol.for('y')]: {} })
({ get a() { throw 1 }, get b() { return 1 }, set b(v) {}, set c(v) {} })
({ a: { b: { c: {} } } })
({ a: { b: { c: { d: 1 } } } })
({ a: [[[[1]]]], m: { n: { o: new Map([[1, 2]]), p: new Date(0), q: () => {} } } })
({ users: [{ id: 1, name: 'Ann', tags: ['a', 'b'] }, { id: 2, name: 'Bob', tags: [] }], next: null })
({ a: 'x'.repeat(60), b: 'y' })
({ a: 'x'.repeat(60), b: 'y'.repeat(20) })
({ a: 'line one\\nline two and more text that is long enough to be wrapped' })
({ a: Array.from({ length: 20 }, (_, i) => i), b: 'text' })
({ a: {}, b: [], c: new Map(), d: new Set(), e: '', f: new Date(0), g: /x/ })
Object.fromEntries(Array.from({ length: 40 }, (_, i) => ['key' + i, i]))
(o => ((o.self = o), o))({})
(o => ((o.a.o = o), (o.b[0] = o.a), (o.a.a = o.a), o))({ a: {}, b: [] })
(m => m.set('m', m))(new Map())
Object.create(null)
Object.assign(Object.create(null), { x: 1 })
Object.create({})
Object.create(Object.create(null))
Object.create(Array.prototype)
Object.freeze({ a: 1 })
Object.groupBy([1, 2, 3], x => (x % 2 ? 'odd' : 'even'))
({ [Symbol.toStringTag]: 'Tag', a: 1 })
new (class T { get [Symbol.toStringTag]() { return 'TT' } })()
new (class T { get [Symbol.toStringTag]() { throw 1 } })()
new (class Foo { constructor() { this.x = [1, 2, { y: 3 }] } })()
new (class P { #hidden = 1; shown = 2 })()
new (class {})()
new (class M extends Map {})([[1, 2]])
(class L extends Array {}).from([1, 2])
new (class D extends Date {})(0)
new (class R extends RegExp {})('x')
{ const { prototype } = class Z {}; return Object.create(prototype) }
Math
JSON
Object.prototype
Array.prototype
Map.prototype
Object.setPrototypeOf(new Map([[1, 2]]), null)
Object.setPrototypeOf(new Set([1]), null)
Object.setPrototypeOf([1], null)
Object.setPrototypeOf(new Date(0), null)
Object.setPrototypeOf(/x/, null)
Object.setPrototypeOf(new Uint8Array(2), null)
Object.setPrototypeOf(() => {}, null)
(function f() {})
(() => {})
(function () {})
async () => {}
[function* g() {}, (function* g() {})()]
[async function* h() {}, (async function* h() {})()]
({ f() {}, async g() {}, *h() {}, class() {}, k: class {} })
Object.assign(() => {}, { a: 1 })
{ class A {}; class B extends A { static s = 1 }; return [A, B, new B()] }
(class {})
(class extends Array {})
Math.max
new Date(0)
new Date(NaN)
Object.assign(new Date(0), { x: 1 })
/a\\/b/dgimsuy
Object.assign(/x/g, { x: 1 })
new Number(-0)
new String('abc')
Object.assign(new String('ab'), { a: 1 })
new (class S extends String {})('x')
new Boolean(true)
Object(1n)
Object(Symbol('q'))`

const errors = `
error(new Error('m'))
error(Object.assign(new TypeError('m'), { code: 'X', n: 1 }))
error(new Error('m', { cause: error(new RangeError('c')) }))
error(new Error('m', { cause: undefined }))
error(new AggregateError([error(new Error('a')), 1], 'many'))
error(new (class MyError extends Error {})('m'))
error(new (class ValidationError extends Error { name = 'ValidationError' })('m'))
error(new (class Oops extends Error { name = 'Custom' })('m'))
error(new (class Oops extends Error { get name() { return 'CustomError' } })('m'))
error(Object.assign(new Error('m'), { name: 'Foo', message: 'other' }))
({ e: error(new Error('m')), f: [error(new Error('a\\nb'))] })
error(new Error('m'), '\\n    at f (program:3:5)\\n    at g (program:9:1)')
({ e: error(Object.assign(new Error('m'), { code: 1 }), '\\n    at f (program:3:5)') })
({ a: { b: { c: error(Object.assign(new Error('m'), { code: 1 })) } } })
(e => ((e.self = e), e))(error(new Error('m')))`

const formats = `
[]
['']
['', 1]
['%s %s', 'a', 1]
['%s', 'a', 'b', { a: 1 }]
['a', 'b', 1]
[1, 'a', '%s']
[{ a: 1 }, 'x', [], '']
['%d|%d|%d|%d', '42', 1n, {}, Symbol('a')]
['%i %i %i %f %f', '4.7', null, 1n, '4.7x', Symbol('a')]
['%j %j', { a: [1] }, undefined]
['%j', (o => ((o.o = o), o))({})]
['%O', { a: { b: { c: { d: 1 } } } }]
['%o', [1]]
['%s', { a: { b: { c: 1 } } }]
['%s %s', [1, [2, [3]]], () => 1]
['%s %s %s', Symbol('x'), null, undefined]
['%s %s', -0, 12345678901234567890n]
['%s %s', { toString() { return 'T' } }, new (class { toString() { return 'F' } })()]
['%s %s', { [Symbol.toPrimitive]() { return 'P' } }, Object.create(null)]
['%s %s', new (class Foo {})(), new (class D extends Date {})(0)]
['%c styled %c', 'css', 'more']
['100%', 'x']
['%', 'x']
['%%']
['%% %s', 'x']
['%x %s %', 'x']
['%s %s', 'x']
['%s']
['%s%s%%s', 'a']
['a%sb%sc', '1', '2', '3', '4']
[null, undefined, true]`

const consoleCalls = `
console.log('%s is %d', 'a', 5)
console.log()
console.dirxml({ a: 1 }, [2])
console.dir({ a: { b: { c: { d: 1 } } } }, { depth: 0 })
console.dir({ a: { b: { c: { d: {} } } } }, { depth: null })
console.group('G'); console.log('a\\nb'); console.group(); console.log({ a: 1 }); console.groupEnd(); console.groupEnd(); console.groupEnd(); console.log('z')
console.count(); console.count(); console.count('x'); console.countReset(); console.count()
console.assert(false, 'no %s', 'x'); console.assert(false); console.assert(true, 'y'); console.assert(0, { a: 1 })
console.table([{ a: 1, b: 'x' }, { a: 2, c: true }])
console.table([[1, 2], [3, 4]])
console.table([1, 'a', { x: 1 }])
console.table({ r1: { a: 1 }, r2: { a: 2 } })
console.table([{ a: 1, b: 2 }], ['b'])
console.table(new Map([['a', 1], ['b', { x: 1 }]]))
console.table(new Set([1, 'x']))
console.table([{ a: { b: 1 } }, { a: { b: 1, c: 2, d: 3 } }, { a: [1, 2, 3, 4, 5] }])
console.table([{ n: '中文' }])
console.table([])
console.table(5)`

const linesOf = (text: string) => text.trim().split('\n')
// A line of several statements is the body of a function.
const asExpression = (line: string) => (line.startsWith('{ ') ? `(() => ${line})()` : line)

for (const [what, expressions] of Object.entries({ primitives, collections, objects })) {
  t.test(`${what} print as Node prints them`, async t => {
    const { inGuest, inNode } = await compare(
      linesOf(expressions).map(asExpression),
      source => `inspect(${source})`,
      value => inspect(value),
    )
    t.strictSame(inGuest, inNode)
  })
}

t.test('errors with a known stack print as Node prints them', async t => {
  const { inGuest, inNode } = await compare(
    linesOf(errors),
    source => `inspect(${source})`,
    value => inspect(value),
    errorPrelude,
  )
  t.strictSame(inGuest, inNode)
})

t.test('a line of the console is formatted as Node formats it', async t => {
  const { inGuest, inNode } = await compare(
    linesOf(formats),
    source => `format(...${source})`,
    value => format(...(value as unknown[])),
  )
  t.strictSame(inGuest, inNode)
})

t.test('console methods write what Node writes', async t => {
  const run = await startGuest()
  const inGuest: Record<string, unknown> = {}
  const inNode: Record<string, unknown> = {}
  for (const call of linesOf(consoleCalls)) {
    const lines = linesTaken(run(`${call}; takeLines()`))
    inGuest[call] = lines.map(line => line.slice(line.indexOf(' ') + 1)).join('\n')
    let written = ''
    const stream = new Writable({
      write(chunk, _encoding, done) {
        written += chunk
        done()
      },
    })
    runInThisContext(`console => { ${call} }`)(new Console({ stdout: stream, stderr: stream }))
    inNode[call] = written.replace(/\n$/, '')
  }
  t.strictSame(inGuest, inNode)
})

t.test('each console method has its level and needs no this', async t => {
  const run = await startGuest()
  t.strictSame(
    linesTaken(
      run(`
      const { log, info, warn, error, debug, trace, assert, table, dir, count, countReset, time, timeLog, timeEnd } = console
      log('a'); info('b'); warn('c'); error('d'); debug('e'); print('f', 1, { a: 1 })
      trace('g %s', 1); assert(false, 'h'); table(1); dir('i'); count('j'); countReset('k')
      time(); time(); timeLog('default', 'x', { a: 1 }); timeEnd(); timeEnd()
      takeLines()`),
    ),
    [
      'log a',
      'info b',
      'warn c',
      'error d',
      'debug e',
      'log f 1 { a: 1 }',
      'error Trace: g 1',
      'error Assertion failed: h',
      'log 1',
      "log 'i'",
      'log j: 1',
      "warn Warning: Count for 'k' does not exist",
      "warn Warning: Label 'default' already exists for console.time()",
      'log default: 1.234ms x { a: 1 }',
      'log default: 2.469ms',
      "warn Warning: No such label 'default' for console.timeEnd()",
    ],
  )
})

t.test('console and print are globals that are not enumerable', async t => {
  const run = await startGuest()
  t.strictSame(
    run(`['console', 'print'].map(name => {
      const { enumerable, writable, configurable } = Object.getOwnPropertyDescriptor(globalThis, name)
      return { enumerable, writable, configurable }
    })`),
    [
      { enumerable: false, writable: true, configurable: true },
      { enumerable: false, writable: true, configurable: true },
    ],
  )
})

t.test('an error without a known stack prints its name, message and properties', async t => {
  const run = await startGuest()
  t.strictSame(
    run(`[
      inspect(new TypeError('m')),
      inspect(Object.assign(new Error('m', { cause: new RangeError('c') }), { code: 'X' })),
      inspect({ e: new Error('m') }),
    ]`),
    ['TypeError: m', "Error: m { code: 'X', [cause]: [RangeError: c] }", '{ e: [Error: m] }'],
  )
})

t.test('the core says what stacks, promises and objects of its own classes print', async t => {
  const run = await startGuest()
  t.strictSame(
    run(`
      class Place { constructor(name) { this.name = name } }
      registerInspector(Place.prototype, place => 'Place {\\n  ' + place.name.trim() + '\\n}')
      setStackInspector(error => error.message === 'traced' ? '    at f (program:3:5)\\n' : undefined)
      setPromiseHooks({
        state: promise => promise.tag ?? 0,
        result: promise => promise.tag === 1 ? { a: 1 } : 'no',
      })
      const promise = tag => Object.defineProperty(new Promise(() => {}), 'tag', { value: tag });
      [
        inspect([new Place('Oslo')]), inspect(new (class extends Place {})('Rome')),
        inspect(Object.create(Place.prototype)),
        inspect(new Error('traced')), inspect(new Error('plain')),
        inspect(promise(1)), inspect(promise(2)), inspect(promise(3)), inspect([new (class Later extends Promise {})(() => {})]),
      ]`),
    [
      '[\n  Place {\n    Oslo\n  }\n]',
      'Place {\n  Rome\n}',
      'Place {}',
      'Error: traced\n    at f (program:3:5)',
      'Error: plain',
      'Promise { { a: 1 } }',
      "Promise { <rejected> 'no' }",
      'Promise { <pending> }',
      '[ Later [Promise] { <pending> } ]',
    ],
  )
})

t.test('patched and deleted built-ins change nothing that is printed', async t => {
  const run = await startGuest()
  run(`
    const values = [
      [1, 2, 3], [1, , 'a\\n'], Array.from({ length: 120 }, (_, i) => i), { a: { b: [new Map([['k', new Set([1])]])] } },
      new Uint8Array(9), new ArrayBuffer(3), new Date(0), /a/gi, Object(1n), new String("it's"), Symbol('s'),
      class A extends Array {}, async () => {}, Object.create(null), new Promise(() => {}), new WeakMap(),
      Object.assign(new Error('m', { cause: new TypeError('c') }), { code: 1 }), { get a() { return 1 }, set b(v) {} },
      'x'.repeat(90) + '\\n' + 'y', ['中文', 'b', 'c', 'd', 'e', 'f', 'g'], 1.5, -0, 5n, new DataView(new ArrayBuffer(1)),
      new (class B extends Map {})([[1, 2]]), Object.assign([1], { extra: 1, [Symbol('k')]: 2 }), [() => {}],
    ]
    const cycle = { list: [] }
    cycle.list[0] = cycle
    values[values.length] = cycle
    const printAll = () => {
      let text = ''
      for (let i = 0; i < values.length; i++) text += inspect(values[i]) + '\\0'
      console.log('%s %d %i %f %j %o', 'a', '1', '2', '3.5', 1, [1], values[3])
      console.group('g')
      console.table([{ a: 1 }, { b: 2 }])
      console.table([{ a: 1, b: 2 }], ['b'])
      console.table(values[3].a.b[0])
      console.groupEnd()
      console.count('c')
      console.countReset('c')
      console.assert(false, 'x', 1)
      return text + takeLines()
    }`)
  const before = run('printAll()')
  run(`
    const spoil = () => { throw 'a patched built-in was called' }
    const { defineProperty } = Object
    const targets = [Reflect, Math, JSON, Object.getPrototypeOf(Uint8Array), Object.getPrototypeOf(Uint8Array).prototype]
    for (const iterator of [[].values(), new Map().entries(), new Set().values(), ''[Symbol.iterator]()])
      targets.push(Object.getPrototypeOf(iterator))
    for (const name of Object.getOwnPropertyNames(globalThis)) {
      const value = globalThis[name]
      if (/^[A-Z]/.test(name) && typeof value === 'function') targets.push(value, ...(value.prototype ? [value.prototype] : []))
    }
    const kept = new Set(['prototype', 'name', 'length', '__proto__', 'message', Symbol.toStringTag])
    const jobs = []
    for (const target of targets)
      for (const key of Reflect.ownKeys(target)) if (!kept.has(key)) jobs.push({ target, key })
    const names = Object.getOwnPropertyNames(globalThis).filter(name => /^[A-Z]/.test(name))
    const method = { __proto__: null, value: spoil, configurable: true, writable: true }
    const accessor = { __proto__: null, get: spoil, set: spoil, configurable: true }
    for (let i = 0; i < jobs.length; i++) {
      try { defineProperty(jobs[i].target, jobs[i].key, method) } catch { delete jobs[i].target[jobs[i].key] }
    }
    for (let i = 0; i < names.length; i++) delete globalThis[names[i]]
    for (let i = 0; i < 300; i++) defineProperty(jobs.__proto__, i, accessor)
    for (const key in { value: 1, get: 1, set: 1, enumerable: 1, depth: 1, maxBytes: 1, done: 1, kind: 1, status: 1, cause: 1, index: 1 })
      defineProperty(spoil.__proto__.__proto__, key, accessor)
  `)
  t.strictSame(linesTaken(run('printAll()')), linesTaken(before))
})

t.test('a trap or a getter that throws spoils its own part alone', async t => {
  const run = await startGuest()
  t.strictSame(
    run(`
      const traps = Object.getOwnPropertyNames(Reflect)
      const throwing = trap => new Proxy({ a: 1 }, { [trap]() { throw new Error(trap) } })
      const { proxy, revoke } = Proxy.revocable([], {})
      revoke()
      const bad = new (class Bad { toString() { throw 1 } valueOf() { throw 2 } toJSON() { throw 3 } })();
      [
        Object.fromEntries(traps.map(trap => [trap, inspect({ p: throwing(trap), q: 1 })])),
        inspect([proxy]),
        inspect({ get a() { throw 1 } }),
        inspect(Object.defineProperty(new Error('m'), 'message', { get() { throw 1 } })),
        format('%s %d %j %i', bad, bad, bad, bad),
        inspect({ a: 1 }, { get depth() { throw 1 } }),
      ]`),
    [
      {
        apply: '{ p: { a: 1 }, q: 1 }',
        construct: '{ p: { a: 1 }, q: 1 }',
        defineProperty: '{ p: { a: 1 }, q: 1 }',
        deleteProperty: '{ p: { a: 1 }, q: 1 }',
        get: '{ p: { a: 1 }, q: 1 }',
        getOwnPropertyDescriptor: '{ p: <Inspection threw>, q: 1 }',
        getPrototypeOf: '{ p: <Inspection threw>, q: 1 }',
        has: '{ p: <Inspection threw>, q: 1 }',
        isExtensible: '{ p: { a: 1 }, q: 1 }',
        ownKeys: '{ p: <Inspection threw>, q: 1 }',
        preventExtensions: '{ p: { a: 1 }, q: 1 }',
        set: '{ p: { a: 1 }, q: 1 }',
        setPrototypeOf: '{ p: { a: 1 }, q: 1 }',
      },
      '[ <Inspection threw> ]',
      '{ a: [Getter] }',
      'Error',
      'Bad {} Bad {} Bad {} Bad {}',
      '{ a: 1 }',
    ],
  )
})

t.test('a prototype chain without an end is given up', async t => {
  const run = await startGuest()
  t.equal(
    run(
      `const endless = () => new Proxy({}, { getPrototypeOf: endless }); inspect({ a: endless() })`,
    ),
    '{ a: Object <Object <Complex prototype> {}> {} }',
  )
})

t.test('what is printed is bounded, however large or deep the value', async t => {
  const run = await startGuest()
  const lengths = run(`
    let deep = {}
    for (let i = 0; i < 10000; i++) deep = { deep }
    const wide = d => (d ? Array.from({ length: 10 }, () => wide(d - 1)) : 1)
    const keys = Object.fromEntries(Array.from({ length: 50000 }, (_, i) => ['a long name of a key ' + i, i]));
    [
      inspect(Array.from({ length: 100000 }, (_, i) => i)),
      inspect('x'.repeat(1e7)),
      inspect(['x'.repeat(1e7)]),
      inspect(new Uint8Array(1e7)),
      inspect(deep),
      inspect(deep, { depth: null }),
      inspect(wide(5), { depth: null, maxBytes: 10000 }),
      inspect(keys),
      inspect(keys, { maxBytes: 100 }),
      inspect('é'.repeat(100), { maxBytes: 21 }),
      inspect('😀'.repeat(100), { maxBytes: 8 }),
    ].map(text => [text.length, text.slice(-20)])`) as [number, string][]
  t.strictSame(lengths.slice(-2), [
    [17, `'${'é'.repeat(10)}… more`],
    [9, "'😀… more"],
  ])
  // Each text may exceed its bound by the marker.
  const bounds = [500, 10_100, 10_100, 500, 100, 20_000, 10_006, 1_048_582, 106, 17, 9]
  t.strictSame(
    lengths.map(([length], at) => length <= (bounds[at] as number)),
    bounds.map(() => true),
  )
})
