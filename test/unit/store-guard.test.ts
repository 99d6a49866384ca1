/** What callers leave in the store has a bound, beyond which new work is refused by name. */

import t from 'tap'
import type { StoreShares } from '../../daemon/store/store.ts'
import { StoreGuard } from '../../daemon/upkeep/store-guard.ts'

t.test('at the bound one more is refused, and others have their part of it', async t => {
  let nowMs = 0
  let reads = 0
  const shares = { sessions: { ann: 3 } as Record<string, number>, webhooks: {} }
  const guard = new StoreGuard({
    shares: async () => {
      reads++
      return shares
    },
    callers: () => 2,
    now: () => nowMs,
    limits: { sessions: 4, webhooks: 1 },
  })
  await guard.admit('sessions', 'ann')
  await t.rejects(guard.admit('sessions', 'ann'), { code: 'SESSIONS_FULL', retryAfterSeconds: 30 })
  await guard.admit('sessions', 'bob')
  await guard.admit('sessions', 'bob')
  await t.rejects(guard.admit('sessions', 'bob'), { code: 'SESSIONS_FULL' })
  await guard.admit('webhooks', 'ann')
  await t.rejects(guard.admit('webhooks', 'ann'), { code: 'WEBHOOKS_FULL' })
  t.equal(reads, 1, 'what was admitted since the reading is counted')
  shares.sessions = { ann: 1 }
  nowMs += 1000
  await guard.admit('sessions', 'ann')
  t.equal(reads, 2)
})

t.test('a reading that fails is not kept', async t => {
  const answers = [Promise.reject(new Error('no')), Promise.resolve({ sessions: {}, webhooks: {} })]
  const guard = new StoreGuard({
    shares: () => answers.shift() as Promise<StoreShares>,
    callers: () => 0,
    now: () => 0,
  })
  await t.rejects(guard.admit('sessions', 'ann'), { message: 'no' })
  await guard.admit('sessions', 'ann')
})
