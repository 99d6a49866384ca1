/** When an execution waits for a thread that is about to be free, although others sleep. */

import t from 'tap'
import { ShortTurns, type Turning } from '../../executor/pool/short-turns.ts'

/** Turns of a pool on a clock of the test's, with an event loop that is as busy as it says. */
function turnsOf({ cores = 2, busyShare = 0.8, ms = 0.2, count = 1000 } = {}) {
  const clock = { nowMs: 0, busyShare }
  const turns = new ShortTurns(
    cores,
    () => clock.nowMs,
    () => clock.busyShare,
  )
  const run = (more: number, turnMs: number) => {
    for (let left = more; left > 0; left--) {
      const lane = laneOf('ann')
      turns.begin(lane)
      clock.nowMs += turnMs
      turns.end(lane)
    }
  }
  run(count, ms)
  return { turns, clock, run }
}

const laneOf = (owner: string, isAtWork = true): Turning => ({ owner, isAtWork })

t.test('after short turns an execution waits for the lane that has the other core', async t => {
  const { turns } = turnsOf()
  t.notOk(turns.isWorthWaiting('ann'), 'all lanes are free')
  turns.begin(laneOf('ann'))
  t.ok(turns.isWorthWaiting('ann'))
  t.notOk(turns.isWorthWaiting('eve'), 'the lane is of another owner')
})

t.test('it waits once there is a lane at work on each core beside the event loop', async t => {
  const { turns } = turnsOf({ cores: 3 })
  turns.begin(laneOf('ann'))
  t.notOk(turns.isWorthWaiting('ann'))
  turns.begin(laneOf('eve'))
  t.ok(turns.isWorthWaiting('ann'))
})

t.test('it does not wait for a lane whose guest waits', async t => {
  const { turns } = turnsOf()
  turns.begin(laneOf('ann', false))
  t.notOk(turns.isWorthWaiting('ann'))
})

t.test('it does not wait for a turn that has become long, or has ended', async t => {
  const { turns, clock } = turnsOf()
  const lane = laneOf('ann')
  turns.begin(lane)
  clock.nowMs += 4.9
  t.ok(turns.isWorthWaiting('ann'))
  clock.nowMs += 0.2
  t.notOk(turns.isWorthWaiting('ann'))
  const other = laneOf('ann')
  turns.begin(other)
  t.ok(turns.isWorthWaiting('ann'))
  turns.end(other)
  t.notOk(turns.isWorthWaiting('ann'))
})

t.test('it does not wait while turns are long, and waits again when they are short', async t => {
  const { turns, run } = turnsOf({ ms: 10 })
  turns.begin(laneOf('ann'))
  t.notOk(turns.isWorthWaiting('ann'))
  run(40, 0.2)
  turns.begin(laneOf('ann'))
  t.ok(turns.isWorthWaiting('ann'))
})

t.test('it does not wait while the event loop leaves its core to the programs', async t => {
  const { turns, clock, run } = turnsOf({ busyShare: 0.3, count: 1100 })
  turns.begin(laneOf('ann'))
  t.notOk(turns.isWorthWaiting('ann'))
  clock.busyShare = 0.8
  run(200, 0.2)
  turns.begin(laneOf('ann'))
  t.notOk(turns.isWorthWaiting('ann'), 'it is asked again after a while')
  run(1000, 0.2)
  turns.begin(laneOf('ann'))
  t.ok(turns.isWorthWaiting('ann'))
  clock.busyShare = 0.3
  run(200, 0.2)
  turns.begin(laneOf('ann'))
  t.notOk(turns.isWorthWaiting('ann'))
})

t.test('it does not wait in the first turns of a pool', async t => {
  const { turns, run } = turnsOf({ count: 400 })
  turns.begin(laneOf('ann'))
  t.notOk(turns.isWorthWaiting('ann'))
  run(100, 0.2)
  turns.begin(laneOf('ann'))
  t.ok(turns.isWorthWaiting('ann'))
})
