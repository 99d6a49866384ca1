/** What an escaped program does to the port and the memory that its thread shares with the host harms its own execution alone. */

import t from 'tap'
import { isolationLevels } from '../../protocol/execution/isolation.ts'
import { intrudedExecutor } from '../support/intruder.ts'
import { unharmed } from '../support/one-worker.ts'
import { meddling } from './attempts/meddling.ts'

for (const isolation of isolationLevels) {
  const executor = intrudedExecutor(t, isolation)
  for (const [what, code] of meddling) {
    t.test(`a program that ${what} harms nobody else (${isolation})`, async t => {
      const source = `//intruder\n${code}; await new Promise(resolve => setTimeout(resolve, 1)); return 1`
      const execution = executor.execute({ source, limits: { wallMs: 1000 } })
      // A report that nobody can read is a fault of the engine, of which its caller is told.
      await execution.catch(() => {})
      await unharmed(t, executor)
    })
  }
}
