import { stripTypeScriptTypes } from 'node:module'
import { Parser } from 'acorn'
import t from 'tap'
import { compile } from '../../../executor/compile/compile.ts'
import { eraseTypes } from '../../../executor/compile/erase/erase-types.ts'
import { parse } from '../../../executor/compile/parse/parse.ts'
import { Edits } from '../../../executor/compile/rewrite/edits.ts'
import { typescriptSamples } from '../../support/typescript-samples.ts'
import { run } from './guest.ts'

function erase(source: string): string {
  const edits = new Edits()
  return edits.apply(eraseTypes(source, parse(source, 'typescript').program, edits)).toString()
}

/** The syntax of a text, without positions and empty statements. */
const syntaxOf = (text: string): unknown =>
  JSON.parse(
    JSON.stringify(
      Parser.parse(text, {
        ecmaVersion: 'latest',
        sourceType: 'script',
        allowReturnOutsideFunction: true,
        allowAwaitOutsideFunction: true,
      }),
      (key, value) => {
        if (key === 'start' || key === 'end') return undefined
        return Array.isArray(value) ? value.filter(x => x?.type !== 'EmptyStatement') : value
      },
    ),
  )

for (const source of typescriptSamples) {
  t.test(`types are erased in ${source}`, async t => {
    const text = erase(source)
    t.equal(text.length, source.length, 'every character stays where it is')
    t.strictSame(syntaxOf(text), syntaxOf(stripTypeScriptTypes(source)), 'Node agrees')
  })
}

/** Places where a blank could join two statements, tear one apart, or turn it into another. */
const joints: [source: string, javascript: string][] = [
  ['const a = b as T\n;[1]', 'const a = b;[1]'],
  ['const a = b as T\n(c)', 'const a = b;(c)'],
  ['a satisfies T\n`x`', 'a;`x`'],
  ['const a = b\ntype X = 1\n(c)', 'const a = b;(c)'],
  ['const a = b\ninterface X {}\n[c]', 'const a = b;[c]'],
  ['const f = () => a as T\n(c)', 'const f = () => a;(c)'],
  ['function f() { return a as T\n(c) }', 'function f() { return a;(c) }'],
  ['throw a as T\n(c)', 'throw a;(c)'],
  ['if (a) b as T\nelse c as T\n(d)', 'if (a) b; else c;(d)'],
  ['do a as T\nwhile (b)', 'do a; while (b)'],
  ['class A { a = b as T\n["c"] = 1 }', 'class A { a = b; ["c"] = 1 }'],
  ['class A { a = 1\npublic ["c"] = 1 }', 'class A { a = 1; ["c"] = 1 }'],
  ['class A { a = 1\nprivate *g() {} }', 'class A { a = 1; *g() {} }'],
  ['class A { a = 1;\n[k: string]: any\n["c"] = 1 }', 'class A { a = 1; ["c"] = 1 }'],
  ['class A { get: T\nfoo() {} }', 'class A { get; foo() {} }'],
  ['class A { static: T\nfoo() {} }', 'class A { static; foo() {} }'],
  ['const f = (a): {\n b: 1 } => a', 'const f = (a) => a'],
  ['const f = async <\nT>(a) => a', 'const f = async (a) => a'],
  ['function f() { return <\nT>(a) => a }', 'function f() { return (a) => a }'],
  ['function f() { return <\nT>a }', 'function f() { return (a) }'],
  ['const f = () => <T>{ a: 1 }', 'const f = () => ({ a: 1 })'],
  ['<T>{ a: 1 }', '({ a: 1 })'],
  ['<any>a.b.c, (<any>a).b', '(a.b.c), (a).b'],
]

for (const [source, javascript] of joints) {
  t.test(`statements stay apart in ${source}`, async t => {
    t.strictSame(syntaxOf(erase(source)), syntaxOf(javascript))
  })
}

const refused: [source: string, construct: string, line: number, column: number][] = [
  ['namespace A { export const b = 1 }', 'namespace', 1, 1],
  ['if (a) { }\n  module A { let b = 1 }', 'namespace', 2, 3],
  ['@d class A {}', 'decorator', 1, 1],
  ['class A { @d b() {} }', 'decorator', 1, 11],
  ['class A { accessor b = 1 }', 'auto-accessor', 1, 11],
  ['namespace A { export function b(): void }', 'namespace', 1, 1],
]

for (const [source, construct, line, column] of refused) {
  t.test(`${source} is refused by name`, async t => {
    const compiled = compile(source, 'typescript')
    if (compiled.ok) return t.fail('compiled')
    const { error } = compiled
    t.match(error.message, `A TypeScript ${construct}`)
    t.type(error.hint, 'string')
    t.strictSame([error.line, error.column], [line, column])
  })
}

/** Where the language has no types, or TypeScript refuses what JavaScript has. */
const misplaced: [source: string, line: number, column: number][] = [
  ['f?.<string>[1]', 1, 12],
  ['f(a: T)', 1, 4],
  ['f(\na: T, b)', 2, 2],
  ['let a = (b: T)', 1, 11],
  ['let a = (b?)', 1, 10],
  ['try {} catch { (e: unknown) }', 1, 18],
  ['for (const a: T of b) {}', 1, 13],
  ['for (const a: T in b) {}', 1, 13],
  ['(a as T) => a', 1, 2],
  ['({ b: a! }) => a', 1, 7],
  ['let a: delete', 1, 8],
  ['let a: B.C<else>', 1, 12],
  ['let a = 010', 1, 9],
  ['a <!-- b', 1, 3],
  ['with (a) b', 1, 1],
  ['const f = <\nT> x => x', 1, 11],
  ['function f(private x) {}', 1, 20],
  ['class A { declare a = 1 }', 1, 23],
]

for (const [source, line, column] of misplaced) {
  t.test(`${JSON.stringify(source)} is a syntax error with a place`, async t => {
    const compiled = compile(source, 'typescript')
    if (compiled.ok) return t.fail('compiled')
    t.strictSame([compiled.error.line, compiled.error.column], [line, column])
  })
}

t.test('an operator on types groups as TypeScript groups it', async t => {
  const source =
    'return [1 + 2 as number * 3, 1 + 2 as any as number * 3 - 1, 2 * 3 as number + 1, 1 < 2 as any\n* 5]'
  t.strictSame((await run(source, 'typescript')).value, [9, 8, 7, 5])
})

t.test('an import or export in TypeScript is refused', async t => {
  for (const source of [
    'import type { A } from "b"',
    'import a = require("b")',
    'import a = b.c',
    'export = a',
    'export type A = 1',
    'export as namespace A',
  ]) {
    const compiled = compile(source, 'typescript')
    if (compiled.ok) t.fail(source)
    else
      t.match(
        compiled.error.message,
        /modules? cannot be imported|nothing can be exported/i,
        source,
      )
  }
})

t.test('typed calls are concurrent where untyped ones are', async t => {
  const source = `
    interface Page { n: number }
    const urls: number[] = [1, 2]
    const ps: Promise<Page>[] = urls.map((u: number): Promise<any> => (f as any)!<string>(u))
    const pages = (await Promise.all<any>(ps as any)) as number[]
    const more = await (tools as any)['my-tool']!(3 as number) as number
    async function a<T>(x: T): Promise<T> { try { return <any>g(x) as T } catch { return 0 as any } }
    return [...pages, more, await a<number>(4)] satisfies number[]`
  t.strictSame(await run(source, 'typescript'), {
    value: [1, 2, 3, 4],
    calls: ['concurrent f(1)', 'concurrent f(2)', 'concurrent my-tool(3)', 'concurrent g(4)'],
  })
})

t.test('a typed return ends its statement', async t => {
  t.strictSame(await run('if (true) return 1 as number\n(2)', 'typescript'), {
    value: 1,
    calls: [],
  })
  t.strictSame(await run('return <\nnumber>1', 'typescript'), { value: 1, calls: [] })
})

t.test('an object literal with types is an object', async t => {
  t.strictSame(await run('{ a: 1 as number, b: f(2)! }', 'typescript'), {
    value: { a: 1, b: 2 },
    calls: ['f(2)'],
  })
})

t.test('types in JavaScript are an error that names the language', async t => {
  const compiled = compile('const a: number = 1', 'javascript')
  if (compiled.ok) return t.fail('compiled')
  t.match(compiled.error.hint, /language "typescript"/)
  const broken = compile('const a ~ 1', 'javascript')
  t.equal(broken.ok || broken.error.hint, undefined)
})
