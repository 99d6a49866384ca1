/** How a worker waits for its host without sleeping. */

import { SPIN, TURN } from '../../protocol/latch.ts'

/** Looks at `turn` between two looks at the clock, which costs as much as some of them. */
const LOOKS = 20

/**
 * Looks for the host's bump of `turn` for a moment, when the host says that it pays. Returns whether it
 * has come.
 *
 * @param mostMs of the moment
 */
export function spinUntilBump(words: Int32Array, turn: number, mostMs: number): boolean {
  // Written by the host with each message, and with each task.
  if (Atomics.load(words, SPIN) !== 1) return false
  const from = performance.now()
  while (performance.now() - from < mostMs) {
    for (let looks = 0; looks < LOOKS; looks++) {
      // Bumped by the host: there is a frame, or a signal.
      if (Atomics.load(words, TURN) !== turn) return true
      Atomics.pause()
    }
  }
  return false
}
