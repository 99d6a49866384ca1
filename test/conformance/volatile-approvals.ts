/** How every store decides approvals, one without a disk included. */

import type { Test } from 'tap'
import type { DecidedBy, StoredApproval } from '../../daemon/store/store.ts'
import { approval, CREATED_MS, completed, submission } from './store-samples.ts'
import type { OpenTriedStore } from './volatile-suite.ts'

const approved: DecidedBy = { status: 'approved', decidedBy: 'bob', decidedAtMs: CREATED_MS + 9 }
const rejected: DecidedBy = { status: 'rejected', reason: 'no', decidedAtMs: CREATED_MS + 10 }

function after(before: StoredApproval, decision: object): StoredApproval {
  return { ...before, approval: { ...before.approval, ...decision } }
}

export async function volatileApprovalTests(t: Test, open: OpenTriedStore): Promise<void> {
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
      callNumber: 1,
      encodedInput: '[{"to":1},"eve"]',
      isRemembered: true,
      isEdited: true,
    })
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
  })

  t.test('a decision of a person after the time expires the approval', async t => {
    const store = await open(t)
    const asked = approval('e1', 'a1', { expiresAtMs: CREATED_MS + 9 })
    await store.submit(submission('e1', { approvals: [asked] }))
    const stored = after(asked, { status: 'expired', decidedAtMs: CREATED_MS + 9 })
    t.strictSame(await store.decide('a1', approved), {
      ...{ kind: 'expired', stored, owner: 'alice' },
      isWaiting: false,
    })
    t.strictSame(await store.approval('a1'), { owner: 'alice', stored })
  })
}
