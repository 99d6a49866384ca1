/**
 * Programs that use promises give the values that they give in Node with asynchronous tools, with
 * the same effects in the same order, and as many calls under way at once.
 */

import t from 'tap'
import { outputOf, startExecutor } from '../support/executor.ts'
import { inNode, promiseTools } from '../support/promise-tools.ts'
import { idioms } from './promise-idioms.ts'

const executor = startExecutor(t)

for (const [name, source] of idioms) {
  t.test(`as in Node: ${name}`, async t => {
    const expected = await inNode(source)
    const { tools, peak } = promiseTools(expected.peak)
    const output = await outputOf(executor, {
      source: `const trace = []\nconst value = await (async () => { ${source}\n})()\n;({ value, trace })`,
      tools,
    })
    t.strictSame({ ...(output as object), peak: peak() }, expected)
  })
}
