import { tokenizer } from 'acorn'
import fc from 'fast-check'
import t from 'tap'
import { compile, programFrom } from '../../../executor/compile/compile.ts'
import type { Language } from '../../../protocol/execution/execution.ts'
import { run } from './guest.ts'

const programOf = (source: string, language: Language = 'javascript') => {
  const compiled = compile(source, language)
  if (!compiled.ok) throw new Error(`${compiled.error.message} in ${source}`)
  return compiled.program
}

interface Word {
  readonly name: string
  readonly line: number
  readonly column: number
}

/**
 * Every identifier of a text that begins with `v` and a digit, with its position from 1, but for those
 * that the compiler has put in.
 */
function wordsOf(text: string, columnOf: (line: string, units: number) => number): Word[] {
  return text.split(/\r\n|\n|\r/).flatMap((line, index) =>
    [...line.matchAll(/(?<!__latchd_caught\()\bv\d+\b/g)].map(match => ({
      name: match[0],
      line: index + 1,
      column: columnOf(line, match.index),
    })),
  )
}

const bytes = (line: string, units: number) => Buffer.byteLength(line.slice(0, units)) + 1

function checkWords(
  t: { strictSame(a: unknown, b: unknown, name: string): unknown },
  source: string,
  language: Language,
): void {
  const program = programOf(source, language)
  const again = programFrom(program.code, program.encodeMap())
  const places = new Map(wordsOf(source, (_, units) => units + 1).map(word => [word.name, word]))
  for (const { name, line, column } of wordsOf(program.code, bytes)) {
    const { line: sourceLine, column: sourceColumn } = places.get(name) as Word
    const place = { line: sourceLine, column: sourceColumn }
    t.strictSame(program.positionOf(line, column), place, `${name} in ${source}`)
    t.strictSame(again.positionOf(line, column), place, `${name} of the encoded map`)
  }
}

const sources = [
  'await v1(v2); return v3',
  'if (v1) return v2.v3(v4)\nelse return (v5,\n v6)\nv7',
  '"é", await v1.v2(v3), "😀"; await v4[v5](v6)\n"€"; v7',
  'const v1 = [v2(v3), v4]; await Promise.all([...v5.map(v6), v7 ? v8(v9) : v10])',
  'const v1 = async v2 => v3 ? v4(v5) : v6.v7(v8)\nv9',
  'async function v1() {\r\n  try { return v2\r\n .v3(v4) } catch (v5) { v6 }\r\n}\r\nv7',
  'var v1; function f() {} var f\nreturn v3',
  '"use strict"\nv1; return v4',
  '{ v1: await v2(v3),\n v4: v5 }',
  '#! é\nawait v1(v2)',
  'v1\rawait v2(v3); await v4(v5)\rv6',
  '```js\nv1; await v2(v3)\n```',
]

for (const source of sources) {
  t.test(`every name is found in ${JSON.stringify(source)}`, async t => {
    checkWords(t, source, 'javascript')
    checkWords(t, source, 'typescript')
  })
}

t.test('every name is found behind erased types', async t => {
  checkWords(
    t,
    'const v1: "é" = "é" as "😀"; await <any>v2<"é">(v3!); v4\ninterface I {}\nreturn v5 as "é"',
    'typescript',
  )
})

t.test('every name is found in sources put together at random', async t => {
  const expression = fc.letrec<{ node: string; leaf: string }>(tie => ({
    leaf: fc.constantFrom('V', 'V', '"é€😀"', '[V, V]', '/* ü */ V'),
    node: fc.oneof(
      { maxDepth: 4 },
      tie('leaf'),
      fc.tuple(tie('node'), tie('node')).map(([a, b]) => `(${a}, await V(${b}))`),
      fc.tuple(tie('node'), tie('node')).map(([a, b]) => `(V ? V\n.V(${a}) : await V[${b}](V))`),
      tie('node').map(a => `(await Promise.all([V(${a}), ...V.map(V)]))`),
      tie('node').map(a => `(async V => V(${a}))`),
      tie('node').map(a => `(async function () { return V || V.V(${a}) })`),
    ),
  })).node
  const statement = fc.oneof(
    expression.map(a => `await V(${a});`),
    expression.map(a => `if (V) return ${a}\n`),
    expression.map(a => `const V = ${a}; await V;`),
  )
  fc.assert(
    fc.property(fc.array(statement, { minLength: 1, maxLength: 5 }), statements => {
      let count = 0
      const source = statements.join(' ').replaceAll('V', () => `v${++count}`)
      checkWords(t, source, 'javascript')
      const names = [...tokenizer(programOf(source).code, { ecmaVersion: 'latest' })]
      t.ok(names.length > 0, 'the code is well formed')
    }),
    { numRuns: 60 },
  )
})

const failures: [source: string, at: string][] = [
  ['nope', '1:1'],
  ['"é"; await nope(1)', '1:12'],
  ['"😀"; const x = await nope(1)', '1:23'],
  ['let q\nawait f(q(1))', '2:9'],
  ['let q; q   (1)', '1:12'],
  ['"é"; let q = {}; q.m(1)', '1:20'],
  ['let q = {}\n  await q.m(1)', '2:9'],
  ['let q\nif (true) return q.x', '2:18'],
  ['await f(1); await Promise.all([f(2), nope(3)])', '1:38'],
  ['```\n"é"; nope\n```', '2:6'],
  ['const a = async x => nope(x)\nawait a(1)', '1:22'],
]

for (const [source, at] of failures) {
  t.test(`the error of ${JSON.stringify(source)} is at ${at}`, async t => {
    t.equal((await run(source)).at, at)
  })
}

t.test('the error of a typed source is where it was written', async t => {
  const source = 'const x: string = "é" as string; const y: any = nope(x)'
  t.equal((await run(source, 'typescript')).at, `1:${source.indexOf('nope') + 1}`)
})

t.test('a position beyond the code does no harm', async t => {
  const program = programOf('await f(1)\n2')
  for (const line of [0, 4, -1, 1e9, Number.NaN]) t.type(program.positionOf(line, 1).line, 'number')
  t.strictSame(program.positionOf(3, 1e6), { line: 2, column: 3 })
  t.strictSame(program.positionOf(2, -5), { line: 1, column: 1 })
})
