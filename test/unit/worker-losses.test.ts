/** Who loses workers again and again waits; nobody else does. */

import t from 'tap'
import { WorkerLosses } from '../../daemon/auth/worker-losses.ts'

const MINUTE_MS = 60_000

t.test('after eight lost workers a caller waits a minute, and others do not', async t => {
  let nowMs = 0
  const losses = new WorkerLosses(() => nowMs)
  for (let i = 0; i < 8; i++) {
    losses.admit('eve')
    losses.add('eve')
    nowMs += 1000
  }
  t.throws(() => losses.admit('eve'), { code: 'WORKER_ABUSE', retryAfterSeconds: 59 })
  losses.admit('ann')
  nowMs += 59_000
  losses.admit('eve')
  losses.add('eve')
  t.throws(
    () => losses.admit('eve'),
    { code: 'WORKER_ABUSE' },
    'one more, and the pause begins anew',
  )
})

t.test('losses are forgotten after ten minutes', async t => {
  let nowMs = 0
  const losses = new WorkerLosses(() => nowMs)
  for (let i = 0; i < 40; i++) {
    losses.add('ann')
    t.doesNotThrow(() => losses.admit('ann'))
    nowMs += 2 * MINUTE_MS
  }
})
