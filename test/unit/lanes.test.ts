/** Which lane an execution gets, and when: a free one, or one that is about to be free. */

import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Piscina } from 'piscina'
import t, { type Test } from 'tap'
import type { LaneStart } from '../../executor/boundary/lane-frames.ts'
import { Lanes } from '../../executor/pool/lanes.ts'
import type { ShortTurns } from '../../executor/pool/short-turns.ts'
import type { ThreadLane } from '../../executor/pool/thread-lane.ts'
import { WorkerLane } from '../../executor/worker/lane.ts'

/** Lanes without threads, whose executions wait for a busy lane as long as the test says so. */
async function lanesOf(t: Test, count: number) {
  const turns = { isWorthWaiting: false, busy: new Set<unknown>() }
  const { promise: ended, reject: end } = Promise.withResolvers<never>()
  const pool = {
    async run(start: LaneStart) {
      const threadEnd = new WorkerLane(start)
      // The lane asks once it has handed its other end over.
      await nextTurn()
      const asked = threadEnd.nextCommand()
      if (asked?.kind === 'question') threadEnd.answer(asked.id, {})
      return ended
    },
    destroy: async () => end(new Error('closed')),
  }
  const lanes = new Lanes(pool as unknown as Piscina<LaneStart, unknown>, Infinity, {
    begin: (lane: unknown) => turns.busy.add(lane),
    end: (lane: unknown) => turns.busy.delete(lane),
    isWorthWaiting: () => turns.isWorthWaiting,
  } as unknown as ShortTurns)
  t.teardown(() => lanes.close())
  for (let left = count; left > 0; left--) await lanes.open()
  return { lanes, turns }
}

const never = new AbortController().signal

/** The lane that an execution gets, and whether it has it yet. */
function wanted(lanes: Lanes, session?: string) {
  const got: { lane?: ThreadLane } = {}
  const here = lanes.queue.take({ owner: 'ann', session })
  const lane =
    here === undefined ? lanes.queue.next({ owner: 'ann', session }, never) : Promise.resolve(here)
  return { got, lane: lane.then(one => (got.lane = one)) }
}

t.test('an execution that waits for a busy lane gets it when its turn is over', async t => {
  const { lanes, turns } = await lanesOf(t, 2)
  const first = lanes.queue.take({ owner: 'ann' }) as ThreadLane
  turns.isWorthWaiting = true
  const second = wanted(lanes)
  await nextTurn()
  t.equal(second.got.lane, undefined)
  t.same([...turns.busy], [first])
  turns.isWorthWaiting = false
  lanes.release(first)
  t.equal(await second.lane, first)
})

t.test('a lane that is given back stays free while another one is worth waiting for', async t => {
  const { lanes, turns } = await lanesOf(t, 3)
  const first = lanes.queue.take({ owner: 'ann' }) as ThreadLane
  const other = lanes.queue.take({ owner: 'ann' }) as ThreadLane
  turns.isWorthWaiting = true
  const third = wanted(lanes)
  lanes.release(other)
  await nextTurn()
  t.equal(third.got.lane, undefined)
  turns.isWorthWaiting = false
  lanes.release(first)
  t.ok(await third.lane)
})

t.test('it takes a free lane as soon as the busy one is not worth waiting for', async t => {
  const { lanes, turns } = await lanesOf(t, 2)
  const first = lanes.queue.take({ owner: 'ann' }) as ThreadLane
  turns.isWorthWaiting = true
  const second = wanted(lanes)
  turns.isWorthWaiting = false
  t.not(await second.lane, first)
})

t.test('it looks once more after a message of the guest, when that may wait', async t => {
  const { lanes, turns } = await lanesOf(t, 2)
  const first = lanes.queue.take({ owner: 'ann' }) as ThreadLane
  turns.isWorthWaiting = true
  const second = wanted(lanes)
  lanes.queue.noteMessage()
  // An answer that comes in this turn of the event loop comes before.
  await Promise.resolve()
  t.equal(second.got.lane, undefined)
  turns.isWorthWaiting = false
  await nextTurn()
  t.ok(second.got.lane)
  t.not(second.got.lane, first)
})

t.test('a session does not wait for a busy lane', async t => {
  const { lanes, turns } = await lanesOf(t, 2)
  t.ok(lanes.queue.take({ owner: 'ann' }))
  turns.isWorthWaiting = true
  t.ok(lanes.queue.take({ owner: 'ann', session: 'session' }))
})

t.test('one that is cancelled waits no longer, and the lane is for the next one', async t => {
  const { lanes, turns } = await lanesOf(t, 2)
  const first = lanes.queue.take({ owner: 'ann' }) as ThreadLane
  turns.isWorthWaiting = true
  const cancelled = new AbortController()
  const second = lanes.queue.next({ owner: 'ann' }, cancelled.signal)
  const third = wanted(lanes)
  cancelled.abort(new Error('cancelled'))
  await t.rejects(second, { message: 'cancelled' })
  turns.isWorthWaiting = false
  lanes.release(first)
  t.equal(await third.lane, first)
})

t.test('those that wait are refused when the pool is closed', async t => {
  const { lanes, turns } = await lanesOf(t, 2)
  t.ok(lanes.queue.take({ owner: 'ann' }))
  turns.isWorthWaiting = true
  const second = lanes.queue.next({ owner: 'ann' }, never)
  await Promise.all([t.rejects(second, { code: 'EXECUTOR_CLOSED' }), lanes.close()])
})

t.test('of equal lanes the one with the most turns is taken', async t => {
  const { lanes } = await lanesOf(t, 3)
  const [first, second] = [
    lanes.queue.take({ owner: 'ann' }),
    lanes.queue.take({ owner: 'ann' }),
  ] as [ThreadLane, ThreadLane]
  lanes.release(first)
  t.equal(lanes.queue.take({ owner: 'ann' }), first)
  lanes.release(first)
  lanes.release(second)
  t.equal(lanes.queue.take({ owner: 'ann' }), first)
})
