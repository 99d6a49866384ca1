/** Programs that try to take the worker, the process or the machine end at a limit, and nothing else does. */

import t, { type Test } from 'tap'
import type { Outcome } from '../../executor/index.ts'
import { runScript } from '../support/child-script.ts'
import { type Attack, polled, unpolled } from '../support/hostile-programs.ts'
import { isLong } from '../support/length.ts'
import { startOneWorker, unharmed } from '../support/one-worker.ts'
import { patience } from '../support/patience.ts'

const limits = { cpuMs: 60, wallMs: 240_000, memoryBytes: 16 * 1_048_576, maxCalls: 100 }
/** Far more than a program with these limits takes, on a machine that is busy with others. */
const BOUND_MS = 15_000

const executor = startOneWorker(t)
/** Loses its worker with each program, while the other one goes on. */
const losing = startOneWorker(t)
// What takes long and waits for nothing here starts now.
const losers = some(unpolled)
const lost = losers.map(([, source]) => losing.execute({ source, limits }))
const memory = isLong ? runScript('test/soak/memory.ts') : undefined

/** In the long form all; in the suite a fourth, another one each day. */
function some(attacks: readonly Attack[]): readonly Attack[] {
  const day = Math.floor(Date.now() / 86_400_000)
  return isLong ? attacks : attacks.filter((_, i) => (i + day) % 4 === 0)
}

function assertContained(t: Test, [, , ...ends]: Attack, outcome: Outcome): void {
  const end = 'error' in outcome ? (outcome.error.limit ?? outcome.error.code) : 'value'
  t.ok((ends as string[]).includes(end), `ended with ${end}`)
  // Counted from its start: some stood in the queue before.
  const { startedAtMs = 0 } = outcome
  const tookMs = 'endedAtMs' in outcome ? outcome.endedAtMs - startedAtMs : Infinity
  t.ok(tookMs < patience(BOUND_MS), `took ${tookMs} ms`)
}

for (const attack of some(polled)) {
  const [name, source, end] = attack
  t.test(`${name} is contained`, async t => {
    // What is to come to another end gets the time for it.
    const cpuMs = end === 'cpuMs' ? limits.cpuMs : 5000
    const outcome = await executor.execute({ source, limits: { ...limits, cpuMs } })
    assertContained(t, attack, outcome)
    await unharmed(t, executor)
  })
}

for (const [i, attack] of losers.entries()) {
  t.test(`${attack[0]} is contained`, async t => {
    assertContained(t, attack, (await lost[i]) as Outcome)
    await unharmed(t, losing)
  })
}

t.test('a hostile program leaves the others of its executor alone', async t => {
  const honest = executor.execute({ source: 'await echo("honest")' })
  const hostile = executor.execute({ source: 'while (true);', limits })
  const later = executor.execute({ source: 'echo("later")' })
  const outcomes = await Promise.all([honest, hostile, later])
  t.strictSame(
    outcomes.map(({ output }) => output),
    ['honest', undefined, 'later'],
  )
})

const isShort = memory === undefined && 'part of npm run tests:long'
t.test('the memory of hostile programs comes back', { skip: isShort }, async t => {
  const { code, stdout, stderr } = (await memory) as Awaited<typeof memory> & object
  t.equal(code, 0, stdout + stderr)
})
