/** The simulation of many daemons: its clock, its server, and that it runs to its end. */

import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import t from 'tap'
import { SimulatedClock, SimulatedServer } from '../simulate/machine.ts'

t.test('what is planned happens in the order of its instants', async t => {
  const clock = new SimulatedClock()
  const seen: number[] = []
  for (const delayMs of [5, 1, 4, 2, 3, 9]) clock.after(delayMs, () => seen.push(clock.nowMs))
  clock.after(2, () => clock.after(0.5, () => seen.push(clock.nowMs)))
  await clock.run(6)
  t.strictSame(seen, [1, 2, 2.5, 3, 4, 5])
  t.equal(clock.nowMs, 6)
})

t.test('statements wait for a core', async t => {
  const clock = new SimulatedClock()
  const server = new SimulatedServer(clock, 2)
  const ended: number[] = []
  for (let i = 0; i < 4; i++) server.serve(10, () => ended.push(clock.nowMs))
  await clock.run(100)
  t.strictSame(ended, [10, 10, 20, 20])
  t.strictSame(server.tookMs, [10, 10, 20, 20])
  t.equal(server.busyMs, 40)
})

t.test(
  'the simulation finds that other owners have their turn, and names the first bound',
  async t => {
    const args = ['test/simulate/run.ts', '--seconds', '0.05', '--cores', '4']
    const { stdout } = await promisify(execFile)(process.execPath, args)
    t.match(stdout, /each other one runs within [1-5] claims of 8/)
    t.match(stdout, /\d+ executions go on elsewhere, p50 \d+ ms, p99 1?\d{4} ms after the kill/)
    t.match(stdout, /Daemons up to each bound/)
  },
)
