/** Enums and parameter properties: the values are those of TypeScript's own emit. */

import t from 'tap'
import { compile } from '../../../executor/compile/compile.ts'
import { TestSession } from '../session-guest.ts'
import { run } from './guest.ts'

// biome-ignore-start lint/suspicious/noTemplateCurlyInString: sources
const values: [source: string, value: unknown][] = [
  [
    'enum A { B, C = 5, D, E = "x" } return A',
    { 0: 'B', 5: 'C', 6: 'D', B: 0, C: 5, D: 6, E: 'x' },
  ],
  ['enum A { B = 1 << 2, C = B | 1, D = A.C + 1 } return [A.B, A.C, A.D, A[5]]', [4, 5, 6, 'C']],
  ['enum A { B = `p${1}`, C = "a" + "b", D = B } return A', { B: 'p1', C: 'ab', D: 'p1' }],
  ['enum A { "a-b" = 3, c, "d" = -1, e } return [A["a-b"], A.c, A[-1], A.e]', [3, 4, 'd', 0]],
  ['enum A { B } enum A { C = 10, D = B } return A', { 0: 'D', 10: 'C', B: 0, C: 10, D: 0 }],
  ['{ enum A { B } enum A { C = 10, D = B } f(A.D + A.C) }', 10],
  ['function g() { enum A { B = 2 } return A } return g()', { 2: 'B', B: 2 }],
  ['const enum A { B = 2, C } return [A.B, A.C]', [2, 3]],
  [
    'declare enum A { B } declare const enum C { D } return typeof A + typeof C',
    'undefinedundefined',
  ],
  ['enum A {} enum B { C, } return [A, B.C]', [{}, 0]],
  ['const s = 4; enum A { B = s, C = "x".length, D } return [A.B, A.C, A.D]', [4, 1, 2]],
  ['enum F { X = 3 } enum A { B = F.X, C } return A.C', 4],
  ['enum A { B = 1, // one\n C, /* two */ D = (1, 2) // three\n }\nreturn A.C + A.D', 4],
  ['enum E { E = 1, F = E } return [E.E, E.F]', [1, 1]],
  ['enum A { default = 1, new, class = 5, x } return [A.new, A.x]', [2, 6]],
  ['enum A { B = (() => { const C = 8; return C })(), C = 2 } return [A.B, A.C]', [8, 2]],
  ['enum A { B = 2 as number, C = <number>3, D = B! } return [A.B, A.C, A.D]', [2, 3, 2]],
  ['enum Bits { A = 1, B = 1 << 1, All = A | B } return Bits[Bits.All]', 'All'],
  ['return (() => { switch (1) { case 1: enum A { Z = 9 } return A.Z } })()', 9],
  ['7\nenum A { B }', 7],
  ['let a = 1\nenum A { B }\n[a].map(x => x)', [1]],
  [
    'class P { constructor(public x: number, private readonly y = 2, z?: number) {} } return new P(1)',
    { x: 1, y: 2 },
  ],
  [
    'class B { b = 1 } class P extends B { q = 5; constructor(protected x: number) { "use strict"; super(); this.x++ } } return Object.entries(new P(1)).join()',
    'b,1,x,2,q,5',
  ],
  [
    'class P { constructor(readonly x?: number) { "a"\nthis.y = x } } return new P(1)',
    { x: 1, y: 1 },
  ],
  [
    'class B { constructor(public q: string) {} } class P extends B { constructor(q: string, public x: number) { const t = 1; super(q + t) } } return new P("k", 2)',
    { q: 'k1', x: 2 },
  ],
  [
    'const K = class<T> { constructor(private readonly v: T[] = [], public w: { a: 1 } = { a: 1 }) {} }; return new K()',
    { v: [], w: { a: 1 } },
  ],
  [
    'class P { constructor(x: number);\n constructor(private x: any, public/* c */y = 4) {} } return new P(3)',
    { x: 3, y: 4 },
  ],
]
// biome-ignore-end lint/suspicious/noTemplateCurlyInString: sources

for (const [source, value] of values) {
  t.test(`the value is TypeScript's: ${source}`, async t => {
    const { value: got, error } = await run(source, 'typescript')
    t.equal(error, undefined)
    t.strictSame(got, value)
  })
}

t.test('a tool may give the value of a member', async t => {
  t.strictSame(await run('enum A { B = f(3), C } return [A.C, f(A.B)]', 'typescript'), {
    value: [4, 3],
    calls: ['f(3)', 'f(3)'],
  })
})

t.test('an error in or behind an enum is where it is in the source', async t => {
  const inside = await run('enum A {\n  B = 1,\n  C = missing() }', 'typescript')
  t.match(inside.error, 'missing')
  t.equal(inside.at?.split(':')[0], '3')
  const behind = await run('enum A { B = 1, C } missing()', 'typescript')
  t.equal(behind.at, '1:21')
})

t.test('an enum stays in its session and may be declared again', async t => {
  const session = new TestSession()
  const value = (source: string) => session.valueOf(source, { language: 'typescript' })
  await value('enum Color { Red, Green }; class P { constructor(public c: Color) {} }')
  t.strictSame(await value('[Color[1], new P(Color.Green).c]'), ['Green', 1])
  await value('enum Color { Blue = 7 }')
  t.strictSame(await value('Color.Blue'), 7)
})

t.test('`super` in another statement is refused where properties depend on it', async t => {
  const source = 'class A extends B { constructor(private x) {\n if (x) super() } }'
  const compiled = compile(source, 'typescript')
  if (compiled.ok) return t.fail('compiled')
  t.match(compiled.error, { line: 2, column: 9, message: /super/, hint: /directly/ })
})
