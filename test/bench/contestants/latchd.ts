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
    // As many as the peers are given; more would wait in its queue (measured: no faster).
    maxInFlight: WORKERS,
    execute: async source => (await executor.executeOrThrow({ source })).output,
    close: () => executor.close(),
  }
}
