import t from 'tap'
import { compile, type SourceError } from '../../../executor/compile/compile.ts'
import { run } from './guest.ts'

function errorOf(source: string): SourceError | undefined {
  const compiled = compile(source, 'javascript')
  return compiled.ok ? undefined : compiled.error
}

t.test('an import says that modules cannot be imported and what to do', async t => {
  for (const source of [
    'import a from "b"',
    'import "b"',
    'const a = await import("b")',
    'import.meta.url',
    'const f = () => import("b")',
  ]) {
    t.match(
      errorOf(source),
      {
        name: 'SyntaxError',
        message: 'Modules cannot be imported',
        hint: 'Use the tools that are given as global functions; modules cannot be imported.',
        line: 1,
        column: source.indexOf('import') + 1,
      },
      source,
    )
  }
})

t.test('an export says that nothing can be exported', async t => {
  for (const source of ['export const a = 1', 'export * from "a"', 'export {}']) {
    t.match(errorOf(source), {
      message: 'A source is not a module: nothing can be exported',
      line: 1,
      column: 1,
    })
  }
})

t.test('require is a name like any other', async t => {
  t.equal(errorOf('require("fs")'), undefined)
})

t.test('names that begin as the compiler names its own are reserved', async t => {
  for (const source of [
    '__latchd_concurrent',
    'let __latchd_x',
    'a.__latchd_x',
    '__l\\u0061tchd_x',
    '__latchd_program: for (;;) {}',
    'class A { #__latchd_x }',
  ]) {
    if (source.includes('#')) t.equal(errorOf(source), undefined, 'a private name is no identifier')
    else t.match(errorOf(source)?.message, /names that begin with __latchd_ are reserved/, source)
  }
  t.equal(errorOf('"__latchd_x"'), undefined)
})

t.test('an error tells line and column from 1, without repeating them', async t => {
  t.strictSame(errorOf('let a\n  let b = = 1'), {
    name: 'SyntaxError',
    message: 'Unexpected token',
    line: 2,
    column: 11,
  })
  t.match(errorOf('"é😀" @'), { line: 1, column: 7 })
  t.match(errorOf('a\r\nb\r@'), { line: 3, column: 1 })
})

t.test('return, await and new.target stand only where they may', async t => {
  t.equal(errorOf('class A { static { return } }')?.message, "'return' outside of function")
  t.ok(errorOf('new.target'))
  t.ok(errorOf('function f() { await g() }'))
  t.ok(errorOf('class A { x = await 1 }'))
  t.ok(errorOf('break'))
})

const fenced: [source: string, value: unknown][] = [
  ['```\n1\n```', 1],
  ['```js\n1\n```', 1],
  ['\n\n  ```javascript title="a"\r\n1\r\n  ```  \n\n', 1],
  ['~~~~ js\n`a\n~~~`\n~~~~', 'a\n~~~'],
  ['```ts\nconst a: number = 1; a\n```', 1],
  ['```TypeScript\nconst a: number = 1; a\n```', 1],
  ['```\n{ a: 1 }\n```', { a: 1 }],
  ['```\nreturn 1\n`````', 1],
  ['```js\n```', undefined],
]

for (const [source, value] of fenced) {
  t.test(`one code block is taken without its fences: ${JSON.stringify(source)}`, async t => {
    t.strictSame(await run(source), { value, calls: [] })
  })
}

t.test('an error in a code block has the line of the source as sent', async t => {
  t.match(errorOf('\n```js\nlet a\n  @\n```\n'), { line: 4, column: 3 })
})

t.test('an await in a function that is not async is told how to mend', async t => {
  const compiled = compile('function f() {\n  return await tool(1)\n}', 'javascript')
  t.match(compiled, { ok: false, error: { line: 2, hint: /^Leave the await out/ } })
  t.notOk((compile('let x = ;', 'javascript') as { error: { hint?: string } }).error.hint)
})
