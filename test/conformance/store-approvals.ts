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
const rejected: DecidedBy = { status: 'rejected', reason: 'no', decidedAtMs: CREATED_MS + 10 }

function after(before: StoredApproval, decision: object): StoredApproval {
  return { ...before, approval: { ...before.approval, ...decision } }
}

export async function approvalTests(t: Test, open: OpenStore): Promise<void> {
  t.test('the first decision wins', async t => {
    const store = await open(t)
    const asked = approval('e1', 'a1')
    await store.submit(submission('e1', { approvals: [asked] }))
    const stored = after(asked, approved)
    t.strictSame(await Promise.all([store.decide('a1', approved), store.decide('a1', rejected)]), [
      { kind: 'decided', stored, owner: 'alice', isWaiting: false },
      { kind: 'already', stored, owner: 'alice' },
    ])
    t.strictSame(await store.approval('a1'), { owner: 'alice', stored })
  })

  t.test('what is not there cannot be decided', async t => {
    const store = await open(t)
    t.strictSame(await store.decide('a1', approved), { kind: 'not-found' })
    t.equal(await store.approval('a1'), undefined)
  })

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

  t.test('a decision may replace the input, answer, and be remembered', async t => {
    const store = await open(t)
    const asked = approval('e1', 'a1')
    await store.submit(submission('e1', { approvals: [asked] }))
    const said = { status: 'approved', reason: 'ok', answer: 'x', decidedAtMs: 5 } as const
    await store.decide('a1', {
      ...said,
      input: { plain: { to: 'eve' }, encoded: '[{"to":1},"eve"]' },
      remember: 'session',
    })
    t.strictSame((await store.approval('a1'))?.stored, {
      approval: { ...asked.approval, ...said, input: { to: 'eve' }, originalInput: { to: 'bob' } },
      seq: 1,
      encodedInput: '[{"to":1},"eve"]',
      isRemembered: true,
      isEdited: true,
    })
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
    'the instant that an expiry is held against may be another than that of the decision',
    async t => {
      const store = await open(t)
      const asked = approval('e1', 'a1', { expiresAtMs: CREATED_MS + 9 })
      await store.submit(submission('e1', { approvals: [asked] }))
      t.match(await store.decide('a1', approved, CREATED_MS + 8), { kind: 'decided' })
    },
  )

  t.test('an approval whose time is over is told as it is stored', async t => {
    const store = await open(t)
    const asked = approval('e1', 'a1', { expiresAtMs: 1 })
    await store.submit(submission('e1', { approvals: [asked] }))
    t.strictSame((await store.approval('a1'))?.stored, asked)
    await store.decide('a1', { status: 'expired', decidedAtMs: 2 })
    const expired = after(asked, { status: 'expired', decidedAtMs: 2 })
    t.strictSame((await store.approval('a1'))?.stored, expired)
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

  t.test('approvals are listed newest first, of the same millisecond the greater id', async t => {
    const store = await open(t)
    const ids = ['a1', 'a3', 'a2', 'a4']
    const approvals = ids.map(id =>
      approval('e1', id, { createdAtMs: id === 'a4' ? CREATED_MS - 1 : CREATED_MS }),
    )
    await store.submit(submission('e1', { approvals }))
    await store.decide('a2', approved)
    const all = { owner: undefined, status: undefined, executionId: undefined, after: undefined }
    const listed = async (query: object) =>
      (await store.approvals({ ...all, limit: 10, ...query })).map(one => one.approvalId)
    t.strictSame(
      {
        all: await listed({}),
        first: await listed({ limit: 2 }),
        next: await listed({ limit: 2, after: { createdAtMs: CREATED_MS, id: 'a2' } }),
        pending: await listed({ status: 'pending' }),
        own: await listed({ owner: 'alice' }),
        others: await listed({ owner: 'bob' }),
        ofExecution: await listed({ executionId: 'e1', status: 'approved' }),
        ofExecutionNext: await listed({
          executionId: 'e1',
          limit: 1,
          after: { createdAtMs: CREATED_MS, id: 'a3' },
        }),
        ofOthers: await listed({ executionId: 'e1', owner: 'bob' }),
        ofAnother: await listed({ executionId: 'e2' }),
      },
      {
        all: ['a3', 'a2', 'a1', 'a4'],
        first: ['a3', 'a2'],
        next: ['a1', 'a4'],
        pending: ['a3', 'a1', 'a4'],
        own: ['a3', 'a2', 'a1', 'a4'],
        others: [],
        ofExecution: ['a2'],
        ofExecutionNext: ['a2'],
        ofOthers: [],
        ofAnother: [],
      },
    )
  })

  t.test('an approval that nobody decided expires with its execution', async t => {
    const store = await open(t)
    await store.submit(submission('e1', { approvals: [approval('e1', 'a1')] }))
    await store.finish('e1', 1, completed('e1'))
    t.match(await store.decide('a1', rejected), {
      kind: 'already',
      stored: { approval: { status: 'expired' } },
    })
    t.strictSame(await claimedOf(store, CREATED_MS), { ids: [], nextMs: undefined })
  })
}
