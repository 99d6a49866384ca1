/** How a store keeps what waits for a person, and what the person decided. */

import type { Test } from 'tap'
import type { DecidedBy, StoredApproval } from '../../daemon/store/store.ts'
import {
  approval,
  CREATED_MS,
  claimedOf,
  completed,
  delivery,
  parking,
  reclaimed,
  stuckExecution,
  submission,
} from './store-samples.ts'
import type { OpenStore } from './store-suite.ts'

const approved: DecidedBy = { status: 'approved', decidedBy: 'bob', decidedAtMs: CREATED_MS + 9 }

function after(before: StoredApproval, decision: object): StoredApproval {
  return { ...before, approval: { ...before.approval, ...decision } }
}

export async function approvalTests(t: Test, open: OpenStore): Promise<void> {
  t.test('a decision tells that its execution waits, or does not', async t => {
    const store = await open(t)
    for (const id of ['e1', 'e2']) {
      await store.submit(submission(id))
      await store.park(id, 1, parking({ approvals: [approval(id, `a-${id}`)] }))
    }
    await reclaimed(store, 'e2')
    t.match(
      [await store.decide('a-e1', approved), await store.decide('a-e2', approved)],
      [{ isWaiting: true }, { isWaiting: false }],
    )
  })

  t.test('a decision that comes when the time is over expires the approval', async t => {
    const store = await open(t)
    const asked = approval('e1', 'a1', { expiresAtMs: CREATED_MS + 9 })
    await store.submit(submission('e1'))
    await store.park('e1', 1, parking({ approvals: [asked] }))
    const stored = after(asked, { status: 'expired', decidedAtMs: CREATED_MS + 9 })
    t.strictSame(await store.decide('a1', approved), {
      kind: 'expired',
      stored,
      owner: 'alice',
      isWaiting: true,
    })
    t.match(await store.decide('a1', approved), { kind: 'already', stored })
    t.strictSame((await claimedOf(store, CREATED_MS)).ids, ['e1'])
  })

  t.test(
    'an execution with a decision that it was not told goes on instead of waiting',
    async t => {
      const store = await open(t)
      await store.submit(submission('e1', { approvals: [approval('e1', 'a1')] }))
      await store.decide('a1', approved)
      t.equal(await store.park('e1', 1, parking()), 'ready')
      t.match(await store.get('e1'), { execution: { status: 'running' } })
      await store.append('e1', 1, { records: [delivery(1)] })
      t.equal(await store.park('e1', 1, parking()), 'parked')
    },
  )

  t.test('a decision that the same parking delivers keeps nobody from waiting', async t => {
    const store = await open(t)
    await store.submit(submission('e1', { approvals: [approval('e1', 'a1')] }))
    await store.decide('a1', approved)
    t.equal(await store.park('e1', 1, parking({ records: [delivery(1)] })), 'parked')
  })

  t.test('a decision on a call that has its delivery keeps nobody from waiting', async t => {
    const store = await open(t)
    await store.submit(submission('e1', { approvals: [approval('e1', 'a1')] }))
    await store.append('e1', 1, { records: [delivery(1)] })
    await store.decide('a1', approved)
    t.equal(await store.park('e1', 1, parking()), 'parked')
  })

  t.test('a decision on an execution that is stuck is told when it goes on', async t => {
    const store = await open(t)
    await store.submit(submission('e1', { approvals: [approval('e1', 'a1')] }))
    await store.finish('e1', 1, { execution: stuckExecution('e1') })
    t.match(await store.decide('a1', approved), { kind: 'decided', isWaiting: false })
    await store.retry('e1')
    await reclaimed(store, 'e1')
    t.equal(await store.park('e1', 2, parking()), 'ready')
  })

  t.test('the end of an approval with its execution makes nothing claimable', async t => {
    const store = await open(t)
    await store.submit(submission('e1', { approvals: [approval('e1', 'a1')] }))
    await store.finish('e1', 1, completed('e1'))
    t.strictSame(await claimedOf(store, CREATED_MS), { ids: [], nextMs: undefined })
  })
}
