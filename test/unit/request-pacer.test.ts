/** Requests that come all at once are begun a few in a turn of the event loop. */

import { setImmediate as nextTurn } from 'node:timers/promises'
import t from 'tap'
import { REQUESTS_PER_TURN, RequestPacer } from '../../daemon/http/middleware/request-pacer.ts'

const COUNT = 3 * REQUESTS_PER_TURN - 1

/** How many have begun after each turn, until all have. */
async function begunByTurn(pacer: RequestPacer): Promise<{ order: number[]; counts: number[] }> {
  const order: number[] = []
  const counts: number[] = []
  for (let n = 0; n < COUNT; n++) pacer.take(() => order.push(n))
  for (counts.push(order.length); order.length < COUNT; counts.push(order.length)) await nextTurn()
  return { order, counts }
}

t.test('a few begin at once, the others in later turns, in order', async t => {
  const { order, counts } = await begunByTurn(new RequestPacer())
  t.strictSame(counts, [REQUESTS_PER_TURN, 2 * REQUESTS_PER_TURN, COUNT])
  t.strictSame(
    order,
    Array.from({ length: COUNT }, (_, n) => n),
  )
})

t.test('one that comes while others wait does not go before them', async t => {
  const pacer = new RequestPacer()
  const order: string[] = []
  for (let n = 0; n < REQUESTS_PER_TURN; n++) pacer.take(() => {})
  pacer.take(() => {
    order.push('waited')
    pacer.take(() => order.push('came later'))
  })
  pacer.take(() => order.push('waited too'))
  while (order.length < 3) await nextTurn()
  t.strictSame(order, ['waited', 'waited too', 'came later'])
})

t.test('after a rest one begins at once', async t => {
  const pacer = new RequestPacer()
  await begunByTurn(pacer)
  await nextTurn()
  let hasBegun = false
  pacer.take(() => {
    hasBegun = true
  })
  t.ok(hasBegun)
})
