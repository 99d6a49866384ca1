/**
 * The machine's uptime at the price of a process's own clock.
 *
 * To read the uptime opens a file. The process's clock differs from it only in that it stands still
 * while the machine sleeps, and then the wall clock goes ahead of it: the uptime is read when those
 * two have moved against each other.
 */

/** The clocks that an uptime is made of, in milliseconds. */
export interface SteadySources {
  /** Since the start of the machine; going on while it sleeps. */
  readonly uptime: () => number
  /** Since any moment; never set, but standing still while the machine sleeps. */
  readonly process: () => number
  /** Since 1970, as the machine is set. */
  readonly wall: () => number
}

/** A shorter sleep goes unseen until the clocks have moved by so much, in milliseconds. */
export const MAX_DRIFT_MS = 1000

/** Returns a function that reads the uptime, in whole milliseconds and exact to {@link MAX_DRIFT_MS}. */
export function steadyClock({ uptime, process, wall }: SteadySources): () => number {
  let offsetMs = 0
  let wallOffsetMs = Number.NaN
  return () => {
    const processMs = process()
    const movedMs = Math.abs(wall() - processMs - wallOffsetMs)
    // Also the first time, when nothing is known.
    if (!(movedMs <= MAX_DRIFT_MS)) {
      wallOffsetMs = wall() - processMs
      offsetMs = uptime() - processMs
    }
    // Whole, as all instants of the daemon are: a store takes no other.
    return Math.round(processMs + offsetMs)
  }
}
