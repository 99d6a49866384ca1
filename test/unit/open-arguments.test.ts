/** What the open calls of an execution hold of memory, and what its guest sends ahead of its host. */

import t from 'tap'
import { MAX_UNTAKEN_CHARS } from '../../executor/boundary/lane-frames.ts'
import { OpenArguments } from '../../executor/boundary/open-arguments.ts'
import { createExecutorOn } from '../../executor/embedded/create-executor.ts'
import { resolveLimits } from '../../protocol/limits.ts'

t.test('a call is refused that would hold too much, and taken when others are answered', t => {
  const open = new OpenArguments(resolveLimits({ maxConcurrentCalls: 2, maxCallBytes: 50 }))
  t.equal(open.add('a', 60, 1), undefined)
  t.match(open.add('a', 41, 2), /^Cannot call a: .* would hold 101 bytes of arguments, limit 100$/)
  t.equal(open.characters, 60, 'what is refused holds nothing')
  t.equal(open.add('a', 40, 3), undefined)
  t.match(open.refusal('a', 1), /would hold 101 bytes/)
  open.remove(1)
  t.equal(open.add('a', 60, 4), undefined)
  open.clear()
  t.equal(open.characters, 0)
  t.end()
})

const refusing = `const text = 'x'.repeat(80)
  const [a, b] = [echo.async(text), echo.async(text)]
  let code
  try { await echo.async(text) } catch (error) { code = error.code }
  [await a === text, await b === text, code, echo(text) === text]`

for (const parksAlways of [false, true]) {
  const how = parksAlways ? 'replayed at each wait' : 'in one run'
  t.test(`a program is refused the same calls, ${how}`, async t => {
    const tools = { echo: (text: string) => text }
    const executor = createExecutorOn({ parksAlways }, { workers: 1, tools })
    t.teardown(() => executor.close())
    const limits = { maxConcurrentCalls: 2, maxCallBytes: 100 }
    const outcome = await executor.execute({ source: refusing, limits })
    t.strictSame(
      'output' in outcome && outcome.output,
      [true, true, 'LIMIT_EXCEEDED', true],
      'error' in outcome ? outcome.error.message : '',
    )
  })
}

t.test('a guest sends no more in one turn of the event loop than its lane may hold', async t => {
  let turn = 0
  const timer = setImmediate(function next() {
    turn++
    immediate = setImmediate(next)
  })
  let immediate = timer
  t.teardown(() => clearImmediate(immediate))
  const taken = new Map<number, number>()
  const tools = {
    take: (text: string) => {
      taken.set(turn, (taken.get(turn) ?? 0) + text.length)
      return 0
    },
  }
  const executor = createExecutorOn({}, { workers: 1, tools })
  t.teardown(() => executor.close())
  const length = 200_000
  const source = `const text = 'x'.repeat(${length})
    await Promise.all(Array.from({ length: 100 }, () => take.async(text)))
    'done'`
  const outcome = await executor.execute({ source, limits: { maxConcurrentCalls: 200 } })
  t.equal('output' in outcome && outcome.output, 'done')
  const sums = [...taken.values()]
  t.equal(
    sums.reduce((a, b) => a + b, 0),
    100 * length,
  )
  // What was sent when there was just room for it comes on top.
  t.ok(Math.max(...sums) <= MAX_UNTAKEN_CHARS + 2 * length, `${Math.max(...sums)} in one turn`)
})
