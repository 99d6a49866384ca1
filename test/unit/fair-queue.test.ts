import t from 'tap'
import { FairQueue } from '../../daemon/executions/fair-queue.ts'

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
  t.strictSame(drain(queue), ['ann 0', 'bob 0', 'eve 0', 'ann 1', 'bob 1', 'ann 2'])
})

t.test('an owner who comes late does not wait for those who have filled the queue', async t => {
  const queue = new FairQueue<number, string>()
  for (let i = 0; i < 1000; i++) queue.push('ann', i, `ann ${i}`)
  queue.shift()
  queue.push('bob', 0, 'bob')
  t.strictSame([queue.shift(), queue.shift()], ['ann 1', 'bob'])
})

t.test('a value under a key in use takes the place of the one before', async t => {
  const queue = new FairQueue<number, string>()
  queue.push('ann', 1, 'old')
  queue.push('ann', 2, 'second')
  queue.push('ann', 1, 'new')
  t.strictSame(drain(queue), ['new', 'second'])
})
