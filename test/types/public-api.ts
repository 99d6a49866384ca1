/**
 * What the types of the public API promise. Nothing of this runs: `npm run types` reads it, and each
 * `@ts-expect-error` fails when the line below it is right.
 */

import { z } from 'zod'
import { createExecutor } from '../../executor/index.ts'
import { type ExecuteRequest, Latchd, type RequestedLimits, tool } from '../../sdk/index.ts'

/** Does not compile unless both are the same type. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : never

const account = z.object({ id: z.string(), amount: z.number().default(1) })

/** Each function of a tool gets the input that its schema gives. */
export const refund = tool({
  name: 'refund',
  description: 'Pays back.',
  inputSchema: account,
  needsApproval: ({ id, amount }, { caller }) => {
    true satisfies Same<[typeof id, typeof amount, typeof caller], [string, number, string]>
    return amount > 100
  },
  probe: async input => {
    true satisfies Same<typeof input, { id: string; amount: number }>
    return { ran: true, value: input.id }
  },
  execute: async input => {
    true satisfies Same<typeof input, { id: string; amount: number }>
    // @ts-expect-error the schema has no such property
    return input.missing
  },
})

/** What a tool gives is held against its output schema. */
export const counted = [
  tool({
    name: 'count',
    description: '',
    inputSchema: account,
    outputSchema: z.object({ count: z.number() }),
    execute: async ({ id }) => ({ count: id.length }),
  }),
  tool({
    name: 'count',
    description: '',
    inputSchema: account,
    outputSchema: z.object({ count: z.number() }),
    execute: ({ id }) => ({ count: id.length }),
  }),
  tool({
    name: 'count',
    description: '',
    inputSchema: account,
    outputSchema: z.object({ count: z.number() }),
    // @ts-expect-error a text is no number
    execute: async ({ id }) => ({ count: id }),
  }),
  tool({
    name: 'stream',
    description: '',
    inputSchema: account,
    outputSchema: z.number(),
    async *execute({ amount }) {
      yield amount
    },
  }),
]

/** The author of a tool with JSON Schema says the type of its input. */
export const byJsonSchema = tool({
  name: 'add',
  description: '',
  inputSchema: { type: 'object', properties: { a: { type: 'number' } } },
  needsApproval: ({ a }: { a: number }) => a > 1,
  execute: ({ a }: { a: number }) => a + 1,
})

/** Dates, maps and the like are what they are. */
export const exact = tool({
  name: 'exact',
  description: '',
  inputSchema: z.object({ at: z.date(), seen: z.map(z.string(), z.bigint()) }),
  execute: ({ at, seen }) => {
    true satisfies Same<[typeof at, typeof seen], [Date, Map<string, bigint>]>
  },
})

/** The caller says what it expects of an output. */
export async function outcomes() {
  for (const executor of [new Latchd(), createExecutor(), await new Latchd().sessions.create()]) {
    const outcome = await executor.execute<number>({ source: '1', tools: [refund] })
    true satisfies Same<typeof outcome.output, number | undefined>
    if (outcome.status === 'completed') true satisfies Same<typeof outcome.output, number>
    if (outcome.status === 'failed') outcome.error.code satisfies string
    if (outcome.status === 'waiting') outcome.waitingFor[0]?.approvalId satisfies string | undefined
    const whole = await executor.executeOrThrow<Map<string, number>>({ source: '1' })
    true satisfies Same<typeof whole.output, Map<string, number>>
    const early = await executor.executeOrThrow<number>({ source: '1', waitMs: 5 })
    true satisfies Same<typeof early.output, number | undefined>
    const { output } = await executor.run<string>('1')
    true satisfies Same<typeof output, string>
    const unknown = await executor.execute({ source: '1' })
    true satisfies Same<typeof unknown.output, unknown>
  }
}

export const requests: ExecuteRequest[] = [
  { source: '1', limits: { cpuMs: 5 }, tools: { refund, add: (a: number) => a } },
  // @ts-expect-error there is no such limit
  { source: '1', limits: { cpu: 5 } },
  // @ts-expect-error there is no such language
  { source: '1', language: 'python2' },
  // @ts-expect-error there is no such field
  { source: '1', code: '1' },
]

true satisfies Same<RequestedLimits['maxCalls'], number | undefined>
