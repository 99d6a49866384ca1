/** A tool call works wherever an expression works, also below frames of the engine's own. */

import { setImmediate as turn } from 'node:timers/promises'
import t from 'tap'
import { outputOf, startExecutor } from '../support/executor.ts'

const echo = async (value: unknown) => {
  await turn()
  return value
}
const add = async (a: number, b: number) => {
  await turn()
  return a + b
}
const less = async (a: number, b: number) => {
  await turn()
  return a - b
}

const executor = startExecutor(t, { echo, add, less })

/** Where the call stands, the source, its value. */
const positions: [where: string, source: string, value: unknown][] = [
  // Callbacks of built-ins.
  ['a sort comparator', '[3, 1, 2].sort((a, b) => less(a, b))', [1, 2, 3]],
  ['the tool itself as the sort comparator', '[3, 1, 2].sort(less)', [1, 2, 3]],
  ['a toSorted comparator', '[3, 1, 2].toSorted((a, b) => less(b, a))', [3, 2, 1]],
  ['a map callback', '[1, 2].map(n => add(n, 1))', [2, 3]],
  ['a filter callback', '[1, 2, 3].filter(n => echo(n !== 2))', [1, 3]],
  ['a find callback', '[1, 2, 3].find(n => echo(n > 1))', 2],
  [
    'a some and an every callback',
    '[[1].some(n => echo(false)), [1].every(n => echo(true))]',
    [false, true],
  ],
  ['a flatMap callback', '[1, 2].flatMap(n => echo([n, n]))', [1, 1, 2, 2]],
  ['a forEach callback', 'let s = 0; [1, 2].forEach(n => { s += add(n, 0) }); s', 3],
  ['a reduce callback', '[1, 2, 3].reduce((s, n) => add(s, n), 0)', 6],
  ['the tool itself as the reduce callback', '[1, 2, 3].reduce(add)', 6],
  ['an Array.from mapper', 'Array.from({ length: 3 }, (_, i) => add(i, 1))', [1, 2, 3]],
  ['a typed array mapper', '[...new Uint8Array([1, 2]).map(n => add(n, 1))]', [2, 3]],
  [
    'an Object.groupBy callback',
    'Object.groupBy([1, 2, 3], n => echo(n % 2 ? "odd" : "even")).odd',
    [1, 3],
  ],
  [
    'a forEach of a Map',
    'const out = []; new Map([["k", 1]]).forEach((v, k) => out.push(echo(k + v))); out',
    ['k1'],
  ],
  [
    'an iterator helper',
    '[1, 2, 3].values().map(n => add(n, 1)).filter(n => echo(n > 2)).toArray()',
    [3, 4],
  ],
  ['a replace callback', "'a1b2'.replace(/\\d/g, d => echo(d + d))", 'a11b22'],
  ['a replaceAll callback', "'a-b-c'.replaceAll('-', () => echo('+'))", 'a+b+c'],
  [
    'a JSON reviver',
    `JSON.parse('{"a":1,"b":[2]}', (k, v) => typeof v === 'number' ? add(v, 10) : v)`,
    { a: 11, b: [12] },
  ],
  [
    'a JSON replacer',
    'JSON.stringify({ a: 1, b: 2 }, (k, v) => (k === "a" ? echo("x") : v))',
    '{"a":"x","b":2}',
  ],
  ['a then callback', 'await Promise.resolve(1).then(n => add(n, 1))', 2],
  [
    'a finally callback',
    'let s = ""; await Promise.resolve().finally(() => { s = echo("done") }); s',
    'done',
  ],
  ['a promise executor', 'await new Promise(resolve => resolve(echo(1)))', 1],
  ['a timer', 'await new Promise(resolve => setTimeout(() => resolve(echo(3)), 1))', 3],
  ['a microtask', 'await new Promise(resolve => queueMicrotask(() => resolve(echo(4))))', 4],

  // Conversions and other hidden calls.
  ['toJSON', "JSON.stringify({ at: { toJSON() { return echo('now') } } })", '{"at":"now"}'],
  ['Symbol.toPrimitive', '+{ [Symbol.toPrimitive]: () => echo(7) } + 1', 8],
  ['valueOf', '({ valueOf() { return echo(5) } }) * 2', 10],
  ['toString', 'String({ toString: () => echo("t") })', 't'],
  ['Symbol.hasInstance', '1 instanceof { [Symbol.hasInstance]: () => echo(true) }', true],
  ['a getter', 'const o = { get total() { return add(1, 2) } }; o.total', 3],
  ['a getter under a spread', 'const o = { get x() { return echo(1) } }; ({ ...o }).x', 1],
  [
    'a getter defined later',
    "const o = Object.defineProperty({}, 'x', { get: () => echo(2) }); o.x",
    2,
  ],
  ['a setter', 'let seen; const o = { set x(v) { seen = add(v, 1) } }; o.x = 1; seen', 2],
  ['a get trap', "new Proxy({}, { get: (_, key) => echo('got ' + key) }).name", 'got name'],
  ['a has trap', "'k' in new Proxy({}, { has: (_, key) => echo(key === 'k') })", true],
  [
    'an ownKeys trap',
    "Reflect.ownKeys(new Proxy({}, { ownKeys: () => echo(['a', 'b']) }))",
    ['a', 'b'],
  ],
  ['an apply trap', 'new Proxy(() => 0, { apply: (_, self, args) => echo(args.length) })(1, 2)', 2],
  [
    'a construct trap',
    'new (new Proxy(class {}, { construct: () => echo({ made: true }) }))().made',
    true,
  ],
  [
    'Symbol.iterator of a spread',
    '[...{ *[Symbol.iterator]() { yield echo(1); yield echo(2) } }]',
    [1, 2],
  ],
  [
    'next of an iterator',
    `const list = { [Symbol.iterator]() { let n = 0; return { next: () => echo(n < 2 ? { value: n++, done: false } : { done: true }) } } }
     const [a, ...rest] = list; [a, rest]`,
    [0, [1]],
  ],
  [
    'return of an iterator',
    `let closed = false
     const list = { [Symbol.iterator]: () => ({ next: () => ({ value: 1, done: false }), return() { closed = echo(true); return {} } }) }
     for (const x of list) break
     closed`,
    true,
  ],

  // Functions and classes.
  ['a default parameter', 'const f = (a, b = add(a, 1)) => [a, b]; f(1)', [1, 2]],
  [
    'a generator',
    'function* g() { const x = yield echo(1); yield add(x, 1) }\nconst i = g(); [i.next().value, i.next(5).value]',
    [1, 6],
  ],
  [
    'an async generator',
    'const out = []; for await (const n of (async function* () { yield echo(1); yield await echo(2) })()) out.push(n); out',
    [1, 2],
  ],
  ['a recursive function', 'const f = n => (n < 2 ? echo(n) : add(f(n - 1), f(n - 2))); f(8)', 21],
  ['a constructor', 'class A { constructor(n) { this.n = add(n, 1) } }\nnew A(1).n', 2],
  [
    'an argument of super',
    'class A { constructor(n) { this.n = n } }\nclass B extends A { constructor() { super(echo(3)) } }\nnew B().n',
    3,
  ],
  [
    'a field',
    'class A { n = echo(4); #m = add(this.n, 1); get m() { return this.#m } }\n[new A().n, new A().m]',
    [4, 5],
  ],
  ['a static field', 'class A { static n = echo(5) }\nA.n', 5],
  ['a static block', 'class A { static n; static { this.n = echo(6) } }\nA.n', 6],
  [
    'a private method',
    'class A { #f() { return echo(7) } f() { return this.#f() } }\nnew A().f()',
    7,
  ],
  ['a computed key of a class', "class A { [echo('name')]() { return 8 } }\nnew A().name()", 8],
  ['a tag', '(() => echo`ab`)()', ['ab']],
  ['a tag function', `const up = (s, ...v) => echo(s.join('|') + v); up\`a\${1}b\``, 'a|b1'],
  [
    'call, apply and bind',
    '[echo.call(null, 1), echo.apply(null, [2]), add.bind(null, 1)(2)]',
    [1, 2, 3],
  ],
  ['Reflect.apply', 'Reflect.apply(add, undefined, [1, 2])', 3],

  // Expressions and statements.
  ['a computed key', "({ [echo('k')]: 1 })", { k: 1 }],
  ['a template', `\`<\${echo(1)}>\``, '<1>'],
  ['a spread', '[...echo([1, 2]), Math.max(...echo([3, 4]))]', [1, 2, 4]],
  ['an object spread', '({ a: 1, ...echo({ b: 2 }) })', { a: 1, b: 2 }],
  [
    'the default of a destructuring',
    'const { a = echo(1), b = echo(2) } = { a: 5 }; [a, b]',
    [5, 2],
  ],
  [
    'the default of an array destructuring',
    'const [a = echo(1), [b] = echo([2])] = []; [a, b]',
    [1, 2],
  ],
  ['what is destructured', 'const { x: { y } } = echo({ x: { y: 1 } }); y', 1],
  ['a key of a destructuring', "const { [echo('k')]: v } = { k: 9 }; v", 9],
  ['an index', "['a', 'b'][echo(1)]", 'b'],
  ['the object of a member', 'echo({ a: { b: 2 } }).a.b', 2],
  ['an optional chain', '[echo({ a: 1 })?.a, echo(null)?.a.b, echo?.(3)]', [1, undefined, 3]],
  ['operands', 'echo(2) ** echo(3) + echo(1)', 9],
  ['an assignment', 'let x = 1; x += echo(2); let y = null; y ??= echo(3); [x, y]', [3, 3]],
  ['conditions', "echo(false) ? 'a' : echo(0) || echo('') || (echo(1) && 'b')", 'b'],
  ['new', 'new Date(echo(0)).toISOString()', '1970-01-01T00:00:00.000Z'],
  [
    'delete, typeof and in',
    "const o = { a: 1 }; [delete o[echo('a')], typeof echo(1), 'a' in o]",
    [true, 'number', false],
  ],
  ['a sequence', '(echo(1), echo(2))', 2],
  ['if', "if (echo(true)) 'yes'; else 'no'", 'yes'],
  [
    'switch',
    "switch (echo(2)) { case echo(1): 'one'; break; case echo(2): 'two'; break; default: 'other' }",
    'two',
  ],
  ['while', 'let n = 0; while (less(n, 3) < 0) n++; n', 3],
  ['do', 'let n = 0; do { n++ } while (echo(n < 3)); n', 3],
  ['for', 'let s = 0; for (let i = echo(0); echo(i < 3); i = add(i, 1)) s += i; s', 3],
  ['for of', 'let s = 0; for (const n of echo([1, 2])) s += n; s', 3],
  ['for in', "let s = ''; for (const k in echo({ a: 1, b: 2 })) s += k; s", 'ab'],
  ['throw', "try { throw echo('bad') } catch (e) { e }", 'bad'],
  ['catch', 'let v; try { null.x } catch (e) { v = echo(e instanceof TypeError) }; v', true],
  [
    'finally',
    "const log = []; try { throw 1 } catch {} finally { log.push(echo('f')) }; log",
    ['f'],
  ],
  [
    'finally after a return',
    'let s = 0; const f = () => { try { return 1 } finally { s = echo(5) } }; [f(), s]',
    [1, 5],
  ],
  [
    'a labelled loop',
    'let n = 0; outer: for (;;) { for (;;) { n = add(n, 1); if (n > 2) break outer } } n',
    3,
  ],
  ['return', 'if (true) return echo(1)', 1],
  ['await', 'await echo(1) + await echo(2)', 3],
  [
    'an async function without await',
    'const f = async () => { const n = echo(1); return n + 1 }; await f()',
    2,
  ],
]

for (const [where, source, value] of positions) {
  t.test(`a call works in ${where}`, async t => {
    t.strictSame(await outputOf(executor, source), value)
  })
}

t.test('a default whose parameter is given is not called', async t => {
  const outcome = await executor.execute({
    source: 'const { a = echo(1) } = { a: 2 }; const f = (b = echo(3)) => b; f(a)',
  })
  t.strictSame({ output: outcome.output, calls: outcome.calls }, { output: 2, calls: [] })
})

t.test(
  'a tool that throws unwinds a sort, a replace and a generator as any callback does',
  async t => {
    const fail = async () => {
      throw new RangeError('out')
    }
    const source = `
    const names = []
    const attempt = f => { try { f() } catch (e) { names.push(e.name) } }
    attempt(() => [2, 1].sort(() => fail()))
    attempt(() => 'ab'.replace(/a/, () => fail()))
    attempt(() => [...(function* () { try { yield fail() } finally { names.push('closed') } })()])
    attempt(() => JSON.stringify({ toJSON: () => fail() }))
    names`
    const names = ['RangeError', 'RangeError', 'closed', 'RangeError', 'RangeError']
    t.strictSame(await outputOf(executor, { source, tools: { fail } }), names)
  },
)
