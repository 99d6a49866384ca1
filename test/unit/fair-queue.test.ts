import t from 'tap'
import { FairQueue } from '../../executor/fair-queue.ts'

/** Everything that a queue gives, in order. */
function drain(queue: FairQueue<unknown, string>): string[] {
  const values: string[] = []
  for (let value = queue.shift(); value !== undefined; value = queue.shift()) values.push(value)
  return values
}

t.test('owners take turns, and each keeps its own order', async t => {
  const queue = new FairQueue<number, string>()
  for (let i = 0; i < 3; i++) queue.push('ann', i, `ann ${i}`)
  queue.push('bob', 0, 'bob 0')
  queue.push('eve', 0, 'eve 0')
  queue.push('bob', 1, 'bob 1')
  t.strictSame([queue.size, queue.sizeOf('ann'), queue.sizeOf('nobody')], [6, 3, 0])
  t.strictSame(drain(queue), ['ann 0', 'bob 0', 'eve 0', 'ann 1', 'bob 1', 'ann 2'])
  t.strictSame([queue.size, queue.sizeOf('ann')], [0, 0])
})

t.test('an owner who comes late does not wait for those who have filled the queue', async t => {
  const queue = new FairQueue<number, string>()
  for (let i = 0; i < 1000; i++) queue.push('ann', i, `ann ${i}`)
  queue.shift()
  queue.push('bob', 0, 'bob')
  t.strictSame([queue.shift(), queue.shift()], ['ann 1', 'bob'])
})

t.test('a member leaves from anywhere, and its owner with the last', async t => {
  const queue = new FairQueue<number, string>()
  queue.push('ann', 1, 'ann 1')
  queue.push('bob', 1, 'bob 1')
  queue.push('ann', 2, 'ann 2')
  t.equal(queue.take('ann', 1), 'ann 1')
  t.equal(queue.take('ann', 1), undefined)
  t.equal(queue.take('nobody', 1), undefined)
  t.equal(queue.take('bob', 1), 'bob 1')
  queue.push('bob', 3, 'bob 3')
  t.strictSame([queue.size, ...drain(queue)], [2, 'ann 2', 'bob 3'])
})
