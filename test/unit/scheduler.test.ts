/** Who gets a worker: owners by the time that they have had workers, not by turns. */

import t from 'tap'
import { WorkerScheduler } from '../../executor/pool/scheduler.ts'

const never = new AbortController().signal

/** A scheduler on a clock that stands still until it is moved; `started` tells who has got a worker. */
function schedulerOf(workers: number, keepsOne = false) {
  let nowMs = 0
  const started: string[] = []
  const scheduler = new WorkerScheduler(workers, () => {}, { keepsOne, now: () => nowMs })
  return {
    scheduler,
    started,
    async ask(owner: string, isResume = false, cancelled = never) {
      await scheduler.take(owner, isResume, cancelled)
      started.push(owner)
    },
    /** An owner gives a worker back after so long; resolves when the next one has started. */
    async release(owner: string, afterMs: number) {
      nowMs += afterMs
      scheduler.release(owner)
      await new Promise(resolve => setImmediate(resolve))
    },
  }
}

t.test('an owner whose executions are long does not slow the others down', async t => {
  const { started, ask, release } = schedulerOf(1)
  for (let i = 0; i < 20; i++) void ask('long')
  for (let i = 0; i < 20; i++) void ask('short')
  const lengths: Record<string, number> = { long: 100, short: 10 }
  await release('long', 100)
  for (let i = 1; i < 22; i++)
    await release(started[i] as string, lengths[started[i] as string] ?? 0)
  const count = (owner: string) => started.filter(name => name === owner).length
  t.strictSame([count('long'), count('short')], [3, 20])
})

t.test('an owner pays for workers before it gives them back', async t => {
  const { started, ask, release } = schedulerOf(3)
  for (const owner of ['long', 'long', 'short', 'long', 'short', 'short']) void ask(owner)
  await release('short', 10)
  await release('short', 10)
  t.strictSame(started, ['long', 'long', 'short', 'short', 'short'])
})

t.test('owners who have had the same take turns', async t => {
  const { started, ask, release } = schedulerOf(1)
  void ask('ann')
  for (const owner of ['ann', 'ann', 'bob', 'bob', 'eve', 'eve']) void ask(owner)
  for (const owner of ['ann', 'bob', 'eve', 'ann', 'bob', 'eve']) await release(owner, 0)
  t.strictSame(started.slice(1), ['ann', 'bob', 'eve', 'ann', 'bob', 'eve'])
})

t.test(
  'an owner saves nothing up while it is away, and owes nothing for having been alone',
  async t => {
    const { started, ask, release } = schedulerOf(1)
    void ask('early')
    for (let i = 0; i < 4; i++) void ask('early')
    await release('early', 1000)
    for (let i = 0; i < 4; i++) void ask('late')
    for (let i = 1; i < 8; i++) await release(started[i] as string, 10)
    t.strictSame(started.slice(2), ['late', 'early', 'late', 'early', 'late', 'early', 'late'])
  },
)

t.test('an owner who goes and comes back still owes what it has had', async t => {
  const { scheduler, started, ask, release } = schedulerOf(1)
  void ask('long')
  for (let i = 0; i < 5; i++) void ask('short')
  await release('long', 35)
  void ask('long')
  for (let i = 0; i < 3; i++) await release('short', 10)
  t.strictSame(started, ['long', 'short', 'short', 'short', 'short'])
  await release('short', 10)
  t.equal(started.at(-1), 'long')
  t.strictSame([scheduler.active, scheduler.queued, scheduler.queuedOf('short')], [1, 1, 1])
})

t.test('of one owner resumed executions go first, and every fourth is a new one', async t => {
  const { scheduler, started, ask, release } = schedulerOf(1)
  void ask('ann')
  const cancel = new AbortController()
  const left = ask('ann', true, cancel.signal)
  const order: string[] = []
  for (let i = 0; i < 2; i++) void scheduler.take('ann', false, never).then(() => order.push('new'))
  for (let i = 0; i < 5; i++)
    void scheduler.take('ann', true, never).then(() => order.push('resumed'))
  cancel.abort(new Error('left'))
  await t.rejects(left, { message: 'left' })
  t.strictSame([scheduler.queued, scheduler.resuming], [2, 5])
  for (let i = 0; i < 7; i++) await release('ann', 10)
  const resumed = 'resumed'
  t.strictSame(order, [resumed, resumed, resumed, 'new', resumed, resumed, 'new'])
  t.strictSame([started, scheduler.isPressed], [['ann'], false])
  scheduler.close()
  await t.rejects(ask('ann'), { code: 'EXECUTOR_CLOSED' })
})

t.test('where several owners come, one worker is kept for those that hold none', async t => {
  const { scheduler, started, ask, release } = schedulerOf(3, true)
  for (let i = 0; i < 3; i++) void ask('long')
  await release('long', 0)
  t.equal(started.length, 3, 'an owner that is alone has all')
  void ask('short')
  for (const owner of ['short', 'long', 'long']) await release(owner, 0)
  for (let i = 0; i < 5; i++) void ask('long')
  await release('long', 0)
  t.strictSame([scheduler.active, scheduler.queued], [2, 2])
  t.strictSame([scheduler.hasFree('long'), scheduler.hasFree('short')], [false, true])
  void ask('short')
  t.strictSame([scheduler.active, scheduler.queuedOf('short')], [3, 0])
  await release('short', 0)
  t.strictSame([scheduler.active, scheduler.queued], [2, 2])
  await release('long', 60_000)
  t.strictSame([scheduler.active, scheduler.queued], [3, 0], 'nobody else came for a minute')
})

t.test('a worker that an execution on its way is to have is not free for another', async t => {
  const { scheduler, ask } = schedulerOf(3, true)
  const ends = ['ann', 'bob'].map(owner => scheduler.reserve(owner))
  t.ok(scheduler.hasFree('ann'), 'one of three is left')
  const end = scheduler.reserve('ann')
  t.notOk(scheduler.hasFree('eve'))
  for (const one of [end, end]) one()
  t.ok(scheduler.hasFree('eve'), 'given back once')
  for (const owner of ['ann', 'bob']) void ask(owner)
  t.notOk(scheduler.hasFree('eve'), 'reserved as well as held, until its execution has come')
  for (const one of ends) one()
  t.strictSame([scheduler.hasFree('ann'), scheduler.hasFree('eve')], [false, true])
})

t.test('of several owners that want the last worker one that holds none has it', async t => {
  const { started, ask, release } = schedulerOf(2, true)
  for (const owner of ['ann', 'bob']) void ask(owner)
  for (const owner of ['ann', 'eve', 'ann']) void ask(owner)
  await release('bob', 100)
  t.strictSame(started, ['ann', 'bob', 'eve'])
})
