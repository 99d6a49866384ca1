/** The tools of the soak's programs, as a module that the daemon loads. */

import { setTimeout as delay } from 'node:timers/promises'

/** So long the answer of `later` takes at most. */
const LONGEST_MS = 3

export default {
  echo: async (value: unknown) => value,
  later: async (value: unknown) => {
    await delay(Math.random() * LONGEST_MS)
    return value
  },
  fail: async (message: string) => {
    throw new RangeError(message)
  },
  count: async function* (to: number) {
    for (let i = 0; i < to; i++) yield i
  },
  never: () => new Promise<never>(() => {}),
}
