/** So many promises in one thread, without any program: what waiting costs at least. */

import { setTimeout as delay } from 'node:timers/promises'
import { measureWaits } from './measure-waits.ts'

await measureWaits(async waitMs => ({
  wait: () => delay(waitMs, 'done'),
  end: async () => {},
}))
