/** What models send that cannot run gets one sentence that says how to repair it. */

import t from 'tap'
import { z } from 'zod'
import { post, testDaemon } from '../support/daemon.ts'
import { completed, failureOf, startExecutor } from '../support/executor.ts'

const echo = async (value: unknown) => value
const executor = startExecutor(t, { ok: echo, run_shell: echo, fetch_url: echo, read_file: echo })
const withoutTools = startExecutor(t)

const RETURN_IT = /^Return the result, or make it the last expression/

const hints: [what: string, source: string, code: string, hint: RegExp][] = [
  [
    'a shell expansion in String.raw',
    'const dir = \'/tmp\'\nconst s = String.raw`cd ${dir}\necho "${!name:-none}"\n`\nok(s)',
    'SYNTAX_ERROR',
    /^Inside a template literal \$\{ begins an expression: write \$\{'\$'\}\{ .* or put the text in quotes \(a backslash would stay/,
  ],
  [
    'a shell array in a template',
    'ok(`echo "${#files[@]} files"`)',
    'SYNTAX_ERROR',
    /write \$\{'\$'\}\{/,
  ],
  ['a shell default in a template', 'ok(`echo ${x:-y}`)', 'SYNTAX_ERROR', /write \$\{'\$'\}\{/],
  ['a back-tick in a template', 'const md = `use `code` here`', 'SYNTAX_ERROR', /write \\` for/],
  ['a shell command', 'cd /tmp && ls -la | head -3', 'SYNTAX_ERROR', /shell command.*run_shell\(/],
  ['a shell command with words', 'npm install lodash', 'SYNTAX_ERROR', /run_shell\(/],
  ['a shell script', '#!/bin/bash\necho hi', 'SYNTAX_ERROR', /shell command/],
  ['a shell command with a mode', 'chmod +x a.sh', 'SYNTAX_ERROR', /shell command/],
  ['a shell command with a pattern', 'cp * /tmp', 'SYNTAX_ERROR', /shell command/],
  ['a shell variable', 'export FOO=bar', 'SYNTAX_ERROR', /shell command.*run_shell\(/],
  ['shell variables', 'export FOO="a b"\necho $FOO', 'SYNTAX_ERROR', /shell command/],
  ['an exported shell name', 'export -n default=1', 'SYNTAX_ERROR', /shell command/],
  ['an exported const', 'export const a = 1', 'SYNTAX_ERROR', RETURN_IT],
  ['an exported function', 'export async function f() {}', 'SYNTAX_ERROR', RETURN_IT],
  ['exported names', 'const a = 1; export { a }', 'SYNTAX_ERROR', RETURN_IT],
  ['exported names alone', "export { a } from 'a'", 'SYNTAX_ERROR', RETURN_IT],
  ['all of a module', "export * from 'a'", 'SYNTAX_ERROR', RETURN_IT],
  ['an exported type', 'export interface A { a: string }', 'SYNTAX_ERROR', RETURN_IT],
  [
    'an unknown name in a default export',
    'export default async () => { fetch_ur(1) }',
    'GUEST_ERROR',
    /^Did you mean fetch_url\?$/,
  ],
  ['an expression with the name of a command', 'head + 1', 'GUEST_ERROR', /^The tools are/],
  ['a test with the name of a command', 'source instanceof Error', 'GUEST_ERROR', /^The tools are/],
  ['two code blocks', '```js\nok(1)\n```\n```js\nok(2)\n```', 'SYNTAX_ERROR', /one code block/],
  ['prose', 'ok(1)\nI will now call the tool again\nok(2)', 'SYNTAX_ERROR', /prose/],
  ['Python functions', 'def f(x):\n    return x + 1\nprint(f(2))', 'SYNTAX_ERROR', /Python/],
  ['Python imports', "import json\ndata = json.loads('{}')", 'SYNTAX_ERROR', /Python/],
  ['Python loops', 'for x in range(3):\n    print(x)', 'SYNTAX_ERROR', /Python/],
  ['a word of Python', 'const a = None', 'GUEST_ERROR', /use null/],
  ['JSX', 'const el = <div className="a">hi</div>\nel', 'SYNTAX_ERROR', /^JSX/],
  ['typographic quotes', 'const s = “hello”', 'SYNTAX_ERROR', /^Typographic quotes/],
  ['an invisible character', 'let x = 5\n\u200bx', 'SYNTAX_ERROR', /U\+200B/],
  ['HTML entities', 'if (a &amp;&amp; b) {}', 'SYNTAX_ERROR', /HTML entities such as &amp;/],
  [
    'HTML entities that parse',
    'const a = 1; a &lt; 2',
    'GUEST_ERROR',
    /HTML entities such as &lt;/,
  ],
  ['line numbers', '1 | const a = 1\n2 | a + 1', 'SYNTAX_ERROR', /begin with numbers/],
  ['a diff', '@@ -1 +1 @@\n-const a = 1\n+const a = 2', 'SYNTAX_ERROR', /a diff/],
  ['lines of a diff', '- const a = 1\n+ const a = 2', 'SYNTAX_ERROR', /a diff/],
  ['a template without end', 'const s = `abc\n${1}', 'SYNTAX_ERROR', /opens at line 1, column 11/],
  ['a string without end', "const s = 'abc\nok(s)", 'SYNTAX_ERROR', /opens at line 1, column 11/],
  ['a comment without end', '1\n/* abc', 'SYNTAX_ERROR', /opens at line 2, column 1/],
  [
    'a block without end',
    'if (true) {\n  ok(1)\n',
    'SYNTAX_ERROR',
    /\{ that opens at line 1, column 11/,
  ],
  ['a list without end', 'const a = [1, 2\nok(a)', 'SYNTAX_ERROR', /\[ that opens at line 1/],
  ['a wrong end', 'const o = { a: [1, 2 }', 'SYNTAX_ERROR', /\[ that opens at line 1, column 16/],
  ['an end too many', 'ok(1))', 'SYNTAX_ERROR', /\) closes nothing/],
  [
    'await in a plain function',
    'function f() {\n  return await ok(1)\n}',
    'SYNTAX_ERROR',
    /await out/,
  ],
  ['TypeScript', 'const a: number = 1', 'SYNTAX_ERROR', /TypeScript/],
  ['a misspelt method', '[1].filterr(x => x)', 'GUEST_ERROR', /^Did you mean filter\?$/],
  ['a method of another kind', 'const o = {}\no.map(x => x)', 'GUEST_ERROR', /method of an array/],
  ['a misspelt function', 'Math.maxx(1)', 'GUEST_ERROR', /^Did you mean Math\.max\?$/],
  [
    'a misspelt member of tools',
    "tools.fetchUrl('x')",
    'GUEST_ERROR',
    /^Did you mean fetch_url\?$/,
  ],
  ['a member of nothing', 'const o = {}\no.a.b', 'GUEST_ERROR', /^o\.a has no value here/],
  ['a cipher', 'crypto.subtle.encrypt({})', 'GUEST_ERROR', /digest/],
  ['fs', "fs.readFileSync('x')", 'GUEST_ERROR', /no file system here; call the tool read_file/],
  ['a process', "execSync('ls')", 'GUEST_ERROR', /call the tool run_shell/],
  ['process', 'process.env.HOME', 'GUEST_ERROR', /inputs/],
]

for (const [what, source, code, hint] of hints) {
  t.test(`${what} gets a hint`, async t => {
    const error = await failureOf(executor, source)
    t.match(error, { code, hint }, source)
    t.notMatch(error.hint, /[.!?] [A-Z]/, 'one sentence')
  })
}

t.test('a shell command without a tool for it is told so', async t => {
  const { hint } = await failureOf(withoutTools, 'cd /tmp && ls')
  t.match(hint, /no tool here runs commands/)
})

t.test('"not a function" names the call that cannot be one', async t => {
  const { message, line } = await failureOf(
    executor,
    'const db = {}\nok(\n  db.query(1))\nfunction f() {}',
  )
  t.strictSame([message, line], ['db.query is not a function', 3])
})

const callbacks: readonly (readonly [source: string, called: string, hint: string | undefined])[] =
  [
    ['[1].map(5)', '5', 'map calls its first argument: give it a function, such as x => x.'],
    [
      'const o = {}; [1].filter(o.by)',
      'o.by',
      'filter calls its first argument: look at the value of o.by with console.log(o.by).',
    ],
    [
      '[1].forEach(ok(1))',
      'ok(...)',
      'ok(...) is called before forEach: pass the function itself, or write () => ok(...).',
    ],
    ['[2, 1].reduce()', 'undefined', 'reduce takes a function as its first argument.'],
    [
      'Array.from([1], "x")',
      '"x"',
      'from calls its second argument: give it a function, such as x => x.',
    ],
    ['Map.groupBy([1])', 'undefined', 'groupBy takes a function as its second argument.'],
  ]

t.test('a built-in that gets no function names what it got', async t => {
  for (const [source, called, hint] of callbacks) {
    const error = await failureOf(executor, source)
    t.match(error, { message: `${called} is not a function`, hint }, source)
  }
})

t.test('hints come by HTTP as well', async t => {
  const daemon = await testDaemon(t)
  const failure = async (source: string) =>
    (await post(`${daemon.url}/v1/execute`, { source })).body.error
  t.match(await failure('ok(`echo ${x:-y}`)'), { line: 1, hint: /write \$\{'\$'\}\{/ })
  t.match(await failure('[1].filterr(x => x)'), {
    message: '(intermediate value).filterr is not a function',
    hint: /filter/,
  })
})

t.test('a member that a tool does not give is named with those that it gives', async t => {
  const page = {
    name: 'get_page',
    description: '',
    inputSchema: z.object({ url: z.string() }),
    outputSchema: z.object({ title: z.string(), links: z.array(z.string()) }),
    execute: async ({ url }: { url: string }) => ({ title: url, links: [] }),
  }
  // An end waits for a compiler that is there, and not as long as a busy machine takes to start one.
  await completed(executor, { source: '1', typecheck: 'warn' })
  const source = "const page = get_page({ url: 'x' })\npage.link.map(x => x)"
  const failed = await failureOf(executor, { source, tools: [page] })
  t.match(failed, {
    message: "Cannot read properties of undefined (reading 'map')",
    line: 2,
    hint: /Property 'link' .*title, links/,
  })
})
