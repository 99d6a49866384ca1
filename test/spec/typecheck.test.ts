/** Programs that are checked against the declarations of their tools before they run. */

import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setImmediate } from 'node:timers/promises'
import { promisify } from 'node:util'
import t from 'tap'
import { z } from 'zod'
import type { ExecuteRequest } from '../../executor/index.ts'
import { builtinTools } from '../../executor/tools/builtin/builtin-tools.ts'
import { CHECK_SKIPPED } from '../../executor/typecheck/check-skipped.ts'
import { type CheckRequest, TypeChecker } from '../../executor/typecheck/type-checker.ts'
import { normalizeTools } from '../../protocol/tool/normalize.ts'
import { Latchd } from '../../sdk/index.ts'
import { fixture, post, testDaemon } from '../support/daemon.ts'
import { completed, failureOf, openExecutor } from '../support/executor.ts'
import { patience } from '../support/patience.ts'
import { stateFolder } from '../support/state-folder.ts'
import { tools as corpusTools, PROGRAMS } from './programs-tools.ts'

const page = {
  name: 'fetch_page',
  description: 'Gets a page.',
  inputSchema: z.object({
    url: z.string(),
    format: z.enum(['text', 'html']).optional(),
    options: z.object({ retries: z.number().optional() }).optional(),
  }),
  outputSchema: z.object({
    title: z.string(),
    links: z.array(z.object({ href: z.string(), text: z.string() })),
  }),
  execute: async ({ url }: { url: string }) => ({ title: url, links: [] }),
}
const pingTool = { name: 'net.ping', description: '', execute: async () => 'pong' }
const tools = [page, pingTool]

/** Asks a checker about a program, with what these tests ask about all of them. */
const checkWith =
  (checker: TypeChecker) =>
  (source: string, more: Partial<CheckRequest> = {}) =>
    checker.check({
      source,
      language: 'javascript',
      tools: known,
      inputs: undefined,
      hasHistory: false,
      ...more,
    })

const known = [...normalizeTools(tools, () => page as never), ...builtinTools]
// One for all tests that do it no harm: each compiler takes a while to start.
const shared = new TypeChecker()
t.teardown(() => shared.close())
const check = checkWith(shared)

const executor = openExecutor(t, { workers: 2, tools })

/** A checker of the test's own. */
function ownChecker(t: { teardown(release: () => void): unknown }, checkMs?: number) {
  const checker = new TypeChecker(checkMs === undefined ? {} : { checkMs })
  t.teardown(() => checker.close())
  return { checker, check: checkWith(checker) }
}

/** Types of some millions of combinations. */
const letters = Array.from({ length: 26 }, (_, i) => `'${String.fromCharCode(97 + i)}'`).join('|')
const bomb = `type L = ${letters}; type T<S extends string> = S extends \`\${infer A}\${infer B}\` ? [A, ...T<B>] : []
type W = \`\${L}\${L}\${L}\`
${Array.from({ length: 200 }, (_, i) => `declare let a${i}: T<W>[${i}][]; let b${i}: { x: W; y: T<W>; z: [${i}] }[] = a${i}`).join('\n')}`

/** What a check comes to whose checker is closed. */
const closed = [{ code: CHECK_SKIPPED, message: /executor is closed|was stopped/ }]

/** Each finding as `line:column code`. */
const places = (found: readonly { line: number; column: number; code: string }[]) =>
  found.map(({ line, column, code }) => `${line}:${column} ${code}`)

t.test('names that are not there, and members that a tool does not give, are told', async t => {
  const found = await check(`const page = fetch_pgae('https://example.org')
const { titel, links } = fetch_page('a')
links.map(link => link.url)
process.env.HOME
tools.fetch_pag('x')
fetch_page('a').title.contains('x')`)
  t.strictSame(places(found), [
    '1:14 TS2552',
    '2:9 TS2339',
    '3:24 TS2339',
    '4:1 TS2591',
    '5:7 TS2551',
    '6:23 TS2339',
  ])
  t.equal(found[0]?.message, "Cannot find name 'fetch_pgae'. Did you mean 'fetch_page'?")
  t.equal(
    found[1]?.message,
    "Property 'titel' does not exist on type 'fetch_page_result'. It has: title, links.",
  )
  t.equal(found[3]?.message, "Cannot find name 'process'.")
})

t.test('arguments of tools that do not fit are told, with how the tool is called', async t => {
  const found = await check(`fetch_page(3)
fetch_page({ url: 3 })
fetch_page({ ulr: 'a' })
fetch_page()
fetch_page('a', 'pdf')
fetch_page('a', 'text', {}, 4)
fetch_page('a', 'text', { retries: 'many' })
fetch_page.async(3)
tools.fetch_page(3)
sleep('long')`)
  t.strictSame(
    found.map(({ line, column }) => [line, column]),
    [
      [1, 12],
      [2, 14],
      [3, 14],
      [4, 1],
      [5, 17],
      [6, 29],
      [7, 27],
      [8, 18],
      [9, 18],
      [10, 7],
    ],
  )
  t.equal(
    found[0]?.message,
    "Argument of type 'number' is not assignable to parameter of type 'string'. It is called as " +
      'fetch_page(url: string, format?: "text" | "html", options?: { retries?: number }).',
  )
  t.match(
    found[2]?.message,
    /^Object literal may only specify known properties, and 'ulr' does not/,
  )
})

t.test('every way to call a tool that is right is taken as right', async t => {
  const source = `const one = fetch_page('a'); const two = await fetch_page({ url: 'b', format: 'text' })
const urls = ['a', 'b']
const pages = await Promise.all(urls.map(url => fetch_page(url)))
const more = await Promise.all(urls.map(fetch_page))
const pending = urls.map(url => fetch_page(url))
const [first] = await Promise.all(pending)
fetch_page('a').then(page => page.title).catch(print).finally(() => {})
const all = fetch_page.map(urls), late = await fetch_page.async('a')
const [both] = parallel([[fetch_page, { url: 'x' }], [tools['net.ping']]], { settle: true })
let format = 'text'; const options = { url: 'a', format, options: { retries: 1, extra: true } }
fetch_page('a', format); fetch_page(options)
for (const chunk of net_ping('a')) print(chunk.anything)
print(one.title, two.links.length, pages[0].title, more[0].title, first.title, all[0].title,
  late.links, both, human_approval('x').approved, inputs.city, city)
if (one.title) return { one }
final_answer(await ask_human('?'))`
  const inputs = 'j{"city":"Rome"}'
  t.strictSame(await check(source, { inputs }), [])
  t.strictSame(await check(source, { inputs, language: 'typescript' }), [])
})

t.test('what JavaScript allows with a program’s own values is no fault', async t => {
  const found = await check(`const state = {}; state.count = 1; counter = 5; counter++
let found = ''; found = { title: 'x' }; print(found.title)
function Point() { this.x = 1 }
const error = new Error('x'); error.code = 3
class Stack extends Array { top() { return this.at(-1) } }
new Stack().concat([1]).top()
const add = (a, b) => a + b; add(1); add(1, 2, 3)
if (typeof Deno !== 'undefined') Deno.exit()
String.prototype.shout = function () { return this + '!' }; 'a'.shout()
try { null.x } catch (error) { print(error.anything) }
parseInt(5); [1, 'a'].sort((a, b) => a - b)`)
  t.strictSame(found, [])
})

t.test('types of the program that stand for nothing at run time are no fault', async t => {
  const source = `interface Row { id: number; at: Missing }
const rows: Row[] = []; const answer = rows as unknown as Response
const title: string = fetch_page('a').titel; let n: number = 'x'; answer`
  t.strictSame(places(await check(source, { language: 'typescript' })), ['3:39 TS2551'])
})

t.test('the programs of the corpus, which all run, have no diagnostics', async t => {
  const corpus = [...normalizeTools(corpusTools as never, () => page as never), ...builtinTools]
  const files = readdirSync(PROGRAMS).filter(file => file.endsWith('.tools.js'))
  const wrong: Record<string, string[]> = {}
  // Every fifth one: the suite has to be short.
  for (const file of files.filter((_, i) => i % 5 === 0)) {
    const source = readFileSync(new URL(file, PROGRAMS), 'utf8')
    const found = await check(source, { tools: corpus })
    if (found.length > 0) wrong[file] = found.map(({ message }) => message)
  }
  // It asks for a name that is not there, to see what happens.
  delete wrong['252-control-error-types-and-rethrow.tools.js']
  t.strictSame(wrong, {})
  t.ok(files.length > 300)
})

t.test(
  'places are those of the source as sent: in fences, in an object, in other alphabets',
  async t => {
    t.strictSame(places(await check('```js\nconst a = 1\nfoo()\n```')), ['3:1 TS2304'])
    t.strictSame(places(await check('{ a: 1, b: fetch_page(3), c: foo }')), [
      '1:23 TS2769',
      '1:30 TS2304',
    ])
    t.strictSame(places(await check(`const s = '日本語 🎌 ä'; foo(s)`)), ['1:23 TS2304'])
  },
)

t.test('objects that a program made before are not held against one of some values', async t => {
  const op = (kind: string, more: object = {}) => ({
    type: 'object',
    properties: { kind: { const: kind }, cell: { type: 'string' }, ...more },
    required: ['kind', 'cell', ...Object.keys(more)],
  })
  const edit = {
    name: 'edit_sheet',
    description: '',
    inputSchema: {
      type: 'object',
      properties: { ops: { type: 'array', items: { $ref: '#/$defs/Op' } } },
      required: ['ops'],
      $defs: { Op: { oneOf: [op('set', { value: { type: 'number' } }), op('clear')] } },
    },
    execute: async () => 1,
  }
  const found = (source: string) =>
    check(source, { tools: normalizeTools([edit], () => edit as never) })
  for (const source of [
    "const op = { kind: 'clear', cell: 'B1' }; edit_sheet([op])",
    "const ops = ['A1'].map(cell => ({ kind: 'clear', cell })); edit_sheet(ops); edit_sheet({ ops })",
    "edit_sheet([{ kind: 'set', cell: 'A1', value: 2 }, { kind: 'clear', cell: 'B1' }])",
  ]) {
    t.strictSame(await found(source), [], source)
  }
  for (const source of [
    "edit_sheet([{ kind: 'set' }])",
    'edit_sheet(7)',
    'edit_sheet({ opps: [] })',
  ]) {
    t.equal((await found(source)).length, 1, source)
  }
})

t.test('in a session that has a history, globals may be there that nobody knows of', async t => {
  const source = 'total + fetch_page(3).title'
  t.strictSame(places(await check(source)), ['1:1 TS2304', '1:20 TS2769'])
  t.strictSame(places(await check(source, { hasHistory: true })), ['1:20 TS2769'])
})

t.test('at most 20 diagnostics are told', async t => {
  const source = Array.from({ length: 50 }, (_, i) => `missing${i}()`).join('\n')
  t.equal((await check(source)).length, 20)
})

t.test(
  'a source that cannot be checked is told as such, and one that does not parse is not',
  async t => {
    const deep = `${'['.repeat(600)}${']'.repeat(600)}`
    t.match(await check(deep), [{ code: CHECK_SKIPPED, message: /nested deeper than 400 levels/ }])
    const long = `'${'x'.repeat(140_000)}'`
    t.match(await check(long), [
      { code: CHECK_SKIPPED, message: /140002 characters, limit 131072/ },
    ])
    t.strictSame(await check('const ='), [])
  },
)

t.test(
  'a check that takes too long is given up, and the next one finds a new compiler',
  async t => {
    const { checker, check } = ownChecker(t, 300)
    t.strictSame(places(await check('foo')), ['1:1 TS2304'])
    t.match(await check(bomb, { language: 'typescript' }), [
      { code: CHECK_SKIPPED, message: /longer than 300 ms/ },
    ])
    t.equal(checker.compilers, 0)
    t.strictSame(places(await check('foo()')), ['1:1 TS2304'])
  },
)

t.test('many checks of one owner share two compilers, and closing ends them', async t => {
  const { checker, check } = ownChecker(t)
  const found = await Promise.all(Array.from({ length: 12 }, (_, i) => check(`foo${i}`)))
  t.ok(found.every(({ length }) => length === 1))
  t.equal(checker.compilers, 2)
  checker.close()
  t.equal(checker.compilers, 0)
  t.match(await check('bar'), [{ code: CHECK_SKIPPED }])
})

t.test('a load of one owner does not take the check of another', async t => {
  const { checker, check } = ownChecker(t)
  // Two are under way for as long as they may, the others wait.
  const load = Array.from({ length: 20 }, (_, i) =>
    check(`${bomb}\n// ${i}`, { language: 'typescript', owner: 'alice' }),
  )
  while (!checker.isBusy('alice')) await setImmediate()
  t.notOk(checker.isBusy('bob'))
  const faults = await check('nope(1)', { owner: 'bob' })
  t.strictSame(places(faults), ['1:1 TS2304'])
  checker.close()
  for (const skipped of await Promise.all(load)) t.match(skipped, closed)
})

t.test('of one owner so many programs wait, and more are not checked', async t => {
  const { checker, check } = ownChecker(t)
  const load = Array.from({ length: 70 }, (_, i) =>
    check(`${bomb}\n// ${i}`, { language: 'typescript', owner: 'alice' }),
  )
  t.match(await load.at(-1), [{ code: CHECK_SKIPPED, message: /64 programs of alice wait/ }])
  // Its compilers are just about to start.
  checker.close()
  for (const skipped of (await Promise.all(load)).slice(0, 66)) t.match(skipped, closed)
})

t.test('a program that is cancelled waits for no compiler', async t => {
  const { checker, check } = ownChecker(t)
  const load = [0, 1].map(i => check(`${bomb}\n// ${i}`, { language: 'typescript' }))
  const left = new AbortController()
  const waiting = check('foo', { left: left.signal })
  left.abort()
  t.match(await waiting, [{ code: CHECK_SKIPPED, message: /the execution has ended/ }])
  checker.close()
  for (const skipped of await Promise.all(load)) t.match(skipped, closed)
})

t.test('a source that a thread cannot read in time holds up nobody', async t => {
  const { checker, check } = ownChecker(t)
  const hostile = check('async<T>(a);'.repeat(10_000), { language: 'typescript', owner: 'alice' })
  const timer = monitorEventLoopDelay({ resolution: 10 })
  timer.enable()
  await hostile
  timer.disable()
  const stallMs = timer.max / 1e6
  t.ok(stallMs < patience(250), `the longest stall was ${stallMs} ms`)
  checker.close()
})

t.test('with "error" nothing runs that could not be checked', async t => {
  const source = `print('ran'); '${'x'.repeat(140_000)}'`
  t.match(await failureOf(executor, { source, typecheck: 'error' }), {
    code: 'CHECK_UNAVAILABLE',
    name: 'TypeCheckUnavailable',
    message: /not type-checked: the source has \d+ characters, limit 131072/,
    hint: /Nothing has run/,
  })
  const refused = await executor.execute({ source, typecheck: 'error' })
  t.match(refused, { logText: '', calls: [], diagnostics: [{ code: CHECK_SKIPPED }] })
  const warned = await completed(executor, { source, typecheck: 'warn' })
  t.match(warned, { logText: 'ran', diagnostics: [{ code: CHECK_SKIPPED }] })
})

t.test('with "error" nothing runs that has a fault; with "warn" it runs and is told', async t => {
  const source = `print('ran')
const { title, link } = fetch_page('a')
title`
  const error = await failureOf(executor, { source, typecheck: 'error' })
  t.match(error, {
    code: 'TYPE_ERROR',
    name: 'TypeCheckError',
    message: /^Property 'link' does not exist/,
    line: 2,
    column: 16,
    frame: /> 2 \| const \{ title, link \}.*\n\s+\|\s+\^/,
    hint: /Nothing has run/,
  })
  const refused = await executor.execute({ source, typecheck: 'error' })
  t.match(refused, { logText: '', calls: [], diagnostics: [{ line: 2, code: 'TS2339' }] })

  const warned = await completed(executor, { source, typecheck: 'warn' })
  t.match(warned, { output: 'a', logText: 'ran', diagnostics: [{ line: 2, code: 'TS2339' }] })
  const off = await completed(executor, { source })
  t.notOk('diagnostics' in off)
  const clean: ExecuteRequest = { source: `fetch_page('a').title`, typecheck: 'error' }
  t.notOk('diagnostics' in (await completed(executor, clean)))
})

t.test('the names of a session’s earlier programs are no faults', async t => {
  const session = await executor.sessions.create()
  await session.execute({ source: 'const total = 4; function twice(n) { return 2 * n }' })
  const outcome = await session.execute({ source: 'twice(total)', typecheck: 'error' })
  t.equal(outcome.output, 8)
})

t.test('a syntax error is told as ever', async t => {
  const error = await failureOf(executor, { source: 'const =', typecheck: 'error' })
  t.match(error, { code: 'SYNTAX_ERROR', line: 1, column: 7 })
})

/** Runs a script in an app of its own, which has to end. */
async function appPrints(script: string): Promise<string> {
  const { stdout } = await promisify(execFile)(
    'env',
    ['-u', 'NODE_OPTIONS', process.execPath, '--input-type=module', '-e', script],
    { timeout: 20_000 },
  )
  return stdout.trim()
}

const moduleOf = (name: string) =>
  JSON.stringify(new URL(`../../executor/typecheck/${name}.ts`, import.meta.url).href)

t.test('an app that has checked a program and closes nothing can end', async t => {
  const script = `
    import { TypeChecker } from ${moduleOf('type-checker')}
    const found = await new TypeChecker().check({ source: 'foo', language: 'javascript', tools: [], hasHistory: false })
    console.log(found.length)`
  t.equal(await appPrints(script), '1')
})

t.test('a compiler that is stopped while it starts leaves no process', async t => {
  const script = `
    import { TypeScriptCompiler } from ${moduleOf('typescript-compiler')}
    const compiler = new TypeScriptCompiler()
    const check = compiler.check('foo', 'javascript', '')
    compiler.kill()
    await check.catch(error => console.log(error.message))`
  t.equal(await appPrints(script), 'the compiler was stopped')
})

t.test('a compiler that ends while it is written to does no harm to its process', async t => {
  const script = `
    import { subscribe } from 'node:diagnostics_channel'
    import { readFileSync } from 'node:fs'
    import { TypeScriptCompiler } from ${moduleOf('typescript-compiler')}
    let child
    subscribe('child_process', message => { child = message.process })
    const messages = []
    const checkAndEnd = async end => {
      const compiler = new TypeScriptCompiler()
      await compiler.check('foo', 'javascript', '')
      await end(compiler, () =>
        compiler.check('bar', 'javascript', '').catch(error => messages.push(error.message)))
    }
    for (const turns of [0, 2, 8, 20]) {
      await checkAndEnd(async (compiler, check) => {
        const checked = check()
        for (let i = 0; i < turns; i++) await undefined
        compiler.kill()
        await checked
      })
    }
    await checkAndEnd(async (_, check) => {
      const { pid } = child
      process.kill(pid, 'SIGKILL')
      // This process learns of the end when its event loop turns, and writes before that.
      while (!readFileSync('/proc/' + pid + '/stat', 'utf8').includes(') Z ')) {}
      await check()
    })
    console.log(messages.join())`
  t.equal(
    await appPrints(script),
    `${'the compiler was stopped,'.repeat(4)}the compiler has ended with SIGKILL`,
  )
})

t.test(
  'a daemon checks as well, and what it found outlives it with a durable execution',
  async t => {
    const env = {
      LATCHD_STATE_DIR: stateFolder(t),
      LATCHD_TOOLS: fixture('tools/approval-tools.ts'),
    }
    const first = await testDaemon(t, env)
    const refused = await post(`${first.url}/v1/execute`, { source: 'foo', typecheck: 'error' })
    t.match(refused, { status: 200, body: { status: 'failed', error: { code: 'TYPE_ERROR' } } })
    const source = `human_approval('go on?').approvd`
    const waiting = await post(`${first.url}/v1/execute`, {
      source,
      typecheck: 'warn',
      durable: true,
    })
    const diagnostics = [{ line: 1, column: 26, code: 'TS2551' }]
    t.match(waiting, { status: 202, body: { status: 'waiting', diagnostics } })
    const bad = await post(`${first.url}/v1/execute`, { source: '1', typecheck: 'maybe' })
    t.match(bad, { status: 400, body: { errors: [{ pointer: '/typecheck' }] } })
    await first.close()

    const latchd = new Latchd({ url: (await testDaemon(t, env)).url })
    t.teardown(() => latchd.close())
    const { executionId } = waiting.body
    t.match(await latchd.get(executionId), { status: 'waiting', diagnostics })
    const [approval] = await latchd.approvals.list({ executionId })
    await latchd.approvals.approve(approval?.approvalId as string)
    for await (const event of latchd.events(executionId)) {
      if (event.type === 'execution-ended') {
        t.match(event.execution, { status: 'completed', diagnostics })
      }
    }
  },
)
