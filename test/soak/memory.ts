/**
 * Runs the greediest hostile programs again and again, and exits with 1 when the process has kept
 * their memory. Prints one line per sample.
 */

import { createExecutor } from '../../executor/index.ts'
import { type Attack, polled, unpolled } from '../support/hostile-programs.ts'
import { echo } from '../support/one-worker.ts'
import { median, residentMB } from './resident.ts'

/** What the process may have grown by, from the first half of the rounds to the second. */
const BOUND_MB = 96
const ROUNDS = 4
const WORKERS = 2

/** Programs that fill 32 MB each, and some that are cut at their output or log. */
const names = [
  'an array that grows and is kept',
  'many large buffers',
  'an array filled to its end',
  'an output of 2^32 holes',
  'a map shared 2^60 times',
  'a million log lines',
]
/** It costs its worker, and a second of computing until then: in the first and the last round. */
const costly = 'a join of 2^32 holes'
const attacks = polled.filter(([name]) => names.includes(name))
const losing = unpolled.filter(([name]) => name === costly)
const limits = { cpuMs: 100, memoryBytes: 32 * 1_048_576 }

const executor = createExecutor({ workers: WORKERS, tools: { echo } })

async function round(programs: readonly Attack[]): Promise<void> {
  await Promise.all(programs.map(([, source]) => executor.execute({ source, limits })))
  // So many that each worker has dropped what it still held.
  await Promise.all(Array.from({ length: 20 }, () => executor.execute({ source: 'echo(1)' })))
}

const samples: number[] = []
for (let i = 0; i < ROUNDS; i++) {
  const isEdge = i === 0 || i === ROUNDS - 1
  await round(isEdge ? [...attacks, ...losing] : attacks)
  samples.push(residentMB())
  console.log(`round ${i + 1}: ${samples.at(-1)} MB resident`)
}
const last = await executor.execute({ source: 'echo(20) + await echo(22)' })
await executor.close()

const grownMB = median(samples.slice(ROUNDS / 2)) - median(samples.slice(0, ROUNDS / 2))
console.log(`grown by ${grownMB} MB, bound ${BOUND_MB}`)
process.exitCode =
  attacks.length === names.length &&
  losing.length === 1 &&
  last.output === 42 &&
  grownMB <= BOUND_MB
    ? 0
    : 1
