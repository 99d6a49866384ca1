/** Waiting until a daemon has come to rest: nothing runs, and it has given back what it can. */

import { setTimeout as delay } from 'node:timers/promises'
import type { DaemonSize } from './daemon-size.ts'
import type { SoakedDaemon } from './soaked-daemon.ts'

/** A daemon at rest. */
export interface Rest extends DaemonSize {
  /** Heap of the daemon's main thread, just collected. */
  readonly heapMB: number
}

/** What the last of the programs may take; left streams end after one second. */
const IDLE_BOUND_MS = 60_000
/**
 * The daemon collects when nothing has run for a second, and once more a second after that; a large
 * heap takes its time.
 */
const SETTLE_MS = 4000
/** Then everything must be back. */
const RETURN_BOUND_MS = 30_000
const LOOK_MS = 100

/**
 * The daemon at rest: nothing goes on, its memory has not fallen for a while, and it is what `isBack`
 * says, or does not come there.
 *
 * @throws {Error} when executions go on
 */
export async function restOf(
  daemon: SoakedDaemon,
  isBack: (size: DaemonSize) => boolean = () => true,
): Promise<Rest> {
  const isIdle = async () => (await daemon.metric('latchd_executions_live')) === 0
  if (!(await until(isIdle, IDLE_BOUND_MS))) throw new Error('Executions go on that nobody awaits')
  let leastMB = Number.POSITIVE_INFINITY
  let sinceMs = performance.now()
  const isSettled = async () => {
    const { residentMB } = daemon.size()
    if (residentMB < leastMB) {
      leastMB = residentMB
      sinceMs = performance.now()
    }
    return performance.now() - sinceMs >= SETTLE_MS
  }
  await until(isSettled, RETURN_BOUND_MS)
  await until(async () => isBack(daemon.size()), RETURN_BOUND_MS)
  return { ...daemon.size(), heapMB: await daemon.heapMB() }
}

/** Looks again and again; gives whether it has come within the bound. */
async function until(isThere: () => Promise<boolean>, boundMs: number): Promise<boolean> {
  const untilMs = performance.now() + boundMs
  while (!(await isThere())) {
    if (performance.now() > untilMs) return false
    await delay(LOOK_MS)
  }
  return true
}
