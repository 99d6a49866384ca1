/** Many executions at once on few workers: each has its own calls, log, inputs and value. */

import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import type { ToolContext } from '../../protocol/tool/wire-tool.ts'
import { openExecutor } from '../support/executor.ts'
import { isLong } from '../support/length.ts'

const EXECUTIONS = isLong ? 200 : 100
const CALLS = 10

t.test(
  `${EXECUTIONS} executions with ten calls each on two workers are all right, none mixed up`,
  async t => {
    const callers = new Map<string, Set<unknown>>()
    const work = {
      name: 'work',
      description: 'answers after 1 to 3 ms',
      execute: async (input: { execution: number; call: number }, context: ToolContext) => {
        const { executionId, metadata } = context
        callers.set(executionId, (callers.get(executionId) ?? new Set()).add(input.execution))
        await delay(1 + ((input.execution + input.call) % 3))
        return { ...input, told: metadata.execution }
      },
    }
    const executor = openExecutor(t, { workers: 2, tools: [work] })
    const source = `const answers = []
    for (let call = 0; call < 5; call++) answers.push(work({ execution, call }))
    answers.push(...await Promise.all([5, 6, 7, 8, 9].map(call => work({ execution, call }))))
    console.log('execution', execution)
    globalThis.left = (globalThis.left ?? 0) + 1
    return { answers, left, random: typeof Math.random() }`

    const numbers = Array.from({ length: EXECUTIONS }, (_, execution) => execution)
    const outcomes = await Promise.all(
      numbers.map(execution =>
        executor.execute({ source, inputs: { execution }, metadata: { execution } }),
      ),
    )

    const calls = Array.from({ length: CALLS }, (_, call) => call)
    for (const [execution, outcome] of outcomes.entries()) {
      const answers = calls.map(call => ({ execution, call, told: execution }))
      t.strictSame(
        [outcome.status, outcome.output, outcome.logText],
        ['completed', { answers, left: 1, random: 'number' }, `execution ${execution}`],
      )
      t.equal(outcome.calls.filter(({ status }) => status === 'completed').length, CALLS)
      t.strictSame([...(callers.get(outcome.executionId) ?? [])], [execution])
    }
    t.equal(new Set(outcomes.map(({ executionId }) => executionId)).size, EXECUTIONS)
  },
)

t.test('executions with and without failures, limits and cancels do not mix', async t => {
  const executor = openExecutor(t, { workers: 2, tools: { echo: async (v: unknown) => v } })
  const kinds = [
    (n: number) => ({ source: `await echo(${n})` }),
    (n: number) => ({ source: `echo(${n}); throw new Error('e${n}')` }),
    (n: number) => ({ source: `echo(${n}); while (true);`, limits: { cpuMs: 10 } }),
    (n: number) => ({ source: `echo(${n})`, signal: AbortSignal.abort() }),
    (n: number) => ({
      source: `globalThis.a = []; while (true) a.push(${n})`,
      limits: { memoryBytes: 4e6 },
    }),
  ]
  const outcomes = await Promise.all(
    Array.from({ length: EXECUTIONS / 2 }, (_, n) =>
      executor.execute((kinds[n % kinds.length] as (typeof kinds)[0])(n)),
    ),
  )
  for (const [n, outcome] of outcomes.entries()) {
    const ends = [
      { status: 'completed', output: n },
      { status: 'failed', error: { code: 'GUEST_ERROR', message: `e${n}` } },
      { status: 'failed', error: { limit: 'cpuMs' } },
      { status: 'cancelled', calls: [] },
      { status: 'failed', error: { limit: 'memoryBytes' } },
    ]
    t.match(outcome, ends[n % kinds.length] as object)
  }
})
