/** Honest programs: each must have its value and its log, whatever else runs. */

import { isDeepStrictEqual } from 'node:util'
import { type Program, shown } from './program.ts'

/** A program with inputs, and the value and the log that it must have. */
interface Honest {
  readonly source: string
  readonly inputs: Readonly<Record<string, unknown>>
  readonly output: unknown
  readonly logText?: string
}

/** Numbers that a program is made for: it is seen by caches now and then. */
const NUMBERS = 1000

const honest = (kind: string, make: (n: number) => Honest): Program => ({
  kind,
  async run(client, random) {
    const { source, inputs, output, logText = '' } = make(random.below(NUMBERS))
    const outcome = await client.execute({ source, inputs })
    const isRight =
      outcome.status === 'completed' &&
      isDeepStrictEqual(outcome.output, output) &&
      outcome.logText === logText
    return isRight ? undefined : `${source} ended with ${shown(outcome)}`
  },
})

/** Drawn with equal chance. */
export const honestPrograms: readonly Program[] = [
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
]
