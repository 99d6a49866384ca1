/** The uptime that is read seldom. */

import t from 'tap'
import { MAX_DRIFT_MS, steadyClock } from '../../daemon/clock/steady-clock.ts'

/** A machine whose time goes on by hand, which can sleep and whose clock can be set. */
function machine() {
  const state = { uptime: 50_000, process: 3, wall: 1_000_000, reads: 0 }
  const pass = (ms: number) => {
    state.uptime += ms
    state.wall += ms
    state.process += ms
  }
  const steady = steadyClock({
    uptime: () => {
      state.reads++
      return state.uptime
    },
    process: () => state.process,
    wall: () => state.wall,
  })
  return { state, pass, steady }
}

t.test('it is the uptime, which is read once', async t => {
  const { state, pass, steady } = machine()
  for (let n = 0; n < 100; n++) {
    t.equal(steady(), state.uptime)
    pass(10_000)
  }
  t.equal(state.reads, 1)
})

t.test('it is in whole milliseconds', async t => {
  const { pass, steady } = machine()
  steady()
  pass(0.4)
  t.equal(steady(), 50_000)
  pass(0.4)
  t.equal(steady(), 50_001)
})

t.test('it counts the time that the machine sleeps', async t => {
  const { state, pass, steady } = machine()
  steady()
  state.uptime += 3_600_000
  state.wall += 3_600_000
  t.equal(steady(), state.uptime)
  pass(5000)
  t.equal(steady(), state.uptime)
  t.equal(state.reads, 2)
})

t.test('a clock that is set changes nothing of it', async t => {
  const { state, pass, steady } = machine()
  steady()
  for (const byMs of [40 * 86_400_000, -80 * 86_400_000, 700, 700]) {
    state.wall += byMs
    pass(20)
    t.equal(steady(), state.uptime)
  }
})

t.test('many short sleeps are seen together', async t => {
  const { state, steady } = machine()
  steady()
  for (let n = 0; n < 20; n++) {
    state.uptime += MAX_DRIFT_MS / 4
    state.wall += MAX_DRIFT_MS / 4
    t.ok(state.uptime - steady() <= MAX_DRIFT_MS)
  }
})
