/** Long work on a shared thread, in steps between which the event loop has its turn. */

import { setImmediate } from 'node:timers/promises'

/** The steps go on without a pause for this long, and one step more. */
const SLICE_MS = 8

/** Runs a generator with short steps; returns its result. */
export async function inTurns<T>(steps: Generator<unknown, T>): Promise<T> {
  for (;;) {
    const startedAtMs = performance.now()
    do {
      const step = steps.next()
      if (step.done) return step.value
    } while (performance.now() - startedAtMs < SLICE_MS)
    await setImmediate()
  }
}
