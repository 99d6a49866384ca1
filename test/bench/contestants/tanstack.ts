import { WORKERS } from '../machine.ts'
import { loadPeer } from '../peers.ts'
import { tools } from '../tools.ts'
import { awaiting, type Contestant } from './contestant.ts'

/** The part of `@tanstack/ai-isolate-node` that is used. */
interface IsolateNode {
  createNodeIsolateDriver(options: { memoryLimit: number }): {
    createContext(options: { bindings: object }): Promise<{
      execute(source: string): Promise<{ success: boolean; value?: unknown; error?: unknown }>
      dispose(): Promise<void>
    }>
  }
}

const MEMORY_MIB = 64

/** Its tools take one record. */
const bindings = Object.fromEntries(
  Object.entries(tools).map(([name, execute]) => [
    name,
    {
      name,
      description: name,
      inputSchema: { type: 'object', properties: { value: {} } },
      execute: ({ value }: { value: never }) => execute(value),
    },
  ]),
)

/** TanStack AI's code mode on its driver for isolated-vm, a context for each program. */
export async function openTanStack(): Promise<Contestant> {
  const { createNodeIsolateDriver } = await loadPeer<IsolateNode>('@tanstack/ai-isolate-node')
  const driver = createNodeIsolateDriver({ memoryLimit: MEMORY_MIB })
  return {
    name: 'TanStack isolated-vm driver 0.1.49',
    spelling: awaiting((tool, argument) => `${tool}({ value: ${argument} })`),
    maxInFlight: WORKERS,
    async execute(source) {
      const context = await driver.createContext({ bindings })
      try {
        const { success, value, error } = await context.execute(source)
        if (!success) throw new Error(`TanStack failed: ${JSON.stringify(error)}`)
        return value
      } finally {
        await context.dispose()
      }
    },
    close: async () => {},
  }
}
