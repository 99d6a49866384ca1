/**
 * How long a blocked guest keeps its worker while others want it (docs/design/durability.md).
 *
 * To park costs a replay later: the guest's work so far once more, and the way through the pool. A
 * wait that is known to take longer than twice that cost parks at once. An unknown wait parks when
 * it has lasted that long.
 */

/** The cost of a park and a resume beside the guest's own work. */
const RESUME_MS = 0.4
/** Nothing is known of a wait: most tools that are quick at all answer within this. */
const UNKNOWN_MS = 5

/**
 * Milliseconds to wait before parking under pressure.
 *
 * @param guestMs how long the guest has run, replay included
 * @param expectedMs how long the wait is expected to take; `undefined`: not known
 */
export function parkAfterMs(guestMs: number, expectedMs: number | undefined): number {
  const replayMs = 2 * (guestMs + RESUME_MS)
  if (expectedMs !== undefined && expectedMs > replayMs) return 0
  return Math.max(UNKNOWN_MS, replayMs)
}

/** A guest parks after this long even without pressure. */
export const MAX_BLOCK_MS = 10_000
