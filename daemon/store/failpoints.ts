/**
 * Failpoints: named places of the store where a drill makes the process die or an operation fail.
 *
 * A plan takes effect only when the opener of a store hands it over. Without a plan no object is
 * made, and a place costs one comparison.
 */

import { fsyncSync, openSync, writeSync } from 'node:fs'
import { exit, kill, pid } from 'node:process'

/** Every failpoint. A drill asserts that each was hit. */
export const failpointNames = [
  // On the store's thread.
  'store:before-begin',
  'store:after-operation',
  'store:before-commit',
  'store:after-commit',
  'store:before-read',
  'store:before-answer',
  // On the daemon's thread, at each await.
  'store:before-open',
  'store:opened',
  'store:before-batch',
  'store:batch-answered',
  'store:before-sweep-step',
  'store:before-upkeep',
  'store:after-upkeep',
  'store:before-close',
] as const
/** One of {@link failpointNames}. */
export type FailpointName = (typeof failpointNames)[number]

/**
 * The effect of a failpoint. `kill`: the process dies at once, as by kill -9. `exit`: its thread
 * ends. `error`: it throws. `full`, `io`: it throws the error of SQLite for a full or broken disk.
 * `record`: only its name is recorded.
 */
export const failpointActions = ['kill', 'exit', 'error', 'full', 'io', 'record'] as const
/** One of {@link failpointActions}. */
export type FailpointAction = (typeof failpointActions)[number]

/** What happens at one failpoint, and at which hit. */
export interface PlannedFailure {
  readonly name: FailpointName
  readonly action: FailpointAction
  /** At which hit, from 1; 0: at every one. Each thread counts its own. */
  readonly nth: number
}

/** The plan of a drill: plain data, which is handed to the store's thread. */
export interface FailpointPlan {
  readonly failures: readonly PlannedFailure[]
  /** File to which the name of each failpoint is added when it is hit, one a line. */
  readonly log: string | undefined
}

/** Called when the program reaches a failpoint. */
export type Failpoint = (name: FailpointName) => void

/** SQLite's result codes for the two disk failures: SQLITE_FULL and SQLITE_IOERR_FSYNC. */
const SQLITE_CODES = { full: 13, io: 1034 } as const

/**
 * The plan in the environment: `FAILPOINTS` holds `name[@nth]=action`, separated by commas,
 * `FAILPOINTS_LOG` a file.
 *
 * @throws {Error} for an unknown name or action
 */
export function readFailpoints(
  environment: Readonly<Record<string, string | undefined>>,
): FailpointPlan | undefined {
  const { FAILPOINTS: text = '', FAILPOINTS_LOG: log } = environment
  if (text === '' && log === undefined) return undefined
  return { failures: text.split(',').filter(Boolean).map(plannedFailure), log }
}

function plannedFailure(text: string): PlannedFailure {
  const [, name = '', nth = '0', action = ''] = /^([^@=]+)(?:@(\d+))?=(\w+)$/.exec(text) ?? []
  if (!isOneOf(failpointNames, name)) throw new Error(`Cannot read failpoint ${text}: no such name`)
  if (!isOneOf(failpointActions, action)) {
    throw new Error(`Cannot read failpoint ${text}: no such action`)
  }
  return { name, action, nth: Number(nth) }
}

function isOneOf<T extends string>(known: readonly T[], text: string): text is T {
  return (known as readonly string[]).includes(text)
}

/** The failpoints of a thread; `undefined` without a plan. */
export function failpointsOf(plan: FailpointPlan | undefined): Failpoint | undefined {
  if (plan === undefined) return undefined
  const log = plan.log === undefined ? undefined : openSync(plan.log, 'a')
  const hits = new Map<FailpointName, number>()
  return name => {
    const hit = (hits.get(name) ?? 0) + 1
    hits.set(name, hit)
    if (log !== undefined && hit === 1) record(log, name)
    for (const failure of plan.failures) {
      if (failure.name === name && (failure.nth === 0 || failure.nth === hit)) fail(failure)
    }
  }
}

/** On disk before the failure, which may be the process's end. */
function record(log: number, name: string): void {
  try {
    writeSync(log, `${name}\n`)
    fsyncSync(log)
  } catch {
    // Not a regular file: a pipe cannot be synced, and need not be.
  }
}

function fail({ name, action }: PlannedFailure): void {
  switch (action) {
    case 'kill':
      die()
      return
    case 'exit':
      exit(1)
      return
    case 'error':
      throw new Error(`failpoint ${name}`)
    case 'full':
    case 'io':
      throw Object.assign(new Error(`failpoint ${name}: ${action}`), {
        code: 'ERR_SQLITE_ERROR',
        errcode: SQLITE_CODES[action],
      })
    case 'record':
      return
    default:
      action satisfies never
  }
}

function die(): never {
  kill(pid, 'SIGKILL')
  const never = new Int32Array(new SharedArrayBuffer(4))
  // Until the signal arrives nothing more may happen on this thread; the word is never written.
  for (;;) Atomics.wait(never, 0, 0)
}
