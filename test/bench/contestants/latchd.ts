import { createExecutor } from '../../../executor/index.ts'
import { WORKERS } from '../machine.ts'
import { tools } from '../tools.ts'
import { blocking, type Contestant } from './contestant.ts'

/** The embedded executor, with default limits. */
export async function openLatchd(): Promise<Contestant> {
  const executor = createExecutor({ tools, workers: WORKERS })
  await executor.start()
  return {
    name: 'latchd',
    spelling: blocking((tool, argument) => `${tool}(${argument})`),
    // Further ones wait in its queue.
    maxInFlight: 4 * WORKERS,
    execute: async source => (await executor.executeOrThrow({ source })).output,
    close: () => executor.close(),
  }
}
