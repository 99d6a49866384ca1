/** A worker thread of the pool: runs one execution at a time on a guest that stands ready. */

import { MessageChannel, parentPort, workerData } from 'node:worker_threads'
import { expose } from 'comlink'
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs'
import type { GuestReport, GuestTask } from '../boundary/messages.ts'
import type { WorkerControl } from '../boundary/worker-control.ts'
import { engines, type LanguageFamily } from '../engine/engine.ts'
import type { WorkerStart } from './entry.ts'
import { collectGarbage, shrinkHeap } from './garbage.ts'
import type { ProgramLanguage } from './language/language.ts'
import { leftState, stateName } from './session-state.ts'
import { StandbyGuests } from './standby-guests.ts'
import { runTask } from './task.ts'

const { engine, baseSnapshot, pressure, parksAlways } = workerData as WorkerStart
const guests = await engines[engine].openGuests(baseSnapshot)
/** What stays of this thread's names for its engine. */
export const engineNames = guests.names
// Before the seal, when nothing but our own code has run here.
guests.requireWhole()
const standbyGuests = new StandbyGuests(guests, collectGarbage)
const deps = {
  language: await openLanguage(engines[engine].family),
  pressure: new Int32Array(pressure),
  parksAlways,
}
let executions = 0

/** Loads what this worker has to know about its language, and nothing of the others. */
async function openLanguage(family: LanguageFamily): Promise<ProgramLanguage> {
  const { openLanguage: open } = await (family === 'python'
    ? import('./language/python.ts')
    : import('./language/javascript.ts'))
  return open()
}

/** Runs one execution; the task of the pool. */
export async function execute(task: GuestTask): Promise<GuestReport> {
  const held = standbyGuests.leaseHeld(task.session && stateName(task.session))
  const guest = held ?? (await standbyGuests.lease().catch(endThread))
  executions++
  let isInDoubt = true
  let left: string | undefined
  try {
    const report = runTask(task, guest, { ...deps, isHeld: held !== undefined })
    isInDoubt = endedInDoubt(report)
    left = leftState(report)
    return report
  } finally {
    task.port.close()
    standbyGuests.giveBack(guest, isInDoubt, left)
    // After the report has left: the next execution waits for the rewind only when it is there by
    // then. An error that is thrown there ends the thread.
    setImmediate(() => standbyGuests.rewindUsed())
  }
}

/** Ends this thread by an error: its base snapshot has changed, or it cannot make guests. */
function endThread(error: unknown): never {
  setImmediate(() => {
    throw error
  })
  throw error
}

/**
 * Whether a program ended at the end of its memory. A trap of the engine is reported in the same
 * way.
 */
const endedInDoubt = ({ outcome }: GuestReport): boolean =>
  outcome.status === 'failed' && outcome.error.limit === 'memoryBytes'

const control: WorkerControl = {
  warmUp: () => standbyGuests.fill(),
  statistics: () => ({ executions, standbyGuests: standbyGuests.size, ...standbyGuests.counts }),
  collect: () => {
    standbyGuests.giveUpSessions()
    shrinkHeap()
  },
  drain: () => standbyGuests.drain(),
}

const { port1, port2 } = new MessageChannel()
expose(control, nodeEndpoint(port1))
port1.unref()
parentPort?.postMessage({ control: port2 }, [port2])
