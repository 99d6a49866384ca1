/** A guest that is torn down while it waits, and brought back by replay, is none the wiser. */

import { inspect } from 'node:util'
import fc from 'fast-check'
import t from 'tap'
import type { ExecutionEvent } from '../../protocol/events.ts'
import { newSeed, ParkingRuns, type Run, type RunRequest } from './parking-runs.ts'
import { parkingProgram } from './parking-programs.ts'

const PROGRAMS = 1000
/** Programs of one round of the property; they run at the same time. */
const BATCH = 25

t.test('random programs end as they end unparked, and as their journal leads to', async t => {
  const runs = new ParkingRuns()
  t.teardown(() => runs.close())
  await runs.start()
  let resumes = 0
  const check = async ({ source, limits, isTimed }: fc.TypeOfArbitrary<typeof parkingProgram>, n: number) => {
    const request: RunRequest = { source, limits, seed: newSeed(n) }
    const unparked = await runs.unparked(request)
    const parked = await runs.parked(request, unparked.answered)
    const replayed = await runs.replayed(request, parked)
    resumes += parked.execution.usage.resumes
    expectSame(wholeOf(replayed), wholeOf(parked), 'replayed')
    expectSame(replayed.effects, [], 'calls of the replay')
    expectSame(sequences(parked.events), sequences(parked.events).map((_, i) => i + 1), 'sequence')
    expectSame(toldLogs(parked.events), parked.execution.logs, 'logs told')
    expectSame(parked.effects.length, new Set(parked.effects.map(seqOf)).size, 'calls made once')
    expectClocks(parked)
    if (isTimed) return
    expectSame(comparable(parked), comparable(unparked), 'parked')
    expectSame(parked.effects, unparked.effects, 'effects in their order')
  }
  const batches = fc.array(parkingProgram, { minLength: BATCH, maxLength: BATCH })
  const property = fc.asyncProperty(batches, fc.nat(), async (programs, n) => {
    await Promise.all(programs.map((program, i) => check(program, n + i)))
  })
  await fc.assert(property, { numRuns: PROGRAMS / BATCH, endOnFailure: true })
  t.ok(resumes > 3 * PROGRAMS, `${resumes} resumes`)
})

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
  const calls = execution.calls.map(({ tool, status, error }) => ({ tool, status, error }))
  return { end: endOf(execution), logs, calls }
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
const seqOf = (effect: string) => effect.split(' ', 1)[0]

/** @throws {Error} with both, which fast-check shows with the program. */
function expectSame(actual: unknown, expected: unknown, what: string): void {
  const [a, b] = [actual, expected].map(value => inspect(value, { depth: 9, sorted: true }))
  if (a !== b) throw new Error(`${what}: ${a}\nexpected: ${b}`)
}
