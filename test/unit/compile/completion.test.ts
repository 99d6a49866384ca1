import t from 'tap'
import { compile } from '../../../executor/compile/compile.ts'
import { run } from './guest.ts'

const resultOf = async (source: string) => {
  const { value, error } = await run(source)
  return error === undefined ? value : { error }
}

const AsyncFunction = (async () => {}).constructor as new (body: string) => () => Promise<unknown>

/** Sources whose `return` gives what it gives in an async function, by V8. */
const returns: [source: string, value: unknown][] = [
  ['return 1', 1],
  ['return', undefined],
  ['1; return', undefined],
  ['return;', undefined],
  ['return\n5', undefined],
  ['return (\n5\n)', 5],
  ['return 1 // c', 1],
  ['return 1 // c\n;2', 1],
  ['return /* a */ 1 /* b */', 1],
  ['return { a: 1 }', { a: 1 }],
  ['return [1], 2', 2],
  ['return(1)', 1],
  ['return/a/.test("a")', true],
  ['return "use strict"', 'use strict'],
  ['if (true) return 1\nelse return 2', 1],
  ['if (false) return 1; else return 2', 2],
  ['if (true) return\n3', undefined],
  ['for (const x of [1, 2, 3]) { if (x === 2) return x } return 9', 2],
  ['let i = 0; while (true) if (++i > 3) return i', 4],
  ['do { return 1 } while (true)', 1],
  ['switch (2) { case 1: return 1; case 2: return 2; default: return 3 }', 2],
  ['a: { b: { return 1 } }', 1],
  ['a: return 1', 1],
  ['try { return 1 } finally { 2 }', 1],
  ['try { return 1 } finally { return 2 }', 2],
  ['try { throw 1 } catch (e) { return e + 1 } finally { 5 }', 2],
  ['a: try { return 1 } finally { break a } return 7', 7],
  ['for (const x of [1, 2]) { try { return x } finally { continue } } return 8', 8],
  [
    'let s = ""; try { try { return s } finally { s += "a" } } finally { s += "b"; return s }',
    'ab',
  ],
  ['try { return (() => { throw 1 })() } catch { return 2 }', 2],
  ['return Promise.resolve(5)', 5],
  ['return await Promise.resolve(5)', 5],
  ['const x = await 1; return x + 1', 2],
  ['function a() { return 1 } return a() + 1', 2],
  ['return a(); function a() { return 1 }', 1],
  ['const a = () => { return 1 }; return a()', 1],
  ['"use strict"\nreturn (function () { return this })()', undefined],
  ['var a = 1; function a() {} return typeof a', 'number'],
  ['function a() {} async function a() {} return a.constructor.name', 'AsyncFunction'],
  ['with ({ x: 1 }) return x', 1],
  ['{ using x = { [Symbol.dispose]() {} }; return 1 }', 1],
]

for (const [source, value] of returns) {
  t.test(`top-level return: ${JSON.stringify(source)}`, async t => {
    t.strictSame(await resultOf(source), value)
    t.strictSame(await new AsyncFunction(source)(), value, 'V8 agrees')
  })
}

t.test('an object returned in parts keeps its line ends', async t => {
  const compiled = compile('return {\n a: 1,\n b\n}\n', 'javascript')
  t.equal(compiled.ok && compiled.program.code.split('\n').length, 6)
})

/** Sources without `return`, with the completion value that a script has. */
const completions: [source: string, value: unknown][] = [
  ['', undefined],
  ['// nothing', undefined],
  ['1', 1],
  ['1;;', 1],
  ['1; let x = 2', 1],
  ['1; function a() {}', 1],
  ['1; var x = 2', 1],
  ['if (true) { 1 } else { 2 }', 1],
  ['1; if (false) 2', undefined],
  ['for (const x of [1, 2]) x * 2', 4],
  ['try { 1 } finally { 2 }', 1],
  ['try { throw 1 } catch (e) { e + 1 }', 2],
  ['1; {}', 1],
  ["'use strict'", 'use strict'],
  ["'use strict'\n1", 1],
  ["'use strict' // c\n;1", 1],
  ["'a'; 'b'\nlet x = 1", 'b'],
  ['#!/usr/bin/env node\n5', 5],
  ['await 5', 5],
  ['Promise.resolve(5)', 5],
  ['if (false) return 1; 2', 2],
  ['2; if (false) return 1', undefined],
  ['3; function a() { return 1 }', 3],
  ['a(); function a() { return 1 }', 1],
  ['function a() { return 1 } function a() { return 2 } a()', 2],
  ['function a() { return 1 } var a; a()', 1],
  ['function a() { return 1 } { function a() { return 2 } } a()', 2],
  ['async function a() {} function* a() {} a.constructor.name', 'GeneratorFunction'],
  ['async function a() { return 1 } typeof globalThis.a', 'function'],
  ['let undefined_ = 1; undefined_', 1],
  ['const f = 5; f', 5],
  ['using x = { [Symbol.dispose]() {} }; 6', 6],
  ['await using x = { async [Symbol.asyncDispose]() {} }; 6', 6],
  ['var v = 1; globalThis.v', 1],
]

for (const [source, value] of completions) {
  t.test(`completion value: ${JSON.stringify(source)}`, async t => {
    t.strictSame(await resultOf(source), value)
  })
}

const objects: [source: string, value: unknown][] = [
  ['{}', {}],
  ['{ a: 1 }', { a: 1 }],
  ['{ a: 1, b: [2] }', { a: 1, b: [2] }],
  ['\n// c\n{ a: await f(1), "b": 2, }\n// d\n', { a: 1, b: 2 }],
  ['{ a: 1 };', 1],
  ['{ a: 1 }\n{ b: 2 }', 2],
  ['{ let x = 1; x }', 1],
  ['{ f(3) }', 3],
]

for (const [source, value] of objects) {
  t.test(`braces: ${JSON.stringify(source)}`, async t => {
    t.strictSame(await resultOf(source), value)
  })
}

t.test('names of a program do not clash with globals', async t => {
  t.strictSame(await resultOf('const f = 1; let Map = 2; class Promise {} [f, Map]'), [1, 2])
})

t.test('a name declared twice is an error at the second', t => {
  t.strictSame(compile('let x\n let x', 'javascript'), {
    ok: false,
    error: {
      name: 'SyntaxError',
      message: "Identifier 'x' has already been declared",
      line: 2,
      column: 6,
    },
  })
  t.end()
})
