/** Where escapes are tried: an executor of one worker at each level of isolation, and how one is judged. */

import type { Test } from 'tap'
import {
  createExecutor,
  type EmbeddedExecutor,
  type ExecuteRequest,
  type Outcome,
} from '../../executor/index.ts'
import { isolationLevels } from '../../protocol/execution/isolation.ts'
import { unharmed } from './one-worker.ts'

/** What a program that tried in vain gives. */
export const CONTAINED = 'contained'

/**
 * Guest code. `reach(value)` follows every property and prototype from a value, and tries to make code
 * from strings with each function's constructor. It gives `contained`, or what it got hold of: a
 * realm that is not the guest's shows by a root prototype that is not the guest's own.
 */
const REACH = `
const own = Object.prototype
const reach = (...values) => {
  const seen = new Set(), todo = []
  const found = []
  const push = value => {
    if ((typeof value === 'object' && value !== null) || typeof value === 'function') {
      if (!seen.has(value)) { seen.add(value); todo.push(value) }
    }
  }
  for (const value of values) push(value)
  while (todo.length > 0 && seen.size < 800) {
    const value = todo.shift()
    let root = value
    for (let next; (next = Object.getPrototypeOf(root)) !== null; ) { push(next); root = next }
    if (root !== own && typeof value !== 'function' && Object.getPrototypeOf(value) !== null) found.push('foreign realm')
    if (typeof value === 'function' && value !== globalThis) {
      for (const text of ['return process', 'return typeof require', 'return 1']) {
        try { found.push('code: ' + typeof value.constructor(text)()) } catch {}
      }
    }
    for (const key of Reflect.ownKeys(value)) {
      let descriptor
      try { descriptor = Object.getOwnPropertyDescriptor(value, key) } catch { continue }
      if (descriptor === undefined) continue
      push(descriptor.value); push(descriptor.get); push(descriptor.set)
    }
  }
  for (const name of ['process', 'require', 'module', 'Buffer', 'WebAssembly', 'SharedArrayBuffer', 'fetch', 'Deno'])
    if (name in globalThis) found.push(name)
  return found.length === 0 ? '${CONTAINED}' : found.join()
};
`

export interface Attempt {
  /** The attack. */
  readonly name: string
  /** Gives {@link CONTAINED} when it came to nothing. It has `reach`. */
  readonly source: string
  /** Codes that it may fail with instead, or a limit's name. */
  readonly ends?: readonly string[]
  readonly request?: Partial<ExecuteRequest>
}

const limits = { cpuMs: 2000, memoryBytes: 16 * 1_048_576, wallMs: 20_000 }

/** What tools of every kind give and throw, with host objects behind it. */
const tools = {
  echo: async (value: unknown) => value,
  fail: async () => {
    const error = new RangeError('from the host', { cause: new Error('a cause') })
    throw Object.assign(error, { code: 'E_HOST', secret: process, self: globalThis })
  },
  throws_function: async () => {
    throw Object.assign(() => process, { message: 'a function' })
  },
  throws_proxy: async () => {
    throw new Proxy(new Error('proxied'), {})
  },
  throws_circle: async () => {
    const error = new AggregateError([], 'a circle')
    error.errors.push(error)
    throw Object.assign(error, { cause: error })
  },
  throws_many: async () => {
    throw new AggregateError([new TypeError('one', { cause: process }), globalThis], 'many')
  },
  rich: async () => ({
    map: new Map([[{ a: 1 }, new Set([1])]]),
    date: new Date(0),
    url: new URL('http://a.test/'),
    bytes: new Uint8Array(4),
    error: new TypeError('inside'),
    list: [{ b: [] }],
  }),
  count: async function* (to: number) {
    for (let i = 0; i < to; i++) yield { i }
  },
  never: () => new Promise<never>(() => {}),
}

export interface Level {
  readonly isolation: (typeof isolationLevels)[number]
  readonly executor: EmbeddedExecutor
}

/** Starts an executor for each level; they are closed with the test. */
export function openLevels(t: Test): readonly Level[] {
  return isolationLevels.map(isolation => {
    const executor = createExecutor({ workers: 1, isolation, tools })
    t.teardown(() => executor.close())
    return { isolation, executor }
  })
}

/** One test for each attempt at each level: it has failed, and the next program is served. */
export function tryAll(t: Test, attempts: readonly Attempt[], levels = openLevels(t)): void {
  for (const { isolation, executor } of levels) {
    for (const { name, source, ends = [], request } of attempts) {
      t.test(`${name} (${isolation})`, async t => {
        const outcome = await executor.execute({ limits, ...request, source: REACH + source })
        t.ok([CONTAINED, ...ends].includes(endOf(outcome)), `ended with ${endOf(outcome)}`)
        await unharmed(t, executor)
      })
    }
  }
}

function endOf(outcome: Outcome): string {
  if ('error' in outcome) {
    const { code, limit, message } = outcome.error
    return limit ?? (code === 'GUEST_ERROR' ? `${code}: ${message}` : code)
  }
  return String(outcome.output)
}
