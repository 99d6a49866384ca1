/** Random programs over helpers give what they give in Node, and have as many calls under way. */

import assert from 'node:assert'
import fc from 'fast-check'
import t from 'tap'
import { outputOf, startExecutor } from '../support/executor.ts'
import { promisePrograms } from '../support/promise-programs.ts'
import { inNode, promiseTools } from '../support/promise-tools.ts'

/** `PROMISE_PROGRAMS=20000` for a long run. */
const RUNS = Number(process.env.PROMISE_PROGRAMS ?? 150)

t.test('a program that uses promises gives in a guest what it gives in Node', async t => {
  const executor = startExecutor(t)
  let calls = 0
  await fc.assert(
    fc.asyncProperty(promisePrograms, async source => {
      const expected = await inNode(source)
      const { tools, peaks } = promiseTools(expected.peaks)
      const value = await outputOf(executor, { source, tools })
      calls += (value as unknown[]).length
      assert.deepStrictEqual({ value, peaks }, expected)
    }),
    { numRuns: RUNS },
  )
  t.ok(calls >= RUNS, `${RUNS} programs noted ${calls} values`)
})
