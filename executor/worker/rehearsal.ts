/**
 * Programs of our own that a new thread runs once it is idle, so that its first execution finds
 * loaded and compiled what every program passes: V8 compiles a function when it is called first, and
 * the engine's WebAssembly too.
 */

import { MessageChannel } from 'node:worker_threads'
import { LATCH_BYTES } from '../../protocol/latch.ts'
import { resolveLimits } from '../../protocol/limits.ts'
import type { GuestTask } from '../boundary/messages.ts'
import type { Guest } from '../engine/guest.ts'
import { WorkerLane } from './lane.ts'
import { runTask, type TaskDependencies } from './task.ts'

/** Each with the status that it ends with: nothing answers a call, so its guest parks there. */
const programs = [
  {
    status: 'completed',
    source: `const numbers = [1, 2, 3].map(n => n * 2)
async function later(value) { await null; return { value } }
console.log('numbers', numbers)
const { value } = await later(numbers.length)
try { JSON.parse('{') } catch (error) { console.log(error.message) }
({ sum: numbers.reduce((sum, n) => sum + n, 0), value })`,
  },
  { status: 'parked', source: 'const answer = lookup({ key: 1 })\nanswer.value' },
] as const

const tools = JSON.stringify([['lookup', 'lookup', ['key']]])

/**
 * Runs one of the programs, and drops what it sends. The guest has to be rewound then.
 *
 * @param index of the program
 * @returns whether there is another one
 * @throws {Error} when it did not end as it has to
 */
export function rehearse(
  index: number,
  guest: Guest,
  deps: Omit<TaskDependencies, 'lane' | 'parksAlways'>,
): boolean {
  const program = programs[index]
  if (program === undefined) return false
  const { port1, port2 } = new MessageChannel()
  const lane = new WorkerLane({ port: port1, latch: new SharedArrayBuffer(LATCH_BYTES) })
  try {
    const { outcome } = runTask(taskOf(program.source), guest, { ...deps, lane, parksAlways: true })
    if (outcome.status !== program.status) {
      throw new Error(
        `A rehearsal of this thread has ${outcome.status}: ${JSON.stringify(outcome)}`,
      )
    }
  } finally {
    port1.close()
    port2.close()
  }
  return index + 1 < programs.length
}

const taskOf = (source: string): GuestTask => ({
  ...{ serial: '', executionId: 'rehearsal', source, language: 'javascript', tools },
  ...{ program: undefined, wantsProgram: false, session: undefined, inputs: undefined },
  ...{ seed: [1, 2, 3, 4], startedAtMs: 0, timeZone: undefined, limits: resolveLimits(undefined) },
  ...{ journal: [], isRestored: false, emittedLogs: 0, chargedCpuMs: 0, expectedMs: undefined },
})
