import { WORKERS } from '../machine.ts'
import { loadPeer } from '../peers.ts'
import { tools } from '../tools.ts'
import { awaiting, blocking, type Contestant } from './contestant.ts'

/** The part of `run` that is used. */
interface RunModule {
  createRunner(options: { limits: object; syncHostFunctions?: object }): {
    run(input: {
      source: string
      hostFunctions?: object
    }): Promise<{ status: string; value?: unknown }>
  }
  setMaxWorkers(count: number): void
}

/** Its default of 256 would refuse the programs with many calls. */
const limits = { maxBridgeRequests: 10_000 }

const name = 'run 2.1.5'

/** `run` of Vercel: QuickJS in WebAssembly on a worker, tools that give promises. */
export async function openRun(): Promise<Contestant> {
  const { createRunner, setMaxWorkers } = await loadPeer<RunModule>('run')
  setMaxWorkers(WORKERS)
  const runner = createRunner({ limits })
  const hostFunctions = { tools }
  return {
    name: `${name}, promises`,
    spelling: awaiting((tool, argument) => `tools.${tool}(${argument})`),
    maxInFlight: WORKERS,
    execute: async source => (await runner.run({ source, hostFunctions })).value,
    // Its idle workers are unreferenced and end with the process.
    close: async () => {},
  }
}

/** The same with its "sync host functions", which block the guest. */
export async function openBlockingRun(): Promise<Contestant> {
  const { createRunner, setMaxWorkers } = await loadPeer<RunModule>('run')
  setMaxWorkers(WORKERS)
  const runner = createRunner({ limits, syncHostFunctions: { tools } })
  return {
    name: `${name}, blocking`,
    spelling: blocking((tool, argument) => `tools.${tool}(${argument})`),
    maxInFlight: WORKERS,
    execute: async source => (await runner.run({ source })).value,
    close: async () => {},
  }
}
