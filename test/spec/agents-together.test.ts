/** Many agents in one process. */

import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { CodeAgent, type Model } from '../../sdk/agents/index.ts'
import { startExecutor } from '../support/executor.ts'
import { programs as program, scriptedModel } from '../support/model-server.ts'
import { patience } from '../support/patience.ts'

t.test('three agents take about the time of one, their state apart', async t => {
  const HALF_MS = 500
  const executor = startExecutor(t, {
    lookup: async (name: string) => {
      await delay(HALF_MS / 2)
      return `data of ${name}`
    },
  })
  const { client, model } = await scriptedModel(t, async ({ messages }) => {
    const name = /Task: (\w+)/.exec(String(messages[1]?.content))?.[1]
    if (messages.length > 2) return program('final_answer([me, typeof other, data])')
    await delay(HALF_MS / 2)
    return program(`const me = "${name}", data = lookup(me); globalThis["seen_" + me] = 1`)
  })
  const run = (name: string) =>
    new CodeAgent({ client, model, executor, typecheck: 'off' }).run(name)
  await run('warm')
  const oneMs = await timeOf(() => run('one'))
  const names = ['ada', 'bob', 'cid']
  let outputs: unknown[] = []
  const threeMs = await timeOf(async () => {
    outputs = await Promise.all(names.map(run))
  })
  t.strictSame(
    outputs,
    names.map(name => [name, 'undefined', `data of ${name}`]),
  )
  t.ok(threeMs < patience(2 * oneMs), `three in ${threeMs} ms, one in ${oneMs} ms`)
})

async function timeOf(act: () => Promise<unknown>): Promise<number> {
  const startMs = performance.now()
  await act()
  return performance.now() - startMs
}

t.test('500 agents at once complete, and leave nothing behind', async t => {
  const executor = startExecutor(t, { wait: (n: number) => delay(20, n) })
  const model: Model = {
    generate: async ({ messages }) => {
      const n = /Task: (\d+)/.exec(messages[1]?.content ?? '')?.[1]
      await delay(5)
      return { text: program(`final_answer(wait(${n}))`) }
    },
  }
  const outputs = await Promise.all(
    Array.from({ length: 500 }, (_, n) =>
      new CodeAgent({ model, executor, typecheck: 'off' }).run(String(n)),
    ),
  )
  t.strictSame(
    outputs,
    Array.from({ length: 500 }, (_, n) => n),
  )
  t.strictSame(await executor.sessions.list(), [])
})
