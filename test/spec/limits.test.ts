/** Every limit of an execution: its default, what exceeding it does, and that the worker goes on. */

import t, { type Test } from 'tap'
import type { ExecuteRequest, Outcome } from '../../executor/index.ts'
import { limitTable, resolveLimits } from '../../protocol/limits.ts'
import { exceeded, failure, startOneWorker, unharmed } from '../support/one-worker.ts'
import { OverlapRecord } from '../support/overlap-tool.ts'
import { patience } from '../support/patience.ts'

const MIB = 1_048_576
const DAY_MS = 86_400_000

/** A call that nothing but its abort ends. */
const never = {
  name: 'never',
  description: '',
  execute: () => new Promise<never>(() => {}),
}
const released = Promise.withResolvers<string>()

const executor = startOneWorker(t, {
  never,
  big: (bytes: number) => 'x'.repeat(bytes),
  impatient: { ...never, name: 'impatient', timeoutMs: 20 },
  endless: { ...never, name: 'endless', timeoutMs: 'none', execute: () => released.promise },
  release: () => released.resolve('released'),
  counting: async function* () {
    for (let i = 0; ; i++) yield i
  },
})

/** Runs a program and asserts that the worker serves the next one as well as ever. */
async function execute(t: Test, request: ExecuteRequest): Promise<Outcome> {
  const outcome = await executor.execute(request)
  await unharmed(t, executor)
  return outcome
}

t.test('a request that says nothing runs under the defaults of the table', async t => {
  t.strictSame(resolveLimits(undefined), {
    maxSourceBytes: 262_144,
    cpuMs: 10_000,
    wallMs: 30 * DAY_MS,
    memoryBytes: 67_108_864,
    maxCalls: 1000,
    maxJournalBytes: 67_108_864,
    maxConcurrentCalls: 32,
    callMs: 60_000,
    maxCallBytes: MIB,
    maxCallResultBytes: 8 * MIB,
    maxFileBytes: 64 * MIB,
    maxFilesBytes: 256 * MIB,
    maxSessionBytes: 64 * MIB,
    maxOutputBytes: MIB,
    maxLogBytes: 262_144,
  })
})

t.test('a request may raise each limit up to the ceiling of the table', async t => {
  const ceilings = {
    maxSourceBytes: MIB,
    cpuMs: 300_000,
    wallMs: 30 * DAY_MS,
    memoryBytes: 512 * MIB,
    maxCalls: 100_000,
    maxJournalBytes: 1024 * MIB,
    maxConcurrentCalls: 256,
    callMs: 30 * DAY_MS,
    maxCallBytes: 16 * MIB,
    maxCallResultBytes: 64 * MIB,
    maxSessionBytes: 128 * MIB,
    maxOutputBytes: 16 * MIB,
    maxLogBytes: 4 * MIB,
  }
  const outcome = await execute(t, { source: '1 + 1', limits: ceilings })
  t.equal(outcome.output, 2)
})

for (const [name, { ceiling, floor }] of Object.entries(limitTable)) {
  const refused = {
    'above its ceiling': ceiling + 1,
    'below its floor': floor - 1,
    fractional: 7.5,
  }
  for (const [how, value] of Object.entries(refused)) {
    t.test(`a request whose ${name} is ${how} is refused by name`, async t => {
      await t.rejects(executor.execute({ source: '1', limits: { [name]: value } }), {
        code: 'INVALID_REQUEST',
        message: new RegExp(name),
        errors: [{ pointer: `/limits/${name}` }],
      })
    })
  }
}

t.test('a request with an unknown limit is refused by name', async t => {
  const limits = { cpuSeconds: 1 } as never
  await t.rejects(executor.execute({ source: '1', limits }), {
    code: 'INVALID_REQUEST',
    message: /cpuSeconds/,
  })
})

t.test('a source longer than maxSourceBytes is refused, in bytes of UTF-8', async t => {
  const limits = { maxSourceBytes: 8 }
  t.equal((await execute(t, { source: '"äöü"', limits })).output, 'äöü')
  const tooLong = { code: 'PAYLOAD_TOO_LARGE', message: /maxSourceBytes 8/ }
  await t.rejects(executor.execute({ source: '"äöüä"', limits }), tooLong)
  await unharmed(t, executor)
})

t.test('a source of 10 MB is refused whatever the limit', async t => {
  const request = { source: ' '.repeat(10 * MIB), limits: { maxSourceBytes: MIB } }
  await t.rejects(executor.execute(request), { code: 'PAYLOAD_TOO_LARGE' })
  await unharmed(t, executor)
})

t.test('a source of just maxSourceBytes runs by default', async t => {
  const source = `${' '.repeat(262_143)}7`
  t.equal((await execute(t, { source })).output, 7)
  await t.rejects(executor.execute({ source: ` ${source}` }), { code: 'PAYLOAD_TOO_LARGE' })
})

t.test('a guest that never yields is stopped at cpuMs', async t => {
  const outcome = await execute(t, { source: 'while (true);', limits: { cpuMs: 50 } })
  t.strictSame(failure(outcome), exceeded('cpuMs'))
  t.ok(
    outcome.usage.cpuMs >= 50 && outcome.usage.cpuMs < patience(500),
    `used ${outcome.usage.cpuMs} ms`,
  )
})

t.test('time that a guest waits for a tool is not charged to cpuMs', async t => {
  const source = 'sleep(150); "awake"'
  const outcome = await execute(t, { source, limits: { cpuMs: 100 } })
  t.equal(outcome.output, 'awake')
})

t.test('a guest that watches the clock is told to sleep', async t => {
  const source = 'const end = Date.now() + 1e9; while (Date.now() < end);'
  const outcome = await execute(t, { source, limits: { cpuMs: 50 } })
  t.match(outcome, { error: { limit: 'cpuMs', hint: /sleep\(ms\)/ } })
})

t.test('an execution that waits longer than wallMs is ended, and its call aborted', async t => {
  const outcome = await execute(t, { source: 'never()', limits: { wallMs: 50 } })
  t.strictSame(failure(outcome), exceeded('wallMs'))
  t.match(outcome.calls, [{ tool: 'never', status: 'cancelled' }])
})

t.test('an execution that runs longer than wallMs is ended', async t => {
  const outcome = await execute(t, { source: 'while (true);', limits: { wallMs: 50 } })
  t.strictSame(failure(outcome), exceeded('wallMs'))
})

t.test('a guest can catch the end of its memory', async t => {
  const source = `const list = []
    try { while (true) list.push(new Uint8Array(100_000)) }
    catch (error) { list.length = 0; return String(error) }`
  const outcome = await execute(t, { source, limits: { memoryBytes: 8 * MIB } })
  t.equal(outcome.output, 'InternalError: out of memory')
})

t.test('a guest that does not catch the end of its memory ends with memoryBytes', async t => {
  const source = 'const list = []; while (true) list.push({})'
  const outcome = await execute(t, { source, limits: { memoryBytes: 8 * MIB } })
  t.strictSame(failure(outcome), exceeded('memoryBytes'))
  t.match(outcome, { error: { name: 'InternalError', message: /out of memory/ } })
  t.ok(outcome.usage.peakMemoryBytes <= 10 * MIB, `peak ${outcome.usage.peakMemoryBytes}`)
})

for (const [what, rest] of [
  ['throws', 'throw new Error("x".repeat(1e5))'],
  ['returns', '"x".repeat(1e5)'],
  ['calls', 'echo("x".repeat(1e5))'],
  ['awaits a call', 'await echo("x".repeat(1e5))'],
]) {
  t.test(`a guest that ${what} with a full heap ends with memoryBytes`, async t => {
    const source = `globalThis.kept = null
      try { while (true) kept = { kept } } catch {}
      ${rest}`
    const outcome = await execute(t, { source, limits: { memoryBytes: 4 * MIB } })
    t.strictSame(failure(outcome), exceeded('memoryBytes'))
  })
}

t.test('a program whose code has no room in the heap ends with memoryBytes', async t => {
  const lines = Array.from({ length: 8000 }, (_, i) => `console.log(${i}, 's${i}')`)
  const source = `if (false) {${lines.join(';')}}`
  const outcome = await execute(t, { source, limits: { memoryBytes: 2 * MIB } })
  t.strictSame(failure(outcome), exceeded('memoryBytes'))
})

t.test('the default memoryBytes is room for 50 MB and not for 70 MB', async t => {
  const source = (bytes: number) => `new Uint8Array(${bytes}).length`
  t.equal((await execute(t, { source: source(50e6) })).output, 50e6)
  t.strictSame(failure(await execute(t, { source: source(70e6) })), exceeded('memoryBytes'))
})

t.test('a guest that makes more than maxCalls calls is ended', async t => {
  const limits = { maxCalls: 3 }
  t.equal((await execute(t, { source: 'echo(1) + echo(2) + echo(3)', limits })).output, 6)
  const outcome = await execute(t, { source: 'while (true) echo(1)', limits })
  t.strictSame(failure(outcome), exceeded('maxCalls'))
  t.equal(outcome.usage.calls, 3)
})

for (const [what, source] of [
  ['concurrent calls', 'await Promise.all([1, 2, 3, 4].map(echo))'],
  ['timers', 'for (let i = 0; i < 4; i++) setTimeout(() => {}, 0)'],
  ['turns of an interval', 'setInterval(() => {}, 1)'],
  ['items of a stream', 'for (const item of counting());'],
] as const) {
  t.test(`${what} count towards maxCalls`, async t => {
    const outcome = await execute(t, { source, limits: { maxCalls: 3 } })
    t.strictSame(failure(outcome), exceeded('maxCalls'))
  })
}

t.test('a guest may make 1000 calls by default', async t => {
  const source = (calls: number) => `for (let i = 0; i < ${calls}; i++) echo(i); "done"`
  t.equal((await execute(t, { source: source(1000) })).output, 'done')
  t.strictSame(failure(await execute(t, { source: source(1001) })), exceeded('maxCalls'))
})

t.test('an execution whose tools answer more than maxJournalBytes is ended', async t => {
  const source = 'for (let i = 0; i < 4; i++) big(10_000).length; "done"'
  const limits = { maxJournalBytes: 45_000 }
  t.equal((await execute(t, { source, limits })).output, 'done')
  const outcome = await execute(t, { source, limits: { maxJournalBytes: 35_000 } })
  t.strictSame(failure(outcome), exceeded('maxJournalBytes'))
})

for (const [when, limits, peak] of [
  ['by request', { maxConcurrentCalls: 3 }, 3],
  ['32 by default', {}, 32],
] as const) {
  t.test(`calls beyond maxConcurrentCalls, ${when}, wait their turn`, async t => {
    const record = new OverlapRecord(peak)
    const source = 'overlapping.map(Array.from({ length: 50 })).length'
    t.equal((await execute(t, { source, limits, tools: record.tools('overlapping') })).output, 50)
    t.equal(record.peak, peak)
  })
}

const caught = (call: string) => `try { ${call} }
  catch (error) { const { name, code, tool, hint } = error; return { name, code, tool, hint } }`

t.test('a call that takes longer than callMs throws ToolTimeoutError with a hint', async t => {
  const outcome = await execute(t, { source: caught('never()'), limits: { callMs: 20 } })
  t.match(outcome.output, {
    name: 'ToolTimeoutError',
    code: 'TOOL_TIMEOUT',
    tool: 'never',
    hint: /timeoutMs.*needsApproval/,
  })
})

t.test('a call that takes longer than callMs rejects when its promise is used', async t => {
  const source = 'await never.async().catch(error => error instanceof ToolTimeoutError)'
  t.equal((await execute(t, { source, limits: { callMs: 20 } })).output, true)
})

t.test("a tool's own timeoutMs goes before callMs", async t => {
  const outcome = await execute(t, { source: caught('impatient()') })
  t.match(outcome.output, { name: 'ToolTimeoutError', tool: 'impatient' })
})

t.test("a tool whose timeoutMs is 'none' outlasts callMs", async t => {
  const source = `const answer = endless.async()
    try { never() } catch (error) { console.log(error.name) }
    release()
    return await answer`
  const outcome = await execute(t, { source, limits: { callMs: 20 } })
  t.strictSame([outcome.logText, outcome.output], ['ToolTimeoutError', 'released'])
})

t.test('time that a call waits for its turn is not charged to callMs', async t => {
  const source = `const calls = [1, 2, 3].map(() => never.async().catch(error => error.name))
    return await Promise.all(calls)`
  const outcome = await execute(t, { source, limits: { callMs: 30, maxConcurrentCalls: 1 } })
  t.strictSame(outcome.output, Array(3).fill('ToolTimeoutError'))
  t.ok(outcome.usage.wallMs >= 85, `took ${outcome.usage.wallMs} ms`)
})

const tooLarge = (limit: string) => ({
  name: 'RangeError',
  code: 'LIMIT_EXCEEDED',
  message: new RegExp(`limit ${limit} `),
})
const caughtLarge = (call: string) => `try { ${call}; return 'sent' }
  catch (error) { const { name, code, message } = error; return { name, code, message } }`

for (const [how, send] of [
  ['blocks', (bytes: number) => `echo('x'.repeat(${bytes}))`],
  ['is awaited', (bytes: number) => `await echo('x'.repeat(${bytes}))`],
  ['stands in a list', (bytes: number) => `echo.map(['x'.repeat(${bytes})])`],
] as const) {
  t.test(`arguments larger than maxCallBytes throw when the call ${how}`, async t => {
    const limits = { maxCallBytes: 1000 }
    t.equal((await execute(t, { source: caughtLarge(send(900)), limits })).output, 'sent')
    const outcome = await execute(t, { source: caughtLarge(send(1000)), limits })
    t.match(outcome.output, tooLarge('maxCallBytes'))
  })
}

t.test('arguments are measured in bytes of UTF-8', async t => {
  const source = caughtLarge(`echo('ä'.repeat(600))`)
  const outcome = await execute(t, { source, limits: { maxCallBytes: 1000 } })
  t.match(outcome.output, tooLarge('maxCallBytes'))
})

t.test('arguments may have 1 MiB by default', async t => {
  t.equal((await execute(t, { source: caughtLarge(`echo('x'.repeat(1_048_000))`) })).output, 'sent')
  const outcome = await execute(t, { source: caughtLarge(`echo('x'.repeat(1_048_576))`) })
  t.match(outcome.output, tooLarge('maxCallBytes'))
})

t.test('a result larger than maxCallResultBytes throws', async t => {
  const limits = { maxCallResultBytes: 1000 }
  t.equal((await execute(t, { source: caughtLarge('big(900)'), limits })).output, 'sent')
  const outcome = await execute(t, { source: caughtLarge('big(1000)'), limits })
  t.match(outcome.output, tooLarge('maxCallResultBytes'))
})

t.test('a result may have 8 MiB by default', async t => {
  t.equal((await execute(t, { source: caughtLarge(`big(${8 * MIB - 10})`) })).output, 'sent')
  const outcome = await execute(t, { source: caughtLarge(`big(${8 * MIB})`) })
  t.match(outcome.output, tooLarge('maxCallResultBytes'))
})

for (const [how, give] of [
  ['returns', (value: string) => `return ${value}`],
  ['answers finally', (value: string) => `final_answer(${value})`],
] as const) {
  t.test(`a guest that ${how} more than maxOutputBytes is ended`, async t => {
    const limits = { maxOutputBytes: 1000 }
    const source = (length: number) => give(`'x'.repeat(${length})`)
    t.equal((await execute(t, { source: source(998), limits })).output, 'x'.repeat(998))
    const outcome = await execute(t, { source: source(999), limits })
    t.strictSame(failure(outcome), exceeded('maxOutputBytes'))
  })
}

t.test('an output whose plain form has no end is ended by maxOutputBytes', async t => {
  const source = 'let shared = {}; for (let i = 0; i < 64; i++) shared = [shared, shared]; shared'
  t.strictSame(failure(await execute(t, { source })), exceeded('maxOutputBytes'))
})

t.test('an output may have 1 MiB by default', async t => {
  const source = (length: number) => `'x'.repeat(${length})`
  t.equal((await execute(t, { source: source(MIB - 2) })).status, 'completed')
  t.strictSame(failure(await execute(t, { source: source(MIB - 1) })), exceeded('maxOutputBytes'))
})

t.test('a log longer than maxLogBytes is cut, with a marker, and is no error', async t => {
  const source = 'console.log("a".repeat(60)); console.log("b".repeat(60)); console.log("c"); 7'
  const outcome = await execute(t, { source, limits: { maxLogBytes: 100 } })
  t.equal(outcome.output, 7)
  t.equal(outcome.logsTruncatedBytes, 21)
  t.strictSame(
    outcome.logs.map(({ text }) => text),
    ['a'.repeat(60), 'b'.repeat(40), '… 21 bytes of logs cut at maxLogBytes 100'],
  )
})

t.test('a log is cut between characters', async t => {
  const outcome = await execute(t, { source: 'console.log("ää")', limits: { maxLogBytes: 3 } })
  t.equal(outcome.logs[0]?.text, 'ä')
  t.equal(outcome.logsTruncatedBytes, 2)
})

t.test('a log may have 256 KiB by default', async t => {
  const source = (bytes: number) => `console.log('x'.repeat(${bytes}))`
  t.equal((await execute(t, { source: source(262_144) })).logsTruncatedBytes, 0)
  t.equal((await execute(t, { source: source(262_145) })).logsTruncatedBytes, 1)
})

t.test('lines that say nothing take their place in the log too', async t => {
  const source = 'for (let i = 0; i < 200; i++) console.log()'
  const outcome = await execute(t, { source, limits: { maxLogBytes: 100 } })
  t.equal(outcome.logs.length, 102)
  t.equal(outcome.logsTruncatedBytes, 100)
})
