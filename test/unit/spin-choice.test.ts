/** Adaptive spinning: when a guest's waits spin, and that they sleep where it does not pay. */

import { performance } from 'node:perf_hooks'
import t from 'tap'
import { callTerms, SpinChoice } from '../../executor/boundary/spin-choice.ts'
import { mayFallAsleep, stayAwake } from '../../executor/pool/wakeful-loop.ts'

/** Calls that take what each way takes; returns how many of them spun. */
function spinning(choice: SpinChoice, calls: number, ways: { spun: number; slept: number }) {
  let spun = 0
  for (let call = 0; call < calls; call++) {
    if (choice.isSpinning) spun++
    choice.took(choice.isSpinning ? ways.spun : ways.slept)
  }
  return spun
}

t.test('a guest of one or two calls sleeps', async t => {
  const choice = new SpinChoice(callTerms)
  t.equal(spinning(choice, 2, { spun: 0.01, slept: 0.05 }), 0)
})

t.test('where a core is free, nearly all of many short calls spin', async t => {
  const share = spinning(new SpinChoice(callTerms), 1000, { spun: 0.015, slept: 0.06 }) / 1000
  t.ok(share > 0.9 && share < 1, `${share} spun: now and then one block tries the other way`)
})

t.test('where spinning is not clearly shorter, nearly all of them sleep', async t => {
  for (const spun of [0.055, 0.06, 0.15]) {
    const share = spinning(new SpinChoice(callTerms), 1000, { spun, slept: 0.06 }) / 1000
    t.ok(share > 0 && share < 0.1, `${share} spun, of ${spun} ms`)
  }
})

t.test('a machine that gets busy, and free again, is noticed', async t => {
  const choice = new SpinChoice(callTerms)
  const free = { spun: 0.015, slept: 0.06 }
  const busy = { spun: 0.19, slept: 0.1 }
  spinning(choice, 300, free)
  t.ok(spinning(choice, 2000, busy) < 300)
  spinning(choice, 1000, free)
  t.ok(spinning(choice, 1000, free) > 850)
})

t.test('a long call now and then changes little', async t => {
  const choice = new SpinChoice(callTerms)
  let spun = 0
  for (let call = 0; call < 10_000; call++) {
    if (choice.isSpinning) spun++
    choice.took(call % 150 === 0 ? 0.5 : choice.isSpinning ? 0.015 : 0.06)
  }
  t.ok(spun > 8500, `${spun} of 10 000`)
})

t.test('spins in vain get rare', async t => {
  const choice = new SpinChoice(callTerms)
  let vain = 0
  for (let call = 0; call < 10_000; call++) {
    const spins = choice.isSpinning
    // Each time that it spins the tool takes long.
    choice.took(spins ? 5 : 0.05)
    if (spins) vain++
  }
  t.ok(vain > 0 && vain < 50, `${vain} of 10 000`)
})

t.test('the next guest goes on as the one before it did', async t => {
  const free = { spun: 0.015, slept: 0.06 }
  const choice = new SpinChoice(callTerms)
  spinning(choice, 100, free)
  choice.beginGuest()
  t.equal(spinning(choice, 10, free), 10, 'its first call spins')
})

t.test('a guest of few calls spins only as the next one after many calls', async t => {
  const free = { spun: 0.015, slept: 0.06 }
  const choice = new SpinChoice(callTerms)
  spinning(choice, 100, free)
  const spun: number[] = []
  for (let guest = 0; guest < 100; guest++) {
    choice.beginGuest()
    // Its first call has none before it.
    spun.push(spinning(choice, 1, free))
  }
  t.strictSame(spun, [1, ...Array(99).fill(0)])
})

t.test('where spinning is not worth it, guests do not try it anew', async t => {
  const busy = { spun: 0.19, slept: 0.06 }
  const choice = new SpinChoice(callTerms)
  let spun = 0
  for (let guest = 0; guest < 100; guest++) {
    choice.beginGuest()
    spun += spinning(choice, 20, busy)
  }
  t.ok(spun > 0 && spun < 200, `${spun} of 2000 spun`)
})

t.test('a call that is answered late ends the spinning, of the next guest too', async t => {
  const choice = new SpinChoice(callTerms)
  spinning(choice, 100, { spun: 0.015, slept: 0.06 })
  choice.answered(0.1)
  t.ok(choice.isSpinning, 'it was answered in time')
  choice.answered(5)
  t.notOk(choice.isSpinning)
  choice.beginGuest()
  t.notOk(choice.isSpinning)
})

t.test('the event loop stays awake as long as it is wanted to', async t => {
  const turns = async () => {
    const before = performance.nodeTiming.uvMetricsInfo.loopCount
    await new Promise(resolve => setTimeout(resolve, 20))
    return performance.nodeTiming.uvMetricsInfo.loopCount - before
  }
  const asleep = await turns()
  const lane = { startLooking: () => {}, look: () => false, stopLooking: () => {} }
  stayAwake(60_000, lane)
  let awake = await turns()
  // On a busy machine this thread may have no processor for most of the time.
  for (let again = 0; again < 50 && awake <= 50 * asleep; again++) awake = await turns()
  mayFallAsleep()
  const asleepAgain = await turns()
  t.ok(awake > 10 * Math.max(asleep, asleepAgain), `${asleep}, ${awake}, ${asleepAgain} turns`)
})

t.test('a lane is looked at in each turn, and once more at the end', async t => {
  const done: string[] = []
  const lane = {
    startLooking: () => done.push('start'),
    look: () => done.push('look') === 0,
    stopLooking: () => done.push('stop'),
  }
  stayAwake(60_000, lane)
  stayAwake(60_000, lane)
  for (let turns = 0; turns < 3; turns++) await new Promise(resolve => setImmediate(resolve))
  mayFallAsleep()
  for (let turns = 0; turns < 3; turns++) await new Promise(resolve => setImmediate(resolve))
  t.equal(done.shift(), 'start')
  t.equal(done.pop(), 'stop')
  t.ok(done.length > 0 && done.every(one => one === 'look'), 'it has begun once, and has ended')
})

t.test('a lane that fails is looked at on', async t => {
  let looks = 0
  const error = new Error('a listener has failed')
  const lane = {
    startLooking: () => {},
    look() {
      if (++looks === 1) throw error
      return false
    },
    stopLooking: () => {},
  }
  const thrown = new Promise(resolve => process.once('uncaughtException', resolve))
  stayAwake(60_000, lane)
  t.equal(await thrown, error)
  await new Promise(resolve => setImmediate(resolve))
  await new Promise(resolve => setImmediate(resolve))
  mayFallAsleep()
  t.ok(looks > 1)
})

t.test(
  'one that fails when it is looked at for the last time keeps no other from being',
  async t => {
    const stopped: string[] = []
    const lane = (name: string, error?: Error) => ({
      startLooking: () => {},
      look: () => false,
      stopLooking() {
        stopped.push(name)
        if (error !== undefined) throw error
      },
    })
    const error = new Error('a listener has failed')
    const thrown = new Promise(resolve => process.once('uncaughtException', resolve))
    stayAwake(60_000, lane('first', error))
    stayAwake(60_000, lane('second'))
    mayFallAsleep()
    t.equal(await thrown, error)
    for (let turns = 0; turns < 3; turns++) await new Promise(resolve => setImmediate(resolve))
    t.strictSame(stopped, ['first', 'second'])
  },
)
