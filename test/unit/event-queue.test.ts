import t from 'tap'
import { EventQueue } from '../../protocol/base/event-queue.ts'

t.test('a reader that falls too far behind gets what waited, and then the end', async t => {
  let left = 0
  const queue = new EventQueue<number>(() => left++, { maxWaiting: 3 })
  for (let n = 1; n <= 5; n++) queue.push(n)
  t.equal(left, 1, 'nobody writes for it any more')
  t.strictSame(await Array.fromAsync(queue), [1, 2, 3])
})

t.test('a reader that keeps up is never given up', async t => {
  const queue = new EventQueue<number>(() => t.fail('it was given up'), { maxWaiting: 1 })
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

t.test('items are bounded by what they come to as well', async t => {
  let left = 0
  const bounds = { maxSize: 100, sizeOf: (text: string) => text.length }
  const queue = new EventQueue<string>(() => left++, bounds)
  const large = 'x'.repeat(1000)
  queue.push(large)
  t.strictSame(await queue.next(), { done: false, value: large }, 'one goes in however large')
  t.equal(queue.waitingSize, 0)
  for (let n = 0; n < 4; n++) queue.push('y'.repeat(60))
  t.equal(left, 1)
  t.equal((await Array.fromAsync(queue)).length, 2)
})

t.test('what may be left out is, for a reader that is behind', async t => {
  const isOptional = (n: number) => n % 2 === 0
  const queue = new EventQueue<number>(() => {}, { maxWaiting: 100, isOptional })
  for (let n = 1; n <= 80; n++) queue.push(n)
  queue.end()
  const read = await Array.fromAsync(queue)
  t.strictSame(read.filter(n => n % 2 === 1).length, 40, 'all of the others')
  t.equal(read.filter(isOptional).length, 12)
})
