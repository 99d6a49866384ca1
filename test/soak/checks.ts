/** What a soak does: programs with what must come of them. */

import { isDeepStrictEqual } from 'node:util'
import type { EmbeddedExecutor, ExecuteRequest, Outcome } from '../../executor/index.ts'
import { type Attack, polled, unpolled } from '../support/hostile-programs.ts'
import type { Random } from './random.ts'

export interface Check {
  readonly name: string
  /** Runs one execution; gives what is wrong with it, if anything. */
  run(executor: EmbeddedExecutor, random: Random): Promise<string | undefined>
}

/** A program with inputs, and the value and the log that it must have. */
interface Honest {
  readonly source: string
  readonly inputs: Readonly<Record<string, unknown>>
  readonly output: unknown
  readonly logText?: string
}

const honest = (name: string, make: (n: number) => Honest): Check => ({
  name,
  async run(executor, random) {
    const { source, inputs, output, logText = '' } = make(random.below(1000))
    const outcome = await executor.execute({ source, inputs })
    const isRight =
      outcome.status === 'completed' &&
      isDeepStrictEqual(outcome.output, output) &&
      outcome.logText === logText
    return isRight ? undefined : `${source} ended with ${shown(outcome)}`
  },
})

const attack = (name: string, attacks: readonly Attack[]): Check => ({
  name,
  async run(executor, random) {
    const [what, source, ...ends] = random.oneOf(attacks)
    const outcome = await executor.execute({ source, limits: attackLimits })
    const end = 'error' in outcome ? (outcome.error.limit ?? outcome.error.code) : 'value'
    // With so little time each of them may end for that.
    return end === 'cpuMs' || ends.includes(end)
      ? undefined
      : `${what} ended with ${shown(outcome)}`
  },
})
const attackLimits = { cpuMs: 30, memoryBytes: 16 * 1_048_576, maxCalls: 100, wallMs: 30_000 }

const cancelled = (name: string, source: string): Check => ({
  name,
  async run(executor, random) {
    const signal = AbortSignal.timeout(random.below(20))
    const outcome = await executor.execute({ source, signal })
    return outcome.status === 'cancelled' ? undefined : `ended with ${shown(outcome)}`
  },
})

const leaving = (name: string, request: ExecuteRequest): Check => ({
  name,
  async run(executor, random) {
    let left = random.below(6)
    let sequence = 0
    for await (const event of executor.stream(request)) {
      if ('sequence' in event && event.sequence !== ++sequence) return `event ${event.sequence}`
      if (left-- === 0) return undefined
    }
    return undefined
  },
})

function shown(outcome: Outcome): string {
  const { status, output } = outcome
  return JSON.stringify({ status, ...('error' in outcome ? { error: outcome.error } : { output }) })
}

/** Drawn with equal chance. */
export const checks: readonly Check[] = [
  honest('compute', n => ({
    source: 'let sum = 0; for (let i = 0; i <= n; i++) sum += i; sum',
    inputs: { n },
    output: (n * (n + 1)) / 2,
  })),
  honest('new source', n => ({
    source: `const value${n} = ${n}; value${n} * 2`,
    inputs: {},
    output: 2 * n,
  })),
  honest('blocking calls', n => ({
    source: 'let sum = 0; for (let i = 0; i < 10; i++) sum += later(n + i); sum',
    inputs: { n },
    output: 10 * n + 45,
  })),
  honest('concurrent calls', n => ({
    source: 'await Promise.all(Array.from({ length: 10 }, (_, i) => later(n + i)))',
    inputs: { n },
    output: Array.from({ length: 10 }, (_, i) => n + i),
  })),
  honest('streams', n => ({
    source:
      'let sum = 0; for (const i of count(n % 20)) sum += i; for await (const i of count(9)) if (i === 5) break; sum',
    inputs: { n },
    output: ((n % 20) * Math.max(0, (n % 20) - 1)) / 2,
  })),
  honest('timers', n => ({
    source:
      'const order = []; setTimeout(() => order.push(n), 2); await new Promise(resolve => setTimeout(resolve, 1)); const id = setInterval(() => {}, 1); clearInterval(id); setTimeout(() => order.push("last"), 4); await sleep(6); await null; order.slice(0, 1)',
    inputs: { n },
    output: [n],
  })),
  honest('log', n => ({
    source: 'for (let i = 0; i < 3; i++) console.log("line", n, i)',
    inputs: { n },
    output: undefined,
    logText: `line ${n} 0\nline ${n} 1\nline ${n} 2`,
  })),
  honest('exact values', n => {
    const value = new Map([[n, new Set([BigInt(n), new Date(n), /a/g, new Uint8Array([n])])]])
    return { source: 'echo(value)', inputs: { value }, output: value }
  }),
  honest('errors', n => ({
    source:
      'try { fail("m" + n) } catch (error) { return [error.name, error.message, error.tool] }',
    inputs: { n },
    output: ['RangeError', `m${n}`, 'fail'],
  })),
  honest('large values', n => ({
    source: 'echo("x".repeat(200_000 + n)).length',
    inputs: { n },
    output: 200_000 + n,
  })),
  honest('memory', n => ({
    source: 'Array.from({ length: 50_000 }, (_, i) => ({ i })).length + n',
    inputs: { n },
    output: 50_000 + n,
  })),
  attack('hostile', polled),
  attack('hostile again', polled),
  cancelled('cancelled while it runs', 'while (true);'),
  cancelled('cancelled while it waits', 'never()'),
  cancelled('cancelled while it calls', 'while (true) later(1)'),
  leaving('left stream', { source: 'for (let i = 0; i < 9; i++) { console.log(i); later(i) }' }),
  leaving('left endless stream', { source: 'console.log(1); never()', limits: { wallMs: 1000 } }),
  {
    name: 'lost worker',
    run: async (executor, random) =>
      // Each costs a thread: seldom enough that the others get on.
      random.below(20) === 0 ? attack('', unpolled).run(executor, random) : undefined,
  },
]
