/** What a thread runs before its first execution: every path ends as it has to, and nothing is left. */

import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { createExecutor } from '../../executor/index.ts'
import { makePool } from '../../executor/pool/engine-pools.ts'
import { eventually } from '../support/eventually.ts'

/** Longer than a thread has to be idle: each question wakes it. */
const IDLE_MS = 250

t.test('an idle thread rehearses once, and counts no execution', async t => {
  const pool = makePool('thread', 1, {})
  t.teardown(() => pool.close())
  await pool.start()
  const ask = async () => {
    await delay(IDLE_MS)
    return await pool.statistics()
  }
  const [rehearsed] = await eventually(ask, ([one]) => (one?.rewound ?? 0) >= 2)
  t.match(rehearsed, { executions: 0, rewound: 2, standbyGuests: 2 })
  t.match(await ask(), [{ executions: 0, rewound: 2 }], 'it does so once')
})

t.test('a program finds nothing of it', async t => {
  const executor = createExecutor({ workers: 1, tools: { lookup: () => 1 } })
  t.teardown(() => executor.close())
  await executor.start()
  await delay(IDLE_MS)
  const source = 'console.log(typeof numbers, typeof later, typeof answer)\nlookup()'
  const { output, logs, usage } = await executor.executeOrThrow({ source })
  const texts = logs.map(({ text }) => text)
  t.strictSame([output, texts, usage.calls], [1, ['undefined undefined undefined'], 1])
})
