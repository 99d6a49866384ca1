import { WORKERS } from '../machine.ts'
import { loadPeer } from '../peers.ts'
import { tools } from '../tools.ts'
import { awaiting, type Contestant } from './contestant.ts'

/** The part of `isolated-vm` that is used. */
interface IsolatedVm {
  default: {
    Isolate: new (options: { memoryLimit: number }) => Isolate
    Reference: new (value: unknown) => object
  }
}

interface Isolate {
  createContext(): Promise<Context>
  dispose(): void
}

interface Context {
  readonly global: { set(name: string, value: unknown): Promise<void> }
  eval(source: string, options?: object): Promise<unknown>
}

/** Of our guests too. */
const MEMORY_MIB = 64

const names = Object.keys(tools)

/** What makes a function of each reference; plain data is copied both ways. */
const stubs = names
  .map(
    name => `const ${name} = (...args) =>
  __${name}.apply(undefined, args, { arguments: { copy: true }, result: { promise: true, copy: true } });`,
  )
  .join('\n')

/** `isolated-vm` itself, a fresh isolate of V8 for each program: the least that a user of it writes. */
export async function openIsolatedVm(): Promise<Contestant> {
  const { Isolate, Reference } = (await loadPeer<IsolatedVm>('isolated-vm')).default
  return {
    name: 'isolated-vm 7.0.1',
    spelling: awaiting((tool, argument) => `${tool}(${argument})`),
    maxInFlight: WORKERS,
    async execute(source) {
      const isolate = new Isolate({ memoryLimit: MEMORY_MIB })
      try {
        const context = await isolate.createContext()
        for (const [name, execute] of Object.entries(tools)) {
          await context.global.set(`__${name}`, new Reference(execute))
        }
        const text = `${stubs}\n(async () => { ${source} })()`
        return await context.eval(text, { promise: true, copy: true })
      } finally {
        isolate.dispose()
      }
    },
    close: async () => {},
  }
}
