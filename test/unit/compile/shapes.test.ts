/** Programs in the shapes in which models send them: in Markdown, as a module, as one function. */

import t from 'tap'
import { compile } from '../../../executor/compile/compile.ts'
import { run } from './guest.ts'

const F1 = 'concurrent f(1)'

/** What surrounds the program, the source, its value. */
const fenced: [name: string, source: string, value: unknown][] = [
  ['a sentence before', 'Here is the program:\n\n```js\n1 + 1\n```', 2],
  ['a sentence behind', '```js\n1 + 1\n```\nIt prints 2.', 2],
  ['sentences around', 'Here is the program:\n\n```js\n1 + 1\n```\n\nIt prints 2.\n', 2],
  ['a sentence that is a label', 'Program:\n```js\n1 + 1\n```', 2],
  ['a sentence that is an expression', 'Result\n```\n1 + 1\n```', 2],
  ['no closing fence', '```js\n1 + 1', 2],
  ['a sentence and no closing fence', 'Here:\n```js\nconst x = 2\nx', 2],
  ['an indented fence', 'Here:\n   ```js\n   1 + 1\n   ```', 2],
  ['tildes', 'Here:\n~~~js\n1 + 1\n~~~', 2],
  ['a longer fence', 'Here:\n````js\n1 + 1\n````\n', 2],
  ['an info string', '```js title="a"\n1 + 1\n```', 2],
  ['no tag', 'Here:\n```\n1 + 1\n```', 2],
  ['an empty block', 'Here:\n```js\n```', undefined],
  ['carriage returns', 'Here:\r\n```js\r\n1 + 1\r\n```\r\n', 2],
  ['TypeScript', 'Here:\n```ts\nconst x: number = 2; x\n```', 2],
  ['a block of another language beside', 'Run:\n```sh\nnpm i\n```\n```js\n1 + 1\n```', 2],
  ['its output beside', '```js\n1 + 1\n```\nprints\n```text\n2\n```', 2],
  ['a code block in a comment of the program', '```js\n/*\n```\nls\n```\n*/\n1 + 1\n```\nDone.', 2],
]

for (const [name, source, value] of fenced) {
  t.test(`a code block is taken without what surrounds it: ${name}`, async t => {
    t.strictSame(await run(source), { value, calls: [] })
  })
}

t.test('a program with a code block in a comment of its own stays as it is', async t => {
  t.strictSame(await run('/*\n```js\n1\n```\n*/\n1 + 1'), { value: 2, calls: [] })
})

t.test('several programs, and fences that begin no block, are syntax errors', async t => {
  for (const source of ['```js\n1\n```\n```js\n2\n```', 'Here:\n```js 1```\n']) {
    t.notOk(compile(source, 'javascript').ok, source)
  }
})

t.test('an error in a code block has its place in the source as sent', async t => {
  const compiled = compile('Here is\nthe program:\n```js\nlet a\n  @\n```\nDone.', 'javascript')
  t.match(compiled, { ok: false, error: { line: 5, column: 3 } })
})

const functions: [name: string, source: string, value: unknown][] = [
  ['an async arrow', 'async () => { return f(1) }', 1],
  ['an async arrow with its value', 'async () => await f(1)', 1],
  ['an arrow in parentheses', '(async () => {\n  return await f(1)\n});', 1],
  ['an async function expression', '(async function main() { return f(1) })', 1],
  ['an async function without a name', 'async function () {\n  return f(1)\n}', 1],
  ['an async function declaration', 'async function main() {\n  return f(1)\n}', 1],
  [
    'a declaration behind comments',
    '// the program\nasync function run() { return f(1) }\n// end',
    1,
  ],
  ['a const', 'const main = async () => { return f(1) }', 1],
  [
    'a declaration over helpers',
    'const one = 1\nfunction get() { return f(one) }\nasync function main() { return get() }',
    1,
  ],
  ['a strict one', "'use strict'\nasync function main() { return f(1) }", 1],
  ['the default export of an arrow', 'export default async () => f(1)', 1],
  ['the default export of a function', 'export default async function main() { return f(1) }', 1],
  [
    'the default export of a function without a name',
    'export default async function () { return f(1) }',
    1,
  ],
  ['the default export of a name', 'async function main() { return f(1) }\nexport default main', 1],
  [
    'a default export above its function',
    'export default main\nasync function main() { return f(1) }',
    1,
  ],
  ['a default export behind what it uses', 'const x = 1\nexport default async () => f(x)', 1],
  ['a default export above what it uses', 'export default async () => f(x)\nconst x = 1', 1],
  [
    'a default export above parentheses',
    'export default async function () { return f(1) }\n(local, 5)',
    1,
  ],
  [
    'a default export of a name above a value',
    'const main = async () => f(1)\nexport default main\n5',
    1,
  ],
]

for (const [name, source, value] of functions) {
  t.test(`a program that is one function is called: ${name}`, async t => {
    t.strictSame(await run(source), { value, calls: [F1] })
  })
}

t.test('a plain function is called too', async t => {
  t.strictSame(await run('() => f(1)'), { value: 1, calls: ['f(1)'] })
  t.strictSame(await run('function main() { return f(1) }'), { value: 1, calls: ['f(1)'] })
})

const values: [name: string, source: string, value: unknown][] = [
  ['a number', 'export default 42', 42],
  ['an object', 'const x = 1\nexport default { x }', { x: 1 }],
  ['a value behind a line without its semicolon', 'const x = [1]\nexport default x', [1]],
  ['words apart', 'export /* the */\n default 1', 1],
  ['a statement behind it', 'export default 3;\nfunction g() {}', 3],
  ['an awaited value', 'export default await f(1)', 1],
  ['a value below it', 'export default 3\nconst b = 4\nb', 3],
  ['a call below it', 'const a = 2\nexport default a + 1\nf(1)', 3],
  ['a loop below it', 'export default 3\nfor (const x of [1]) x', 3],
  ['a block below it', 'export default 3;\n{ 4 }', 3],
  ['a directive above it', "'use strict'\nexport default { a: 3 }\n4", { a: 3 }],
  ['a name that changes', 'let v = 3\nexport default v\nv = 4', 3],
  ['a `return` that does not run', 'export default 3\nif (local.y) return 8\n4', 3],
  [
    'a `return` that does not run, in a body of a function',
    'var g = 1\nexport default 3\nif (g === 2) return 5\nfunction g() {}',
    3,
  ],
  ['a `return` below it', 'export default 3\nreturn 8', 8],
]

for (const [name, source, value] of values) {
  t.test(`the value of export default is the result: ${name}`, async t => {
    t.strictSame((await run(source)).value, value)
  })
}

t.test('functions that somebody calls, or that want something, are not called', async t => {
  for (const [source, value] of [
    ['function main() { return f(1) }\nmain() + 1', 2],
    ['const g = () => f(1); g() + 1', 2],
    ['function a() { f(1) }\nfunction b() { f(2) }', undefined],
  ] as const) {
    const { value: given } = await run(source)
    t.equal(given, value, source)
  }
  for (const source of [
    'x => f(x)',
    'function main(x) { return f(x) }',
    '(function* () { f(1) })',
  ]) {
    t.strictSame((await run(source)).calls, [], source)
  }
})

t.test('other exports are refused', async t => {
  for (const source of ['export const x = 1', 'export { x }', '{ export default 1 }']) {
    t.match(compile(source, 'javascript'), { ok: false, error: { name: 'SyntaxError' } }, source)
  }
})

t.test('in a session a function is kept, and main is called', async t => {
  const code = (source: string) => {
    const compiled = compile(source, 'javascript', 'session')
    return compiled.ok ? compiled.program.code : ''
  }
  t.notMatch(code('function hello() { return 1 }'), /hello\(\)/)
  t.match(code('async function main() { return 1 }'), /main\(\)/)
})
