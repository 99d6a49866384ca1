/** So many programs that each wait for one tool call, on two workers. */

import { setTimeout as delay } from 'node:timers/promises'
import { createExecutor } from '../../../executor/index.ts'
import { measureWaits } from './measure-waits.ts'

await measureWaits(async waitMs => {
  const executor = createExecutor({
    workers: 2,
    tools: { wait_for_it: { description: '', execute: () => delay(waitMs, 'done') } },
  })
  await executor.start()
  return {
    wait: async () => (await executor.execute({ source: 'wait_for_it()' })).output,
    end: () => executor.close(),
  }
})
