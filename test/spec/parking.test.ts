/** A guest that is torn down while it waits, and brought back by replay, is none the wiser. */

import { inspect } from 'node:util'
import fc from 'fast-check'
import t from 'tap'
import type { ExecutionEvent } from '../../protocol/events.ts'
import { type ParkingProgram, parkingProgram } from './parking-programs.ts'
import { ParkingRuns, type Run, type RunRequest } from './parking-runs.ts'

const PROGRAMS = 1000
const LANES = 4

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
        resumes += (await runThreeWays(runs, program, n)).execution.usage.resumes
      } catch (error) {
        problems.push(`${(error as Error).message}\nprogram ${n} of seed ${seed}\n${program.source}`)
      }
    }
  }
  await Promise.all(Array.from({ length: LANES }, lane))
  t.strictSame(problems.slice(0, 1), [])
  t.ok(resumes > 3 * PROGRAMS, `${resumes} resumes`)
})

/** @throws {Error} where they differ */
async function runThreeWays(runs: ParkingRuns, program: ParkingProgram, n: number): Promise<Run> {
  const { source, limits, isTimed } = program
  const request: RunRequest = { source, limits, seed: [n, 2, 3, 4] }
  const T0=performance.now()
  const unparked = await runs.unparked(request)
  const T1=performance.now()
  const parked = await runs.parked(request, isTimed ? undefined : unparked.answered)
  const T2=performance.now()
  const replayed = await runs.replayed(request, parked)
  const T3=performance.now()
  if (T3-T0 > 3000) console.error('SLOW', T1-T0, T2-T1, T3-T2, limits, source.slice(390), unparked.events.map(e => [e.type, e.atMs - unparked.events[0].atMs, e.call?.callId?.slice(-3), e.call?.status].join(' ')))
  expectSame(wholeOf(replayed), wholeOf(parked), 'replayed')
  // A call at the very end may be asked for and not be answered: it is in no journal.
  expectSame(answeredEffects(replayed, parked), [], 'calls of the replay')
  const sequence = sequences(parked.events)
  expectSame(
    sequence,
    sequence.map((_, i) => i + 1),
    'sequence',
  )
  expectSame(toldLogs(parked.events), parked.execution.logs, 'logs told')
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
  const given = (seq: string) => [run, other].every(({ records }) => isAnswered(records, seq))
  return run.effects.filter(effect => given(seqOf(effect)))
}

const isAnswered = (records: Run['records'], seq: string) =>
  records.some(record => record.kind === 'delivery' && record.seq === Number(seq))

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
const toldLogs = (events: readonly ExecutionEvent[]) =>
  events.flatMap(event => (event.type === 'log-written' ? [event.log] : []))
const seqOf = (effect: string) => effect.slice(0, effect.indexOf(' '))

/** @throws {Error} with both */
function expectSame(actual: unknown, expected: unknown, what: string): void {
  const [a, b] = [actual, expected].map(value => inspect(value, { depth: 9 }))
  if (a !== b) throw new Error(`${what}: ${a}\nexpected: ${b}`)
}
