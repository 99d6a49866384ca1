/** What a thread runs before the first execution of its pool, and that nothing of it is left. */

import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { createExecutor } from '../../executor/index.ts'
import { makePool } from '../../executor/pool/engine-pools.ts'
import { eventually } from '../support/eventually.ts'

/** Longer than a thread has to be idle: each question wakes it. */
const IDLE_MS = 1250

t.test('the first idle thread of a pool rehearses, once', async t => {
  const pool = makePool('thread', 2, {})
  t.teardown(() => pool.close())
  await pool.start()
  const ask = async () => {
    await delay(IDLE_MS)
    return (await pool.statistics()).toSorted((a, b) => a.made - b.made)
  }
  // Two guests stand ready in each, and those of the rehearsal are dropped.
  await eventually(ask, threads => (threads[1]?.made ?? 0) >= 4)
  const rehearsed = [
    { executions: 0, made: 2, standbyGuests: 2 },
    { executions: 0, made: 4, standbyGuests: 2 },
  ]
  t.match(await ask(), rehearsed)
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
