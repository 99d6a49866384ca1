import t from 'tap'
import { compile } from '../../../executor/compile/compile.ts'
import { patience } from '../../support/patience.ts'
import { TestSession } from '../session-guest.ts'

/** Runs programs in one session; gives what each of them came to. */
async function valuesOf(...programs: string[]): Promise<unknown[]> {
  const session = new TestSession()
  const values: unknown[] = []
  for (const program of programs) {
    const { value, error } = await session.run(program)
    values.push(error ?? value)
  }
  return values
}

t.test('a program of the default mode is the same as before there were sessions', async t => {
  const source = 'const x = 1; function f() {} if (x) return f'
  const compiled = compile(source, 'javascript')
  t.equal(
    compiled.ok && compiled.program.code,
    '\n__latchd_program:{const x = 1; function f() {} if (x) {( f);break __latchd_program}}',
  )
})

t.test('what a program declares is there in later programs', async t => {
  const declare = `const a = 1; let b = 2; var c = 3
    class D { #e = 4; get e() { return this.#e } static s = 5 }
    function f() { return a + b }
    const { g, h: [i = 7] } = { g: 6, h: [] }, j = 8
    k = 9`
  t.strictSame(
    (await valuesOf(declare, '[a, b, c, new D().e, D.s, f(), g, i, j, k]'))[1],
    [1, 2, 3, 4, 5, 3, 6, 7, 8, 9],
  )
})

const kinds = ['const x = ', 'let x = ', 'var x = ', 'x = ']
for (const before of [...kinds, 'function x() {}; ', 'class x {}; ']) {
  for (const after of ['const x = ', 'let x = ', 'var x = ']) {
    t.test(`a name is declared again: ${before}… and then ${after}…`, async t => {
      t.strictSame((await valuesOf(`${before}1`, `${after}2; x`, 'x')).slice(1), [2, 2])
    })
  }
  t.test(`a name is declared again: ${before}… and then as a function or a class`, async t => {
    const again = 'x(); function x() { return 2 }'
    t.strictSame((await valuesOf(`${before}1`, again, 'x()')).slice(1), [2, 2])
    t.strictSame((await valuesOf(`${before}1`, 'class x { static y = 3 }', 'x.y'))[2], 3)
  })
}

t.test('functions of earlier programs see the new binding of a name', async t => {
  t.strictSame(
    await valuesOf(
      'let n = 1; const read = () => n; function add(m) { n += m }',
      'add(10); read()',
      'const n = 5; read()',
      'function read2() { return helper() } function helper() { return "old" } read2()',
      'function helper() { return "new" } read2()',
    ),
    [null, 11, 5, 'old', 'new'],
  )
})

t.test('a const is read-only in its program and in later ones', async t => {
  const error = "TypeError: 'x' is read-only (line 1)"
  t.strictSame(await valuesOf('const x = 1; x = 2', 'x = 3', 'x'), [error, error, 1])
})

t.test('a name declared twice in one program is a syntax error', async t => {
  t.strictSame(await valuesOf('let x = 1', 'let x = 2; const x = 3', 'x'), [
    null,
    "SyntaxError: Identifier 'x' has already been declared",
    1,
  ])
})

t.test('a name is in its dead zone before its declaration', async t => {
  t.strictSame(await valuesOf('let x = 1', 'x; let x = 2', 'const f = () => y; f(); let y', 'x'), [
    null,
    'ReferenceError: x is not initialized (line 1)',
    'ReferenceError: y is not initialized (line 1)',
    1,
  ])
})

t.test('a declaration that fails leaves the name as it was', async t => {
  const fail = '(() => { throw new Error("no") })()'
  t.strictSame(
    (await valuesOf('const x = 1', `const x = ${fail}`, `let z = ${fail}`, '[x, typeof z]'))[3],
    [1, 'undefined'],
  )
})

t.test(
  'a name that no script can declare is refused, and leaves the others as they were',
  async t => {
    t.strictSame(
      (
        await valuesOf(
          'let x = 1; function f() { return 1 }',
          'let x = 2, NaN = 3; function f() {} let undefined',
          '[x, f()]',
        )
      )[2],
      [1, 1],
    )
  },
)

t.test('names of inner blocks and loops stay inside', async t => {
  const source = '{ let a = 1; const b = 2 } for (let c = 0; c < 2; c++); for (const d of [1]); 0'
  t.strictSame((await valuesOf(source, '[typeof a, typeof b, typeof c, typeof d]'))[1], [
    'undefined',
    'undefined',
    'undefined',
    'undefined',
  ])
})

t.test('functions are there before anything else runs', async t => {
  t.strictSame(
    await valuesOf(
      'const a = f(); function f() { return g() } async function g2() {} function g() { return 1 } a',
      '"use strict"; const s = h(); function h() { return this === undefined } s',
      'k(); function k() { return 1 } function k() { return 2 }',
    ),
    [1, true, 2],
  )
})

t.test('functions and classes are named as they are declared', async t => {
  t.strictSame(
    await valuesOf(
      'const a = () => {}, b = class {}; function c() {} class d {} async function* e() {} 0',
      '[a, b, c, d, e].map(one => one.name)',
    ),
    [0, ['a', 'b', 'c', 'd', 'e']],
  )
})

const returns: [source: string, value: unknown][] = [
  ['return 1', 1],
  ['return 1, 2', 2],
  ['return', undefined],
  ['1; return', undefined],
  ['if (true) return 1\nelse return 2', 1],
  ['for (const x of [1, 2, 3]) { if (x === 2) return x } return 9', 2],
  ['try { return 1 } finally { 2 }', 1],
  ['try { throw 1 } catch (e) { return e + 1 } finally { 5 }', 2],
  ['a: try { return 1 } finally { break a } return 7', 7],
  ['for (const x of [1, 2]) { try { return x } finally { continue } } return 8', 8],
  ['try { try { return 1 } finally { throw 2 } } catch (e) { return e }', 2],
  ['return Promise.resolve(5)', 5],
  ['return a(); function a() { return 1 }', 1],
  ['return { a: 1 }', { a: 1 }],
  ['1; if (false) return 2', undefined],
  ['if (true) { 1 } else return 2', 1],
  ['for (const x of [1, 2]) { if (x > 2) return x; x * 2 }', 4],
]
for (const [source, value] of returns) {
  t.test(`top-level return in a session: ${JSON.stringify(source)}`, async t => {
    t.strictSame((await valuesOf(source))[0] ?? undefined, value)
  })
}

t.test(
  'what a program declares before it returns is kept, and what comes after is not',
  async t => {
    t.strictSame(
      (
        await valuesOf('const a = 1; if (a) return a; const b = 2; var c = 3', '[a, typeof b, c]')
      )[1],
      [1, 'undefined', null],
    )
  },
)

const completions: [source: string, value: unknown][] = [
  ['', undefined],
  ['1; let x = 2', 1],
  ['1; function a() {}', 1],
  ['{ a: 1 }', { a: 1 }],
  ['```js\nconst x = 4\nx\n```', 4],
  ['await 5', 5],
  ['const x = await Promise.resolve(6); x', 6],
  ['#!/usr/bin/env node\n5', 5],
  ['1\nfunction a() {}\n[2]', [2]],
]
for (const [source, value] of completions) {
  t.test(`completion value in a session: ${JSON.stringify(source)}`, async t => {
    t.strictSame((await valuesOf(source))[0] ?? undefined, value)
  })
}

t.test('a using at the top level is disposed of, and its name is not kept', async t => {
  const source = `globalThis.log = []
    const make = name => ({ name, [Symbol.dispose]() { log.push('end of ' + this.name) } })
    using a = make('a'), b = make('b')
    await using c = { async [Symbol.asyncDispose]() { await null; log.push('end of c') } }
    const kept = a.name
    log.push('body')
    kept`
  t.strictSame(await valuesOf(source, '[log, kept, typeof a, typeof c]'), [
    'a',
    [['body', 'end of c', 'end of b', 'end of a'], 'a', 'undefined', 'undefined'],
  ])
})

t.test('errors of resources and of the program are told as the language tells them', async t => {
  const source = `using a = { [Symbol.dispose]() { throw new Error('second') } }
    throw new Error('first')`
  const [error] = await valuesOf(source)
  t.match(error, /^SuppressedError/)
  t.strictSame(await valuesOf('using a = 1'), [
    'TypeError: A value that is no object cannot be disposed of (line 1)',
  ])
})

t.test('TypeScript loses its types in a session as well', async t => {
  const session = new TestSession()
  const source =
    'interface A { b: number }\nconst a: A = { b: 1 }\nfunction f<T>(x: T): T { return x }\nif (a.b) return f<number>(a.b)'
  t.equal(await session.valueOf(source, { language: 'typescript' }), 1)
  t.equal(await session.valueOf('f(a.b + 1)'), 2)
})

t.test('calls whose promise is used run concurrently', async t => {
  const session = new TestSession()
  const { value, calls } = await session.run(
    'const ps = [1, 2].map(n => f(n)); const all = await Promise.all(ps); all',
  )
  t.strictSame({ value, calls }, { value: [2, 4], calls: ['concurrent f(1)', 'concurrent f(2)'] })
  t.strictSame(await session.valueOf('all'), [2, 4])
})

t.test('errors are told where they are in the source', async t => {
  const session = new TestSession()
  const { error } = await session.run('const é = 1\nfunction f() {\n  throw new Error("x")\n}\nf()')
  t.equal(error, 'Error: x (line 3)')
  const late = await session.run('\n\nnull.x')
  t.match(late.error, /\(line 3\)$/)
})

t.test('columns are those of the source, in functions and beside them', async t => {
  for (const source of [
    '"é"; function f() { nope() } "é"; f()',
    'function f() {} "é€😀"; nope()',
  ]) {
    const compiled = compile(source, 'javascript', 'session')
    if (!compiled.ok) throw new Error(compiled.error.message)
    const { code } = compiled.program
    const line = code.slice(code.indexOf('\n') + 1)
    const column = Buffer.byteLength(line.slice(0, line.indexOf('nope'))) + 1
    t.strictSame(compiled.program.positionOf(2, column), {
      line: 1,
      column: source.indexOf('nope') + 1,
    })
  }
})

t.test('a great many names cost their number, not its square', async t => {
  const source = Array.from({ length: 20_000 }, (_, i) => `let v${i}; function f${i}() {}`).join(
    '\n',
  )
  const from = performance.now()
  t.ok(compile(source, 'javascript', 'session').ok)
  t.ok(performance.now() - from < patience(10_000))
})
