/** Errors carry line and column of the source as sent, a frame and, where one helps, a hint. */

import t from 'tap'
import type { ExecuteRequest } from '../../executor/index.ts'
import { failureOf, outputOf, startExecutor } from '../support/executor.ts'

const tools = {
  ok: async (value: unknown) => value,
  fail: async () => {
    throw Object.assign(new Error('tool failed'), { code: 'E_TOOL' })
  },
  fetch_url: async (url: string) => url,
}
const executor = startExecutor(t, tools)

/** `MARK` stands before the place of the error and is no part of the source. */
const MARK = '¦'

interface Case {
  readonly what: string
  readonly marked: string
  readonly error: object
  readonly language?: 'typescript'
}

function unmark(marked: string): { source: string; line: number; column: number } {
  const before = marked.slice(0, marked.indexOf(MARK)).split('\n')
  const last = before.at(-1) as string
  return { source: marked.replace(MARK, ''), line: before.length, column: last.length + 1 }
}

const reference = { code: 'GUEST_ERROR', name: 'ReferenceError' }
const type = { code: 'GUEST_ERROR', name: 'TypeError' }
const syntax = { code: 'SYNTAX_ERROR', name: 'SyntaxError' }
const range = { code: 'GUEST_ERROR', name: 'RangeError' }

const cases: Case[] = [
  // Syntax errors.
  { what: 'a missing bracket', marked: 'const a = [1, 2\n¦const b = 3', error: syntax },
  { what: 'a stray bracket', marked: 'const a = 1\n¦}', error: syntax },
  { what: 'an unknown token', marked: 'const a = 1 ¦@ 2', error: syntax },
  { what: 'a text without end', marked: "const a = ¦'text", error: syntax },
  { what: 'a const without value', marked: 'const a = 1\nconst b¦', error: syntax },
  { what: 'a name declared twice', marked: 'const a = 1\nlet ¦a = 2', error: syntax },
  { what: 'import', marked: "1\n¦import fs from 'fs'", error: syntax },
  { what: 'export', marked: '1\n¦export const five = 5', error: syntax },
  { what: 'a dynamic import', marked: "const fs = await ¦import('fs')", error: syntax },
  {
    what: 'await in a plain function',
    marked: 'function f() {\n  return await ¦ok(1)\n}',
    error: syntax,
  },
  {
    what: 'a syntax error behind non-ASCII text',
    marked: "const a = '😀é'; const b = ¦;",
    error: syntax,
  },
  { what: 'a syntax error in a fenced source', marked: '```js\nconst a = ¦;\n```', error: syntax },
  {
    what: 'a syntax error in TypeScript',
    marked: 'const a: number = ¦;',
    error: syntax,
    language: 'typescript',
  },
  {
    what: 'an enum without its end',
    marked: 'enum Color { Red }\nenum Tone { Dark,¦',
    error: syntax,
    language: 'typescript',
  },
  {
    what: 'a missing name in an enum',
    marked: 'enum Color { Red,\n  Blue = 1 + ¦missing }',
    error: reference,
    language: 'typescript',
  },
  {
    what: 'type arguments before a property',
    marked: 'const f = {}\nf?.<string>¦[1]',
    error: syntax,
    language: 'typescript',
  },
  {
    what: 'a namespace',
    marked: '¦namespace N { export const a = 1 }',
    error: syntax,
    language: 'typescript',
  },
  {
    what: 'a parameter property outside a constructor',
    marked: 'class A {\n  m(private a¦: number) {}\n}',
    error: syntax,
    language: 'typescript',
  },

  // Runtime errors.
  { what: 'a missing name', marked: 'const a = 1\n\n  ¦missing', error: reference },
  { what: 'a missing function', marked: 'const a = 1; ¦missing(a)', error: reference },
  {
    what: 'a missing name behind non-ASCII text',
    marked: "const a = 'é€😀'; ¦missing",
    error: reference,
  },
  {
    what: 'a missing name behind CRLF',
    marked: 'const a = 1\r\nconst b = 2\r\n  ¦missing',
    error: reference,
  },
  {
    what: 'a missing name in a fenced source',
    marked: '```js\nconst a = 1\n¦missing\n```',
    error: reference,
  },
  {
    what: 'a missing name in an indented fence',
    marked: '\n  ~~~javascript\n  ¦missing\n  ~~~\n',
    error: reference,
  },
  {
    what: 'a missing name in a fenced TypeScript source',
    marked: '```ts\nconst a: string = "x"; ¦missing(a)\n```',
    error: reference,
  },
  {
    what: 'a missing name in a function',
    marked: 'function f() {\n  return ¦missing\n}\nf()',
    error: reference,
  },
  { what: 'a missing name in a callback', marked: '[1].map(n => n + ¦missing)', error: reference },
  {
    what: 'a missing name in an async function',
    marked: 'async function f() {\n  await null\n  ¦missing\n}\nawait f()',
    error: reference,
  },
  {
    what: 'a missing name after await',
    marked: 'await ok(1)\nawait ok(2); ¦missing',
    error: reference,
  },
  {
    what: 'a missing name in an awaited argument',
    marked: "await ok('é'); await ok(¦missing)",
    error: reference,
  },
  {
    what: 'a missing name in a rewritten line',
    marked: 'const [a] = await Promise.all([ok(1), ok(¦missing)])',
    error: reference,
  },
  {
    what: 'a missing name behind a rewritten call',
    marked: 'const a = await ok(1) + ¦missing',
    error: reference,
  },
  {
    what: 'a missing name in a line of a rewritten list',
    marked: 'await Promise.all([\n  ok(1),\n  ok(2).then(v => ¦missing),\n])',
    error: reference,
  },
  {
    what: 'a missing name in a promised callback',
    marked: 'await Promise.all([1].map(n => ok(¦missing)))',
    error: reference,
  },
  {
    what: 'a missing name in a top-level return',
    marked: 'if (true) return ¦missing',
    error: reference,
  },
  {
    what: 'a missing name behind erased types',
    marked: 'type A = { b: string }\nconst a: A = { b: "x" } as A; ¦missing(a)',
    error: reference,
    language: 'typescript',
  },
  {
    what: 'a missing name in a generic call',
    marked: 'const f = <T,>(a: T): T => a; f<string>(¦missing)',
    error: reference,
    language: 'typescript',
  },
  {
    what: 'a missing name in an awaited call of TypeScript',
    marked:
      'const a: string[] = await Promise.all<string>([ok("é") as any, ok(¦missing as never)])',
    error: reference,
    language: 'typescript',
  },
  {
    what: 'a missing name in an object literal',
    marked: '{ a: 1,\n  b: ¦missing }',
    error: reference,
  },
  { what: 'a missing name in a template', marked: `\`text\n\${¦missing}\``, error: reference },
  {
    what: 'a name before its declaration',
    marked: 'const f = () => ¦b\nf()\nlet b',
    error: reference,
  },

  // Calls of concurrent tools.
  {
    what: 'an awaited tool error',
    marked: 'const a = 1\nconst b = await ¦fail()',
    error: { name: 'Error', message: 'tool failed' },
  },
  {
    what: 'a tool error in Promise.all',
    marked: 'await Promise.all([\n  ok(1),\n  ¦fail(),\n])',
    error: { name: 'Error' },
  },
  {
    what: 'a tool error in an async function',
    marked: 'async function f() {\n  await null\n  return ¦fail()\n}\nawait f()',
    error: { name: 'Error' },
  },
  {
    what: 'a tool error under then',
    marked: 'const a = 1\n¦fail().then(x => x)',
    error: { name: 'Error' },
  },
  {
    what: 'a synchronous tool error',
    marked: 'const a = 1\n  ¦fail()',
    error: { name: 'Error', message: 'tool failed' },
  },
  {
    what: 'a synchronous tool error in a function',
    marked: 'const get = () =>\n  ¦fail()\nget()',
    error: { name: 'Error' },
  },
  {
    what: 'a synchronous tool error in TypeScript',
    marked: 'const a: string = "é"; const b = ¦fail() as string',
    error: { name: 'Error' },
    language: 'typescript',
  },
]

for (const { what, marked, error, language } of cases) {
  t.test(`${what} is told at its place in the source as sent`, async t => {
    const { source, line, column } = unmark(marked)
    const request: ExecuteRequest = { source, ...(language && { language }) }
    const failure = await failureOf(executor, request)
    t.match({ line: failure.line, column: failure.column, ...failure }, { line, column, ...error })
    t.match(failure.frame, new RegExp(`^> +${line} \\|`, 'm'))
  })
}

/** Errors whose line is known and whose column the engine chooses within the expression. */
const lines: [what: string, source: string, line: number, error: object][] = [
  ['a member of undefined', 'const a = {}\na.b.c', 2, type],
  ['a call of what is no function', 'const a = {}\n\na.b(1)', 3, type],
  ['an assignment to a const', 'const a = 1\na = 2', 2, type],
  ['a thrown error', "const a = 1\nthrow new RangeError('x')", 2, range],
  ['an error made earlier', "const e = new RangeError('x')\nthrow e", 1, range],
  ['an error of a built-in', "const a = 1\n'x'.repeat(-1)", 2, range],
  [
    'a parse error of JSON',
    "const text = '{'\nJSON.parse(text)",
    2,
    { name: 'SyntaxError', code: 'GUEST_ERROR' },
  ],
  ['an error in a class', 'class A {\n  m(a) {\n    return a.x.y\n  }\n}\nnew A().m({})', 3, type],
  ['an error in a getter', 'const o = {\n  get x() { return null.y },\n}\no.x', 2, type],
  [
    'an error in a timer',
    'setTimeout(() => {\n  null.x\n}, 1)\nawait new Promise(() => {})',
    2,
    type,
  ],
  ['an error in a sort comparator', '[2, 1].sort(() => {\n  throw new RangeError()\n})', 2, range],
  [
    'an error rejected in an async callback',
    'await Promise.all([1].map(async n => {\n  await ok(n)\n  throw new RangeError()\n}))',
    3,
    range,
  ],
]

for (const [what, source, line, error] of lines) {
  t.test(`${what} is told at its line`, async t => {
    t.match(await failureOf(executor, source), { ...error, line })
  })
}

t.test('a frame shows the line with its neighbours and a caret', async t => {
  const { frame } = await failureOf(
    executor,
    'const a = 1\nconst b = 2\n  missing + a\nconst c = 3\nconst d = 4\nconst e = 5',
  )
  t.equal(
    frame,
    [
      '  1 | const a = 1',
      '  2 | const b = 2',
      '> 3 |   missing + a',
      '    |   ^',
      '  4 | const c = 3',
      '  5 | const d = 4',
    ].join('\n'),
  )
})

t.test('a frame shows the source as sent, also where the line was rewritten', async t => {
  const source = 'const x: number = await Promise.all([ok(1), fail()]) as never'
  const { frame } = await failureOf(executor, { source, language: 'typescript' })
  t.equal(frame, `> 1 | ${source}\n    | ${' '.repeat(source.indexOf('fail'))}^`)
})

t.test('a frame of a syntax error has its caret at the token', async t => {
  const { frame } = await failureOf(executor, 'const a = 1\nconst = 2')
  t.equal(frame, '  1 | const a = 1\n> 2 | const = 2\n    |       ^')
})

t.test("a stack has the program's frames only, in coordinates of the source", async t => {
  const { stack } = await failureOf(
    executor,
    'const inner = () => {\n  throw new Error()\n}\nfunction outer() {\n  inner()\n}\nouter()',
  )
  const frames = stack?.split('\n').map(line => line.replace(/:\d+(\)?)$/, '$1'))
  t.strictSame(frames, ['    at inner (program:2)', '    at outer (program:5)', '    at program:7'])
})

t.test('no stack shows what the compiler put in or a path of the host', async t => {
  const sources = [
    'await Promise.all([fail()])',
    'fail()',
    'fail(1, () => {})',
    'return await missing(1)',
    "new URL('nope')",
    "(1).toLocaleString('nope nope')",
  ]
  for (const source of sources) {
    const { stack = '', message, frame = '' } = await failureOf(executor, source)
    t.notMatch(`${stack}${message}${frame}`, /__latchd|file:|latchd:|\.ts\b/, source)
  }
})

t.test('a stack that the program reads shows no path of the host', async t => {
  for (const call of ['fail()', 'await fail()', "new URL('nope')", 'null.x']) {
    const stack = await outputOf(executor, `try { ${call} } catch (e) { return String(e.stack) }`)
    t.notMatch(stack, /file:|\/work|node_modules|\.ts\b/, call)
  }
})

t.test('a tool error that is uncaught keeps its name and message', async t => {
  class QuotaError extends Error {
    override readonly name = 'QuotaError'
  }
  const tools = {
    fail: async () => {
      throw new QuotaError('3 left')
    },
  }
  t.match(await failureOf(executor, { source: 'fail()', tools }), {
    code: 'GUEST_ERROR',
    name: 'QuotaError',
    message: '3 left',
    line: 1,
  })
})

/** Sources that models write, and the sentence that helps to repair them. */
const hints: [what: string, source: string, hint: RegExp][] = [
  ['a tool that is spelled otherwise', "fetchUrl('x')", /^Did you mean fetch_url\?$/],
  ['a tool with a letter wrong', "fetch_urll('x')", /^Did you mean fetch_url\?$/],
  [
    'an unknown function',
    'something_else(1)',
    /^The tools are ok, fail, fetch_url, sleep, human_approval and 1 more\.$/,
  ],
  ['require', "const fs = require('fs')", /Modules cannot be loaded; the tools are/],
  ['process', 'process.exit(1)', /There is no Node\.js process here/],
  ['Buffer', "Buffer.from('x')", /Uint8Array/],
  ['import', "import fs from 'fs'", /tool/i],
  ['a dynamic import', "await import('fs')", /tool/i],
  ['a type annotation in JavaScript', 'const a: number = 1', /typescript/],
  ['an endless recursion', 'const f = () => f() + 1; f()', /recursion/],
]

for (const [what, source, hint] of hints) {
  t.test(`${what} gets a hint`, async t => {
    t.match((await failureOf(executor, source)).hint, hint)
  })
}

t.test('fetch gets the hint of the tool that is near, or that there is no network', async t => {
  t.match((await failureOf(executor, "fetch('x')")).hint, /fetch_url/)
  t.match(
    (await failureOf(executor, { source: "fetch('x')", tools: [] })).hint,
    /There is no network here/,
  )
})

t.test('what TypeScript cannot erase is named', async t => {
  const cases: [source: string, name: RegExp][] = [
    ['namespace N { export const a = 1 }', /namespace/i],
    ['@d class A {}', /decorator/i],
    ["import a = require('a')", /import/i],
  ]
  for (const [source, name] of cases) {
    const { message, hint = '' } = await failureOf(executor, { source, language: 'typescript' })
    t.match(`${message} ${hint}`, name, source)
  }
})

t.test('a message of a syntax error is one line without its own position', async t => {
  const { message } = await failureOf(executor, 'const = 1')
  t.notMatch(message, /\n|\(\d+:\d+\)/)
})
