/**
 * Programs of our own that the first idle thread of a pool runs, so that the first execution finds
 * loaded and compiled what every program passes: V8 compiles a function when it is called first, and
 * those of the engine's WebAssembly for all threads of the process.
 */

import { REHEARSED } from '../../protocol/latch.ts'
import { resolveLimits } from '../../protocol/limits.ts'
import type { GuestTask } from '../boundary/messages.ts'
import type { Guest } from '../engine/guest.ts'
import { withDetachedLane } from './detached-lane.ts'
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

type RehearsalDependencies = Omit<TaskDependencies, 'lane' | 'parksAlways'>

/**
 * Runs the programs, when no thread of the pool has run any, and drops what they send.
 *
 * @param leaseGuest gives a guest that stands ready; all of its memory is resident afterwards
 * @throws {Error} when a program did not end as it has to
 */
export function rehearse(leaseGuest: () => Guest | undefined, deps: RehearsalDependencies): void {
  if (Atomics.exchange(deps.pressure, REHEARSED, 1) === 1) return
  for (const program of programs) {
    const guest = leaseGuest()
    if (guest !== undefined) rehearseOne(program, guest, deps)
  }
}

function rehearseOne(
  { source, status }: (typeof programs)[number],
  guest: Guest,
  deps: RehearsalDependencies,
): void {
  const { outcome } = withDetachedLane(lane =>
    runTask(taskOf(source), guest, { ...deps, lane, parksAlways: true }),
  )
  if (outcome.status === status) return
  throw new Error(`A rehearsal of this thread has ${outcome.status}: ${JSON.stringify(outcome)}`)
}

const taskOf = (source: string): GuestTask => ({
  ...{ serial: '', executionId: 'rehearsal', source, language: 'javascript', tools },
  ...{ program: undefined, wantsProgram: false, session: undefined, inputs: undefined },
  ...{ seed: [1, 2, 3, 4], startedAtMs: 0, timeZone: undefined, limits: resolveLimits(undefined) },
  ...{ journal: [], isRestored: false, emittedLogs: 0, chargedCpuMs: 0, expectedMs: undefined },
})
