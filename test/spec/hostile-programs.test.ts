/** Programs that try to take the worker, the process or the machine end at a limit, and nothing else does. */

import t from 'tap'
import type { Outcome } from '../../executor/index.ts'
import { runScript } from '../support/child-script.ts'
import { type Attack, polled, unpolled } from '../support/hostile-programs.ts'
import { startOneWorker, unharmed } from '../support/one-worker.ts'

const limits = { cpuMs: 60, wallMs: 20_000, memoryBytes: 16 * 1_048_576, maxCalls: 100 }
/** Far more than a program with these limits takes, on a machine that is busy with others. */
const BOUND_MS = 15_000

const executor = startOneWorker(t)

for (const attack of [...polled, ...unpolled]) {
  const [name, source, ...ends] = attack
  t.test(`${name} is contained`, async t => {
    // What is to come to another end gets the time for it.
    const cpuMs = ends[0] === 'cpuMs' ? limits.cpuMs : 5000
    const outcome = await executor.execute({ source, limits: { ...limits, cpuMs } })
    t.ok((ends as string[]).includes(endOf(outcome)), `ended with ${endOf(outcome)}`)
    t.ok(outcome.usage.wallMs < BOUND_MS, `took ${outcome.usage.wallMs} ms`)
    await unharmed(t, executor)
  })
}

function endOf(outcome: Outcome): Attack[2] {
  if (!('error' in outcome)) return 'value'
  return outcome.error.limit ?? outcome.error.code
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

t.test('the memory of hostile programs comes back', async t => {
  const { code, stdout, stderr } = await runScript('test/soak/memory.ts')
  t.equal(code, 0, stdout + stderr)
})
