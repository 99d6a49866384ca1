import t from 'tap'
import { EventQueue } from '../../executor/event-queue.ts'

t.test('a reader that falls too far behind gets what waited, and then the end', async t => {
  let left = 0
  const queue = new EventQueue<number>(() => left++, 3)
  for (let n = 1; n <= 5; n++) queue.push(n)
  t.equal(left, 1, 'nobody writes for it any more')
  t.strictSame(await Array.fromAsync(queue), [1, 2, 3])
})

t.test('a reader that keeps up is never given up', async t => {
  const queue = new EventQueue<number>(() => t.fail('it was given up'), 1)
  for (let n = 1; n <= 5; n++) {
    queue.push(n)
    t.strictSame(await queue.next(), { done: false, value: n })
  }
  queue.end()
  t.strictSame(await queue.next(), { done: true, value: undefined })
})

t.test('a reader that is always a little behind gets everything in order', async t => {
  const queue = new EventQueue<number>()
  const read: unknown[] = []
  queue.push(0)
  for (let n = 1; n <= 5000; n++) {
    queue.push(n)
    read.push((await queue.next()).value)
  }
  t.strictSame(
    read,
    Array.from({ length: 5000 }, (_, n) => n),
  )
})
