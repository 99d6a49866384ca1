/** When the two ends of a lane spin: by the calls of a guest, and by how fast programs follow each other. */

import t from 'tap'
import { LaneSpin } from '../../executor/pool/lane-spin.ts'
import { LATCH_BYTES, SPIN } from '../../protocol/latch.ts'

/** A lane's spinning with a clock of its own. */
function open() {
  const words = new Int32Array(new SharedArrayBuffer(LATCH_BYTES))
  const looks: string[] = []
  const lane = {
    words,
    startLooking: () => looks.push('start'),
    look: () => false,
    stopLooking: () => looks.push('stop'),
  }
  let nowMs = 0
  const spin = new LaneSpin(lane, () => nowMs)
  return {
    spin,
    looks,
    isSpinning: () => words[SPIN] === 1,
    pass(ms: number) {
      nowMs += ms
    },
  }
}

const free = () => true
const busy = () => false
/** So long after the last one that programs do not follow each other. */
const LONG = 10

/** A program with calls that come one after the other, five times as fast where they spin. */
function calls(
  { spin, pass, isSpinning }: ReturnType<typeof open>,
  count: number,
  everyMs: number,
) {
  for (let call = 0; call < count; call++) {
    pass(isSpinning() ? everyMs / 5 : everyMs)
    spin.noteMessage()
    spin.noteAnswer()
  }
}

t.test('a guest is told to spin before its first call, where those before it did', async t => {
  const lane = open()
  const { spin, isSpinning } = lane
  const next = (tools: string, maySpin = free) => {
    lane.pass(LONG)
    spin.begin(tools, maySpin)
    const spins = isSpinning()
    spin.end()
    return spins
  }
  t.notOk(next('[1]'), 'nothing is known yet')
  spin.begin('[1]', free)
  calls(lane, 20, 0.05)
  t.ok(isSpinning())
  spin.end()
  t.notOk(isSpinning(), 'between two guests')
  t.notOk(next('[1]', busy), 'there is no core for it')
  spin.begin('[1]', free)
  calls(lane, 20, 0.05)
  spin.end()
  t.ok(next('[1]'))
  t.notOk(next('[2]'), 'other tools take other times')
})

t.test('a wait for which there is no core says nothing of those that spin', async t => {
  const lane = open()
  let maySpin = true
  lane.spin.begin('[]', () => maySpin)
  calls(lane, 100, 0.05)
  t.ok(lane.isSpinning())
  maySpin = false
  calls(lane, 100, 0.15)
  t.notOk(lane.isSpinning())
  maySpin = true
  calls(lane, 1, 0.05)
  t.ok(lane.isSpinning(), 'what they took was not counted')
})

t.test('programs that follow each other at once spin, also between them', async t => {
  const lane = open()
  const { spin, isSpinning, looks } = lane
  const programs = (count: number, everyMs: number, maySpin = free) => {
    let spun = 0
    for (let program = 0; program < count; program++) {
      lane.pass(everyMs)
      spin.begin('[]', maySpin)
      spin.begun()
      spin.end()
      if (isSpinning()) spun++
    }
    return spun
  }
  t.ok(programs(20, 0.3) > 10)
  t.strictSame(looks, ['start'], 'and the host looks')
  t.equal(programs(20, 0.3, busy), 0, 'where there is a core for it')
  t.equal(programs(20, LONG), 0, 'not when they are far from each other')
  spin.begin('[]', free)
  calls(lane, 1, 0.3)
  t.notOk(isSpinning(), 'nor in a guest')
})

t.test('programs whose calls take long do not spin', async t => {
  const lane = open()
  for (let program = 0; program < 20; program++) {
    lane.pass(0.3)
    lane.spin.begin('[]', free)
    lane.spin.begun()
    lane.spin.noteMessage()
    lane.pass(5)
    lane.spin.noteAnswer()
    t.notOk(lane.isSpinning())
    lane.spin.end()
  }
})
