/** A daemon whose machine's clock is set wrong while executions wait. */

import t from 'tap'
import { machineClock } from '../../daemon/clock/trusted-clock.ts'
import { Lives } from '../drill/lives.ts'
import { get, post } from '../support/daemon.ts'

const DAY_MS = 86_400_000

t.test('a jump of 40 days ends nothing, expires nothing and forgets nothing', async t => {
  const lives = await Lives.open()
  t.teardown(() => lives.close())
  let setMs = 0
  const clock = { wall: () => Date.now() + setMs, steady: machineClock.steady }
  const url = await lives.next([], clock)
  const ended = (await post(`${url}/v1/execute`, { source: '1', durable: true })).body
  const waiting = (await post(`${url}/v1/execute`, { source: 'human_approval("go").approved' }))
    .body
  const sleeping = (await post(`${url}/v1/executions`, { source: 'sleep(3000); "slept"' })).body
  while ((await lives.store.get(waiting.executionId))?.execution.status !== 'waiting');
  setMs = 40 * DAY_MS
  // Another daemon comes up under the wrong clock, and sweeps at its start.
  const next = await lives.next([], clock)
  const at = async (id: string, waitMs = 0) =>
    (await get(`${next}/v1/executions/${id}?waitMs=${waitMs}`)).body
  t.match(await at(ended.executionId), { status: 'completed' })
  t.match(await at(waiting.executionId), { status: 'waiting' })
  const { approvalId } = waiting.waitingFor[0]
  const decision = { decision: 'approve' }
  t.equal((await post(`${next}/v1/approvals/${approvalId}`, decision)).status, 200)
  let decided = await at(waiting.executionId)
  while (decided.status !== 'completed') decided = await at(waiting.executionId, 100)
  t.equal(decided.output.value, true)
  // The first daemon is there as well, and either may end it.
  let slept = await at(sleeping.executionId)
  while (slept.status !== 'completed') slept = await at(sleeping.executionId, 100)
  t.match(slept, { status: 'completed', output: { value: 'slept' } })
  t.ok(slept.endedAtMs - slept.createdAtMs >= 3000)
})

t.test('after a jump time goes on by uptime, for what begins then as well', async t => {
  const lives = await Lives.open()
  t.teardown(() => lives.close())
  let setMs = 0
  // All of this process sees the wrong clock, whoever asks.
  const right = Date.now
  Date.now = () => right() + setMs
  t.teardown(() => {
    Date.now = right
  })
  const clock = { wall: () => Date.now(), steady: machineClock.steady }
  const url = await lives.next([], clock)
  setMs = 40 * DAY_MS
  const source = `const from = Date.now(); sleep(1500); [Date.now() - from, from]`
  const { body } = await post(`${url}/v1/executions`, { source })
  const asked = await post(`${url}/v1/execute`, { source: 'human_approval("go").approved' })
  // It is evicted meanwhile, and its sleep is counted from the program's clock.
  const slept = (await get(`${url}/v1/executions/${body.executionId}?waitMs=30000`)).body
  t.equal(slept.status, 'completed', JSON.stringify(slept))
  const [tookMs, fromMs] = slept.output.value
  t.ok(tookMs >= 1500 && tookMs < DAY_MS, `${tookMs} ms by the program's clock`)
  t.ok(Math.abs(fromMs - right()) < DAY_MS, 'and that is the one that is believed')
  for (const { createdAtMs, startedAtMs, endedAtMs } of [slept]) {
    t.ok(createdAtMs <= startedAtMs && startedAtMs <= endedAtMs && endedAtMs < right() + DAY_MS)
  }
  const { approvalId } = asked.body.waitingFor[0]
  // The clock is right again: what was decided meanwhile lies in the past.
  setMs = 0
  const decided = await post(`${url}/v1/approvals/${approvalId}`, { decision: 'approve' })
  t.equal(decided.status, 200)
  t.ok(decided.body.createdAtMs <= decided.body.decidedAtMs)
  t.ok(decided.body.expiresAtMs < right() + 31 * DAY_MS)
})
