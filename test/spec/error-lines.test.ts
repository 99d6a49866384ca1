/**
 * Failing programs of many kinds, each held against V8: line, and where both point to the same name
 * column and message. The values of `error-lines.json` are those of Node 26, where each source ran as
 * the body of an async function with `badobj`, which throws, and `ok`, which gives its argument.
 */

import { readFileSync } from 'node:fs'
import t from 'tap'
import { failureOf, outputOf, startExecutor } from '../support/executor.ts'

interface Row {
  readonly what: string
  readonly source: string
  readonly line: number
  readonly column?: number
  readonly message?: string
}

const rows = JSON.parse(
  readFileSync(new URL('error-lines.json', import.meta.url), 'utf8'),
) as readonly Row[]

const ok = async (value: unknown) => value
const executor = startExecutor(t, {
  ok,
  badobj: async () => {
    throw new Error('tool failed')
  },
})

for (const { what, source, ...expected } of rows) {
  t.test(`${what}: fails where V8 says`, async t => {
    const { line, column, message } = await failureOf(executor, source)
    const [first] = message.split('\n')
    t.match({ line, column, message: first }, expected, source)
  })
}

t.test('error.stack has a head and the frames of the program, in lines of the source', async t => {
  const source = `function where() { //
  return new Error('x').stack
}
where()`
  t.equal(
    await outputOf(executor, source),
    'Error: x\n    at where (program:2:10)\n    at program:4:1',
  )
  const tool = 'function f() {\n  badobj()\n}\ntry { f() } catch (e) { return e.stack }'
  t.equal(
    await outputOf(executor, tool),
    'Error: tool failed\n    at f (program:2:3)\n    at program:4:7',
  )
})

t.test('the stack of an error of a class begins where the error was made', async t => {
  const source = `class HttpError extends Error {
  constructor(status) {
    super('HTTP ' + status)
    this.name = 'HttpError'
  }
}
class NotFound extends HttpError {}
const make = () => new NotFound(404)
make().stack`
  t.equal(
    await outputOf(executor, source),
    'HttpError: HTTP 404\n    at make (program:8:20)\n    at program:9:1',
  )
})

t.test('a stack that a program sets, or captures for an object, is its own', async t => {
  t.strictSame(
    await outputOf(
      executor,
      `const e = new Error('a')
e.stack = 'mine'
const o = {}
Error.captureStackTrace(o)
;[e.stack, o.stack.includes('latchd'), o.stack.includes('program:4:7')]`,
    ),
    ['mine', false, true],
  )
})

t.test('causes and errors are told with an error, as deep as they go', async t => {
  const wrapped = await failureOf(
    executor,
    `throw new Error('outer', { cause: new TypeError('inner', { cause: 'root' }) })`,
  )
  t.equal(wrapped.message, "outer\n  [cause]: TypeError: inner\n    [cause]: 'root'")
  t.match(
    wrapped.stack,
    /^ {4}at program:1:7\n {2}\[cause\]: TypeError: inner\n {6}at program:1:35/,
  )
  const any = await failureOf(
    executor,
    `await Promise.any([Promise.reject(new Error('alpha')), Promise.reject(new Error('beta'))])`,
  )
  t.equal(
    any.message,
    'All promises were rejected\n  [errors]: Error: alpha\n  [errors]: Error: beta',
  )
})

t.test('causes that go in circles or throw when they are read are told once', async t => {
  const circle = "const e = new Error('a')\ne.cause = e\nthrow e"
  t.ok((await failureOf(executor, circle)).message.split('\n').length < 12)
  const hostile =
    "throw Object.defineProperty(new Error('a'), 'cause', { get() { throw new Error('no') } })"
  t.equal((await failureOf(executor, hostile)).message, 'a')
})

t.test('an error that the program catches has the same message', async t => {
  const cases: [source: string, message: string][] = [
    ['tools.nope()', 'tools.nope is not a function'],
    ['const o = {}; o.list.map(x => x)', "Cannot read properties of undefined (reading 'map')"],
    ['const { a } = null', "Cannot destructure property 'a' of 'null' as it is null."],
    ['for (const x of 5) {}', '5 is not iterable'],
    ['[1].map(5)', '5 is not a function'],
    ['const c = 1; c = 2', 'Assignment to constant variable.'],
    ["throw new TypeError('not a thing')", 'not a thing'],
    ["throw new RangeError('far')", 'far'],
    ['badobj()', 'tool failed'],
  ]
  for (const [source, message] of cases) {
    const program = `ok(1)\ntry {\n${source} } catch (e) {e.message}`
    t.equal(await outputOf(executor, program), message, source)
    const again = `ok(1)\ntry {\n${source} } catch (e) { ok(e.message)\nthrow e }`
    const error = await failureOf(executor, again)
    t.match([error.message, error.line], [message, 3], again)
  }
  const stack = 'try { tools.nope() } catch (e) { e.stack }'
  t.match(
    await outputOf(executor, stack),
    /^TypeError: tools\.nope is not a function\n {4}at program:1:13$/,
  )
  const own = 'try { tools.nope() } catch (e) { e.message = "mine"; throw e }'
  t.match(await failureOf(executor, own), { message: 'mine', line: 1 })
})

t.test('a limit has the line that ran', async t => {
  const cases: [source: string, limits: object, line: number][] = [
    ['let i = 0\nwhile (true) { i++ }', { cpuMs: 50 }, 2],
    ['ok(1)\nfunction f() {\n  let n = 0\n  for (;;) {\n    n++\n  }\n}\nf()', { cpuMs: 50 }, 4],
    ['try {\n  while (true) {}\n} catch (e) {\n  console.log(e)\n}\nok(1)', { cpuMs: 50 }, 2],
    ['try {\n  while (true) {}\n} finally { ok(1) }', { cpuMs: 50 }, 2],
    ['let n = 0\ntry {\n  for (;;) { n++ }\n} finally {\n  ok(n)\n}', { cpuMs: 50 }, 3],
    [
      'try { for (;;) {} } catch (e) { ok(e) }\nfor (const x of [1]) {\n  ok(x)\n}',
      { cpuMs: 50 },
      1,
    ],
    [
      'async function f() {\n  try {\n    while (true) {}\n  } catch (e) {\n    ok(e)\n  }\n}\nawait f()',
      { cpuMs: 50 },
      3,
    ],
    ['while (true) { break }\nfor (;;) {\n  Math.abs(1) }', { cpuMs: 50 }, 3],
    [
      'async function f() {\n  try {\n    while (true) await null\n  } finally {}\n}\nawait f()',
      { cpuMs: 50 },
      3,
    ],
    [
      'const f = async () => {\n  for (;;) { await null }\n}\nconst g = x => x\nawait f(g)',
      { cpuMs: 50 },
      2,
    ],
    ['let n = 0\nfor (;;) {\n  n = Math.max(n,\n    2)\n}', { cpuMs: 50 }, 3],
    ['for (let i = 0; ; i++) {\n  ok(\n    i)\n}', { maxCalls: 5 }, 2],
    ["const l = 'x'.repeat(999)\nfinal_answer(\n  l)", { maxOutputBytes: 100 }, 2],
    ["const l = 'x'.repeat(999)\nif (l) return l", { maxOutputBytes: 100 }, 2],
    ["const l = 'x'.repeat(999)\nl", { maxOutputBytes: 100 }, 2],
    ['const l = []\nfor (;;)\n  l.push(new Array(1000).fill(1))', { memoryBytes: 8_388_608 }, 3],
  ]
  for (const [source, limits, line] of cases) {
    const error = await failureOf(executor, { source, limits })
    t.match(error, { code: 'LIMIT_EXCEEDED', line }, source)
    t.type(error.frame, 'string')
  }
})

t.test('a program that its host ends has the line of the call that it waits for', async t => {
  const cases: [source: string, line: number][] = [
    ['const a = 1\nhang(a)', 2],
    ['function f() {\n  return hang(1)\n}\nok(1)\nf()', 2],
    ['await Promise.all([\n  hang(2)])', 2],
    ['await ok.async(1)\nconst p = hang.async(1)\nawait p', 2],
    ['for await (const x of [1]) {\n  await hang.async(x)\n}', 2],
  ]
  for (const isSession of [false, true]) {
    for (const [source, line] of cases) {
      const cancel = new AbortController()
      const hang = () => {
        cancel.abort()
        return new Promise<never>(() => {})
      }
      const place = isSession ? await executor.sessions.create() : executor
      const outcome = await place.execute({ source, tools: { hang, ok }, signal: cancel.signal })
      t.match(outcome, { status: 'cancelled', error: { line, frame: String } }, source)
    }
  }
})

t.test('wallMs has the line of the call that waits', async t => {
  const hang = () => new Promise<never>(() => {})
  const source = 'const a = 1\nhang(a)'
  // Time is spent from the acceptance on: with too little of it the program has not come so far.
  for (let wallMs = 100; wallMs < 30_000; wallMs *= 2) {
    const outcome = await executor.execute({ source, tools: { hang }, limits: { wallMs } })
    if (outcome.calls.length === 0) continue
    t.match(outcome, { status: 'failed', error: { limit: 'wallMs', line: 2, column: 1 } })
    return
  }
  t.fail('the program never came to its call')
})

t.test('maxJournalBytes has the line of the call that waits', async t => {
  const big = async () => 'x'.repeat(20_000)
  for (const [source, line] of [
    ['for (let i = 0; i < 9; i++)\n  big()', 2],
    ['await Promise.all([\n  big(), big(), big(), big()])', 2],
  ] as const) {
    const limits = { maxJournalBytes: 35_000 }
    const error = await failureOf(executor, { source, tools: { big }, limits })
    t.match(error, { limit: 'maxJournalBytes', line }, source)
  }
})

t.test('DEADLOCK has the line where the program waits, when it waits in one place', async t => {
  const cases: [source: string, line: number | undefined][] = [
    ['ok(1)\nawait new Promise(() => {})', 2],
    ['async function f() {\n  await new Promise(() => {})\n}\nok(1)\nawait f()', 5],
    ['ok(1)\nreturn new Promise(() => {})', 2],
    ['ok(1)\nfor await (const x of [new Promise(() => {})]) {}', 2],
    ['await ok(1)\nawait new Promise(() => {})', undefined],
  ]
  for (const [source, line] of cases) {
    const error = await failureOf(executor, source)
    t.strictSame([error.code, error.line], ['DEADLOCK', line], source)
  }
})

t.test('a limit in a session has the line that ran', async t => {
  const session = await executor.sessions.create()
  const outcome = await session.execute({
    source: 'let i = 0\nwhile (true) {\n  i++\n}',
    limits: { cpuMs: 50 },
  })
  t.match(outcome, { status: 'failed', error: { code: 'LIMIT_EXCEEDED' } })
  t.match(outcome.status === 'failed' && outcome.error.line, /^[23]$/)
})

t.test(
  'a thrown value that is no error has the line of the only statement that throws one',
  async t => {
    t.match(await failureOf(executor, 'const a = 1\nif (a) {\n  throw { code: a }\n}'), { line: 3 })
  },
)
