/** A worker thread of the pool: runs one execution at a time on a guest that stands ready. */

import { workerData } from 'node:worker_threads'
import { REHEARSED } from '../../protocol/latch.ts'
import type { LaneStart } from '../boundary/lane-frames.ts'
import type { GuestReport, GuestTask } from '../boundary/messages.ts'
import { engines, type LanguageFamily } from '../engine/engine.ts'
import type { WorkerStart } from './entry.ts'
import { collectGarbage, shrinkHeap } from './garbage.ts'
import type { WorkerLane } from './lane.ts'
import type { ProgramLanguage } from './language/language.ts'
import { rehearse } from './rehearsal.ts'
import { serveLane } from './serve-lane.ts'
import { notHeld } from './session-state.ts'
import { StandbyGuests } from './standby-guests.ts'
import { runTask } from './task.ts'

/** A thread that was idle for so long has loaded all that it loads. */
const LOADED_MS = 100
/** An idle pool rehearses after so long: a program that comes right after the start finds its cores free. */
const REHEARSAL_MS = 1000
/** Memory that guests have grown by is kept for so long while no program comes. */
const GROWN_MS = 2000

const { engine, baseSnapshot, pressure, parksAlways } = workerData as WorkerStart
const guests = await engines[engine].openGuests(baseSnapshot)
/** What stays of this thread's names for its engine. */
export const engineNames = guests.names
// Before the seal, when nothing but our own code has run here.
guests.requireWhole()
const standbyGuests = new StandbyGuests(guests, collectGarbage)
const language = await openLanguage(engines[engine].family)
const pressureWords = new Int32Array(pressure)
let executions = 0
/** Whether this thread may be one that rehearses; it was not idle yet. */
let mayRehearse = engines[engine].family === 'javascript'
/** Whether loading the engine has left garbage that is still there. */
let hasGarbage = guests.leavesGarbage

/** Loads what this worker has to know about its language, and nothing of the others. */
async function openLanguage(family: LanguageFamily): Promise<ProgramLanguage> {
  const { openLanguage: open } = await (family === 'python'
    ? import('./language/python.ts')
    : import('./language/javascript.ts'))
  return open()
}

/** Runs one execution. */
async function execute(task: GuestTask, lane: WorkerLane): Promise<GuestReport> {
  const held = standbyGuests.leaseHeld(task.session?.state)
  if (held === undefined && task.session?.isNameOnly === true) return notHeld
  const need = { isSession: task.session !== undefined, memoryBytes: task.limits.memoryBytes }
  const guest = held ?? standbyGuests.lease(need) ?? (await standbyGuests.make())
  if (executions++ === 0) hasRun()
  let isInDoubt = true
  let left: string | undefined
  try {
    const isHeld = held !== undefined
    const deps = { isHeld, language, lane, pressure: pressureWords, parksAlways }
    const report = runTask(task, guest, deps)
    isInDoubt = endedInDoubt(report)
    left = report.leftState
    return report
  } finally {
    standbyGuests.giveBack(guest, isInDoubt, left)
  }
}

/** Nothing is left to rehearse: a program has run, or another thread has rehearsed. */
function hasRun(): void {
  mayRehearse = false
  Atomics.store(pressureWords, REHEARSED, 1)
}

function rehearseOnce(): void {
  mayRehearse = false
  const need = { isSession: false, memoryBytes: Infinity }
  // Its guests are dropped: of one that is rewound all of the memory is resident.
  rehearse(() => standbyGuests.lease(need), { language, pressure: pressureWords })
}

/** Runs a task in place of ours, which it is given: for tests. */
export type AroundTask = (
  task: GuestTask,
  lane: WorkerLane,
  ours: typeof execute,
) => Promise<GuestReport>

/** Serves the lane of this thread. */
export function serve(start: LaneStart, around?: AroundTask): Promise<never> {
  return serveLane(start, {
    warmUp: () => standbyGuests.fill(),
    execute: around === undefined ? execute : (task, lane) => around(task, lane, execute),
    rest: () => standbyGuests.rest(),
    settlesAfterMs: () => {
      if (hasGarbage) return LOADED_MS
      if (mayRehearse) return REHEARSAL_MS
      return standbyGuests.hasGrown ? GROWN_MS : undefined
    },
    settle: () => {
      if (hasGarbage) hasGarbage = false
      else if (mayRehearse) rehearseOnce()
      standbyGuests.giveUpGrown()
      shrinkHeap()
    },
    statistics: () => ({ executions, standbyGuests: standbyGuests.size, ...standbyGuests.counts }),
    collect: () => {
      standbyGuests.giveUpMemory()
      shrinkHeap()
    },
  })
}

/**
 * Whether a program ended at the end of its memory. A trap of the engine is reported in the same
 * way.
 */
const endedInDoubt = ({ outcome }: GuestReport): boolean =>
  outcome.status === 'failed' && outcome.error.limit === 'memoryBytes'
