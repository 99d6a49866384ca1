/**
 * Programs that use promises give the values that they give in Node with asynchronous tools, with
 * the same effects in the same order, and as many calls under way at once.
 */

import t from 'tap'
import { outputOf, startExecutor } from '../support/executor.ts'
import { inNode, promiseTools } from '../support/promise-tools.ts'
import { idioms } from './promise-idioms.ts'

const executor = startExecutor(t)

for (const [name, idiom] of idioms) {
  t.test(`as in Node: ${name}`, async t => {
    const source = `const trace = []
const value = await (async () => { ${idiom}
})()
return { value, trace }`
    const expected = await inNode(source)
    const { tools, peaks } = promiseTools(expected.peaks)
    const value = await outputOf(executor, { source, tools })
    t.strictSame({ value, peaks }, expected)
  })
}
