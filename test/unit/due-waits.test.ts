/** Waits end in the order in which they are due, also when the event loop is late. */

import { performance } from 'node:perf_hooks'
import t from 'tap'
import { DueWaits } from '../../executor/calls/due-waits.ts'

const now = () => performance.now()
function busy(ms: number): void {
  const from = now()
  while (now() - from < ms);
}

/** Adds some waits, and waits until so many have ended. */
function ended(count: number) {
  const waits = new DueWaits(now)
  const names: string[] = []
  const { promise, resolve } = Promise.withResolvers<string[]>()
  const add = (inMs: number, name: string, then = () => {}) =>
    waits.add(now() + inMs, () => {
      names.push(name)
      then()
      if (names.length === count) resolve(names)
    })
  return { add, promise, names }
}

t.test('a wait that is due first ends first, whatever other timers Node has', async t => {
  // Node's lists for the durations of the second begin before the first one's, which it takes later then.
  for (let ms = 3; ms < 6; ms++) setTimeout(() => {}, ms)
  busy(4)
  const { add, promise } = ended(2)
  add(2, 'first')
  busy(1)
  add(4, 'second')
  busy(30)
  t.strictSame(await promise, ['first', 'second'])
})

t.test('the order of adding decides at one instant, and it does not decide else', async t => {
  const { add, promise } = ended(4)
  const atMs = now()
  add(atMs + 9 - now(), 'last')
  for (const name of ['a', 'b', 'c']) add(3, name)
  t.strictSame(await promise, ['a', 'b', 'c', 'last'])
})

t.test('what one leads to comes before the next one that is due', async t => {
  const { add, promise, names } = ended(3)
  add(1, 'first', async () => {
    for (let turns = 0; turns < 20; turns++) await null
    names.push('its answer')
  })
  add(1, 'second')
  busy(10)
  t.strictSame(await promise, ['first', 'its answer', 'second'])
})

t.test('one that was cancelled does not end, and the others do', async t => {
  const { add, promise, names } = ended(2)
  const first = add(1, 'first')
  add(2, 'second')
  const third = add(3, 'third')
  add(4, 'fourth')
  first()
  first()
  third()
  t.strictSame(await promise, ['second', 'fourth'])
  await new Promise(resolve => setImmediate(resolve))
  t.equal(names.length, 2)
})

t.test('many that are due at once take no time each', async t => {
  const { add, promise } = ended(2000)
  for (let i = 0; i < 2000; i++) add(1, String(i))
  busy(5)
  const before = performance.eventLoopUtilization()
  t.equal((await promise).at(-1), '1999')
  // With a timer for each it would sleep for two seconds.
  const { idle } = performance.eventLoopUtilization(before)
  t.ok(idle < 1000, `the event loop has slept for ${idle} ms`)
})

t.test('a wait of more than Node can is no wait of none', async t => {
  const { add, promise } = ended(1)
  const cancel = add(2 ** 32, 'in fifty days')
  add(2, 'soon')
  t.strictSame(await promise, ['soon'])
  cancel()
})
