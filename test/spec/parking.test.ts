/**
 * A guest that is torn down while it waits, and brought back by replay, is none the wiser.
 *
 * The suite runs a part of the corpus and some random programs; `npm run drill -- --programs 1000`
 * runs all of the corpus, and so many programs.
 */

import { readFileSync } from 'node:fs'
import { env } from 'node:process'
import { setTimeout as delay } from 'node:timers/promises'
import { inspect } from 'node:util'
import fc from 'fast-check'
import t from 'tap'
import { createExecutor, createParkingExecutor } from '../../executor/embedded/create-executor.ts'
import type { Outcome } from '../../executor/index.ts'
import type { ExecutionEvent } from '../../protocol/execution/events.ts'
import { completed, openExecutor } from '../support/executor.ts'
import { isolation } from '../support/isolation.ts'
import { isLong } from '../support/length.ts'
import { type ParkingProgram, parkingProgram } from './parking-programs.ts'
import { ParkingRuns, type Run, type RunRequest } from './parking-runs.ts'
import { PROGRAMS as FOLDER, tools } from './programs-tools.ts'

/** Random ones. */
const PROGRAMS = Number(env.PARKING_PROGRAMS ?? (isLong ? 60 : 40))
const LANES = 4
/** The suite runs one part of the corpus, another one each time. */
const CORPUS_PARTS = isLong ? 4 : 8
const isWhole = env.PARKING_PROGRAMS !== undefined
const part = Math.floor(Math.random() * CORPUS_PARTS)

function read(file: string): string {
  return readFileSync(new URL(file, FOLDER), 'utf8')
}

t.test('a program of the corpus ends as it ends unparked', async t => {
  const all = Object.keys(JSON.parse(read('expected.json'))).map(name => `${name}.tools`)
  const names = isWhole ? all : all.filter((_, n) => n % CORPUS_PARTS === part)
  t.comment(`part ${part} of ${CORPUS_PARTS}`)
  const run = async (make: typeof createExecutor) => {
    const executor = make({ tools, workers: 2, isolation })
    t.teardown(() => executor.close())
    const ended = new Map<string, Outcome>()
    const waiting = names.values()
    const lane = async () => {
      for (const name of waiting) {
        ended.set(name, await executor.execute({ source: read(`${name}.js`) }))
      }
    }
    await Promise.all(Array.from({ length: LANES }, lane))
    return ended
  }
  const unparked = await run(createExecutor)
  const parked = await run(createParkingExecutor)
  let resumes = 0
  for (const name of names) {
    const [ours, theirs] = [parked, unparked].map(ended => ended.get(name) as Outcome)
    if (ours === undefined || theirs === undefined) throw new Error(`${name} has not run`)
    resumes += ours.usage.resumes
    t.strictSame(endedAs(ours), endedAs(theirs), name)
  }
  t.ok(resumes > names.length, `${resumes} resumes`)
})

function endedAs({ status, outputForms, logs, logsTruncatedBytes, ...rest }: Outcome) {
  const texts = logs.map(({ level, text }) => [level, text])
  const error = 'error' in rest ? rest.error : undefined
  return { status, outputForms, error, texts, logsTruncatedBytes }
}

t.test(
  'an execution that waits for others gives its worker away, and tells nothing twice',
  async t => {
    const executor = openExecutor(t, { workers: 1, tools: { later: () => delay(30, 'later') } })
    const source = `for (let i = 0; i < 3; i++) console.log(i, later()); return 'done'`
    const all = await Promise.all(Array.from({ length: 20 }, () => executor.execute({ source })))
    for (const { output, logText, calls } of all) {
      t.strictSame([output, logText, calls.length], ['done', '0 later\n1 later\n2 later', 3])
    }
    t.ok(
      all.some(({ usage }) => usage.resumes > 0),
      'some were parked',
    )
  },
)

t.test('a program of many calls is brought back in time that is linear in them', async t => {
  const executor = openExecutor(t, { workers: 1, tools: { echo: (value: unknown) => value } })
  /** The shortest of several replays of so many calls, in milliseconds. */
  const replayMs = async (calls: number) => {
    const source = `let sum = 0; for (let i = 0; i < ${calls}; i++) sum += echo(1)
for (let i = 0; i < 6; i++) human_approval('go on'); return sum`
    let resumedAt = 0
    let shortest = Infinity
    const events = executor.stream({ source, limits: { maxCalls: calls + 10 } })
    for await (const event of events) {
      if (event.type === 'execution-parked') {
        const [waiting] = event.waitingFor
        if (resumedAt > 0) shortest = Math.min(shortest, performance.now() - resumedAt)
        resumedAt = performance.now()
        await executor.approvals.approve(waiting?.approvalId as string)
      }
      if (event.type === 'execution-ended') t.match(event.execution, { output: { value: calls } })
    }
    return shortest
  }
  await replayMs(500)
  const [few, many] = [await replayMs(500), await replayMs(4000)]
  // Eight times as many: linear is 8 at most, quadratic 64.
  t.ok(many < 24 * few, `500 calls ${few.toFixed(1)} ms, 4000 calls ${many.toFixed(1)} ms`)
})

t.test('a parked execution is cancelled at once', async t => {
  const { executor, parked } = parking(t)
  const controller = new AbortController()
  const ended = executor.execute({ source: 'never()', signal: controller.signal })
  await parked()
  controller.abort()
  t.match(await ended, { status: 'cancelled', error: { code: 'CANCELLED' } })
})

t.test('an execution is cancelled while it is brought back', async t => {
  const { executor, answer } = parking(t)
  const controller = new AbortController()
  const source = `const until = performance.now() + 300; while (performance.now() < until); answered(); never()`
  for await (const event of executor.stream({ source, signal: controller.signal })) {
    // Not before: a guest that has its answer when it comes to wait does not park.
    if (event.type === 'execution-parked') answer()
    if (event.type === 'execution-resumed') controller.abort()
    if (event.type === 'execution-ended') t.match(event.execution, { status: 'cancelled' })
  }
})

t.test('wallMs goes on while an execution is parked', async t => {
  const { executor } = parking(t)
  const outcome = await executor.execute({ source: 'never()', limits: { wallMs: 100 } })
  t.match(outcome, { status: 'failed', error: { code: 'LIMIT_EXCEEDED', limit: 'wallMs' } })
})

/** Some tens of milliseconds of work. */
const WORK = 'let x = 0; for (let i = 0; i < 1_000_000; i++) x += i;'

t.test('what a replay repeats is not charged again', async t => {
  const { executor } = parking(t)
  const alone = await completed(executor, `${WORK} x`)
  const source = `${WORK} for (let i = 0; i < 10; i++) later(); x`
  const limits = { cpuMs: Math.ceil(4 * alone.usage.cpuMs) + 50 }
  const outcome = await executor.execute({ source, limits })
  t.match(outcome, { status: 'completed', output: 499_999_500_000 })
  t.ok(outcome.usage.resumes >= 5, `${outcome.usage.resumes} resumes`)
  t.ok(outcome.usage.cpuMs < limits.cpuMs, `${outcome.usage.cpuMs} of ${limits.cpuMs} ms`)
})

t.test('cpuMs ends a program that was brought back', async t => {
  const { executor } = parking(t)
  const outcome = await executor.execute({
    source: 'later(); while (true);',
    limits: { cpuMs: 50 },
  })
  t.match(outcome, { status: 'failed', error: { code: 'LIMIT_EXCEEDED', limit: 'cpuMs' } })
})

t.test('what runs before and after a park counts against one cpuMs', async t => {
  const { executor } = parking(t)
  const alone = await completed(executor, `${WORK} x`)
  const work = `{ ${WORK} later() }`
  const limits = { cpuMs: Math.ceil(3 * alone.usage.cpuMs) }
  const outcome = await executor.execute({ source: work.repeat(30), limits })
  t.match(outcome, { status: 'failed', error: { code: 'LIMIT_EXCEEDED', limit: 'cpuMs' } })
})

t.test(
  'memoryBytes ends a program that was brought back, and that it held before counts',
  async t => {
    const { executor } = parking(t)
    const source = `const held = new Array(500_000).fill(1.5); later(); for (;;) held.push({})`
    const outcome = await executor.execute({ source, limits: { memoryBytes: 16_777_216 } })
    t.match(outcome, { status: 'failed', error: { code: 'LIMIT_EXCEEDED', limit: 'memoryBytes' } })
  },
)

t.test('executions that go on do not keep new ones waiting', async t => {
  const executor = openExecutor(t, { workers: 1, tools: { later: () => delay(10, 1) } })
  let ended = 0
  const source = 'let sum = 0; for (let i = 0; i < 25; i++) sum += later(); sum'
  const old = Array.from({ length: 20 }, async () => {
    const { output } = await executor.execute({ source })
    ended++
    return output
  })
  const young = await Promise.all([1, 2, 3].map(n => executor.execute({ source: `${n}` })))
  t.strictSame(
    young.map(({ output }) => output),
    [1, 2, 3],
  )
  t.ok(ended < 20, `${ended} of 20 had ended before`)
  t.strictSame(new Set(await Promise.all(old)), new Set([25]))
})

t.test('new executions do not keep those waiting that go on', async t => {
  const executor = openExecutor(t, { workers: 1, tools: { later: () => delay(10, 1) } })
  const source = 'let sum = 0; for (let i = 0; i < 20; i++) sum += later(); sum'
  const old = executor.execute({ source })
  let isOver = false
  let started = 0
  const lane = async () => {
    while (!isOver && started < 50_000) {
      started++
      await executor.execute({ source: '1' })
    }
  }
  const lanes = Promise.all(Array.from({ length: 20 }, lane))
  t.equal((await old).output, 20)
  isOver = true
  await lanes
  t.ok(started < 50_000, `${started} new ones meanwhile`)
})

/** An executor that parks at every wait. */
function parking(t: { teardown(release: () => Promise<void>): unknown }) {
  const asked = Promise.withResolvers<void>()
  const answer = Promise.withResolvers<void>()
  const executor = createParkingExecutor({
    workers: 1,
    isolation,
    tools: {
      later: () => delay(1),
      answered: () => answer.promise,
      never: () => {
        asked.resolve()
        return new Promise<never>(() => {})
      },
    },
  })
  t.teardown(() => executor.close())
  /** Resolves when a guest that called `never` has given its only worker away. */
  const parked = async () => {
    await asked.promise
    await executor.execute({ source: '1' })
  }
  return { executor, parked, answer: answer.resolve }
}

t.test('random programs end as they end unparked, and as their journal leads to', async t => {
  const runs = new ParkingRuns()
  t.teardown(() => runs.close())
  await runs.start()
  const seed = Math.trunc(Math.random() * 2 ** 31)
  const waiting = fc.sample(parkingProgram, { seed, numRuns: PROGRAMS }).entries()
  let resumes = 0
  const problems: string[] = []
  const lane = async () => {
    for (const [n, program] of waiting) {
      try {
        const { execution } = await runThreeWays(runs, program, n)
        resumes += execution.usage.resumes
      } catch (error) {
        problems.push(
          `${(error as Error).message}\nprogram ${n} of seed ${seed}\n${program.source}`,
        )
      }
    }
  }
  await Promise.all(Array.from({ length: LANES }, lane))
  t.strictSame(problems.slice(0, 1), [])
  t.ok(resumes > 2 * PROGRAMS, `${resumes} resumes`)
})

/** @throws {Error} where they differ */
async function runThreeWays(runs: ParkingRuns, program: ParkingProgram, n: number): Promise<Run> {
  const { source, limits, isTimed } = program
  const request: RunRequest = { source, limits, seed: [n, 2, 3, 4] }
  const unparked = await runs.unparked(request)
  const parked = await runs.parked(request, isTimed ? undefined : unparked.answered)
  const replayed = await runs.replayed(request, parked)
  expectSame(wholeOf(replayed), wholeOf(parked), 'replayed')
  // A call at the very end may be asked for and not be answered: it is in no journal.
  expectSame(answeredEffects(replayed, parked), [], 'calls of the replay')
  const sequence = sequences(parked.events)
  expectSame(
    sequence,
    sequence.map((_, i) => i + 1),
    'sequence',
  )
  expectSame(emittedLogs(parked.events), parked.execution.logs, 'logs told')
  expectSame(parked.effects.length, new Set(parked.effects.map(seqOf)).size, 'calls made once')
  expectClocks(parked)
  if (isTimed) return parked
  expectSame(comparable(parked), comparable(unparked), 'parked')
  expectSame(
    answeredEffects(parked, unparked),
    answeredEffects(unparked, parked),
    'effects in their order',
  )
  return parked
}

/** What a run asked of tools, without calls that were given up in one of the two at their end. */
function answeredEffects(run: Run, other: Run): readonly string[] {
  const given = (callNumber: string) =>
    [run, other].every(({ records }) => isAnswered(records, callNumber))
  return run.effects.filter(effect => given(seqOf(effect)))
}

const isAnswered = (records: Run['records'], callNumber: string) =>
  records.some(record => record.kind === 'delivery' && record.callNumber === Number(callNumber))

/** All that a replay has to repeat. */
const wholeOf = ({ execution }: Run) => [endOf(execution), execution.logs]

function endOf(execution: Run['execution']) {
  const { status } = execution
  if (execution.status !== 'completed') return { status, error: execution.error }
  return { status, output: execution.output, isFinalAnswer: execution.isFinalAnswer }
}

/** What two runs have in common that took place at different times. */
function comparable({ execution }: Run) {
  const logs = execution.logs.map(({ level, text }) => [level, text.replace(/^clock.*/, 'clock')])
  return { end: endOf(execution), logs, calls: execution.calls.map(({ tool }) => tool) }
}

/** What was read before a park is the same after it. */
function expectClocks({ execution }: Run): void {
  const clocks = execution.logs.map(({ text }) => text).filter(text => text.startsWith('clock'))
  for (const [i, text] of clocks.entries()) {
    const isAgain = text.startsWith('clock again')
    if (isAgain) expectSame(text.replace(' again', ''), clocks[i - 1], 'the clock')
  }
}

const sequences = (events: readonly ExecutionEvent[]) =>
  events.flatMap(event => ('sequence' in event ? [event.sequence] : []))
const emittedLogs = (events: readonly ExecutionEvent[]) =>
  events.flatMap(event => (event.type === 'log-written' ? [event.log] : []))
const seqOf = (effect: string) => effect.slice(0, effect.indexOf(' '))

/** @throws {Error} with both */
function expectSame(actual: unknown, expected: unknown, what: string): void {
  const [a, b] = [actual, expected].map(value => inspect(value, { depth: 9 }))
  if (a !== b) throw new Error(`${what}: ${a}\nexpected: ${b}`)
}
