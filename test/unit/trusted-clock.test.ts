/** The clock by which things expire, when somebody sets the machine's. */

import t from 'tap'
import { type StoredInstant, TrustedClock } from '../../daemon/clock/trusted-clock.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** A machine whose clock can be set; time goes on by hand. */
function machine(wallMs = 100 * DAY_MS, steadyMs = DAY_MS) {
  const jumps: number[] = []
  const state = { wallMs, steadyMs }
  const sources = { wall: () => state.wallMs, steady: () => state.steadyMs }
  return {
    jumps,
    pass: (ms: number) => {
      state.wallMs += ms
      state.steadyMs += ms
    },
    set: (byMs: number) => {
      state.wallMs += byMs
    },
    reboot: () => {
      state.steadyMs = 1000
    },
    clock: (kept?: StoredInstant) =>
      new TrustedClock(sources, kept, jumpMs => jumps.push(Math.round(jumpMs / HOUR_MS))),
  }
}

t.test('it is the machine, and follows what is set by less than an hour', async t => {
  const { clock, pass, set, jumps } = machine()
  const trusted = clock()
  pass(HOUR_MS)
  for (let n = 0; n < 5; n++) {
    set(HOUR_MS / 2)
    trusted.check()
  }
  t.equal(trusted.now(), 100 * DAY_MS + HOUR_MS * 3.5)
  t.strictSame(jumps, [])
})

t.test('after a jump forward it goes on as if there had been none, until that is gone', async t => {
  const { clock, pass, set, jumps } = machine()
  const trusted = clock()
  set(40 * DAY_MS)
  pass(HOUR_MS)
  t.equal(trusted.now(), 100 * DAY_MS + HOUR_MS)
  set(-40 * DAY_MS)
  t.equal(trusted.now(), 100 * DAY_MS + HOUR_MS)
  t.strictSame(jumps, [40 * 24, 0])
})

t.test('a clock that is set back is believed, and when it comes back too', async t => {
  const { clock, pass, set, jumps } = machine()
  const trusted = clock()
  set(-8 * DAY_MS)
  t.equal(trusted.now(), 92 * DAY_MS)
  pass(HOUR_MS)
  set(8 * DAY_MS)
  t.equal(trusted.now(), 100 * DAY_MS + HOUR_MS)
  t.strictSame(jumps, [])
})

t.test('what was confirmed is believed', async t => {
  const { clock, set, jumps } = machine()
  const trusted = clock()
  set(8 * DAY_MS)
  t.equal(trusted.now(), 100 * DAY_MS)
  trusted.confirm(108 * DAY_MS)
  t.equal(trusted.now(), 108 * DAY_MS)
  t.strictSame(jumps, [8 * 24, 0])
})

t.test('a jump outlasts the process, and a start of the machine', async t => {
  const one = machine()
  const first = one.clock()
  one.set(8 * DAY_MS)
  first.check()
  one.pass(HOUR_MS)
  const { kept } = first
  t.equal(one.clock(kept).now(), 100 * DAY_MS + HOUR_MS)
  one.reboot()
  t.equal(one.clock(kept).now(), 100 * DAY_MS + HOUR_MS)
  t.equal(one.clock({ ...kept, confirmedMs: kept.wallMs + 1 }).now(), 108 * DAY_MS + HOUR_MS)
  one.set(-8 * DAY_MS)
  t.equal(one.clock(kept).now(), 100 * DAY_MS + HOUR_MS)
})

t.test('a jump between two processes is found; time that nobody ran is none', async t => {
  const one = machine()
  const { kept } = one.clock()
  one.pass(30 * DAY_MS)
  t.equal(one.clock(kept).now(), 130 * DAY_MS)
  one.set(40 * DAY_MS)
  t.equal(one.clock(kept).now(), 130 * DAY_MS)
  const other = machine()
  const before = other.clock().kept
  other.pass(30 * DAY_MS)
  other.reboot()
  t.equal(other.clock(before).now(), 130 * DAY_MS)
})
