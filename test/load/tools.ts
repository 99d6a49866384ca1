/** The tool of the daemon under load. */

import { setTimeout as delay } from 'node:timers/promises'

/** About what a call to a service next door takes. */
const LATER_MS = 5

export default {
  name: 'later',
  description: 'Gives a number back, a little later',
  inputSchema: { type: 'object', properties: { value: { type: 'number' } } },
  annotations: { readOnly: true },
  execute: async ({ value }: { value: number }) => {
    await delay(LATER_MS)
    return value
  },
}
