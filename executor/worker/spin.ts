/** How a worker waits for its host without sleeping. */

import { SPIN, TURN } from '../../protocol/latch.ts'

/** Looks at `turn` between two looks at the clock, which costs as much as some of them. */
const LOOKS = 20

/** Whether the host says that it pays to look for a moment before a sleep. */
export const spins = (words: Int32Array): boolean =>
  // Written by the host with each message, and with each task.
  Atomics.load(words, SPIN) === 1

/**
 * Looks for the host's bump of `turn`. Returns whether it has come.
 *
 * @param untilMs the end of the moment, on the clock of `performance`
 */
export function spinUntilBump(words: Int32Array, turn: number, untilMs: number): boolean {
  do {
    for (let looks = 0; looks < LOOKS; looks++) {
      // Bumped by the host: there is a frame, or a signal.
      if (Atomics.load(words, TURN) !== turn) return true
      Atomics.pause()
    }
  } while (performance.now() < untilMs)
  return false
}
