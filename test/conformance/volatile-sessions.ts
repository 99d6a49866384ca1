/** How every store keeps sessions, one without a disk included. */

import type { Test } from 'tap'
import { approval, CREATED_MS, submission } from './store-samples.ts'
import type { OpenTriedStore } from './volatile-suite.ts'

export async function volatileSessionTests(t: Test, open: OpenTriedStore): Promise<void> {
  t.test('a new session is empty', async t => {
    const store = await open(t)
    await store.createSession('s1', 'alice', CREATED_MS)
    t.strictSame(await store.session('s1'), {
      owner: 'alice',
      session: {
        sessionId: 's1',
        createdAtMs: CREATED_MS,
        lastUsedAtMs: CREATED_MS,
        executions: 0,
        snapshotBytes: 0,
      },
      remembered: [],
    })
    t.equal(await store.session('s2'), undefined)
  })

  t.test('a session is created once', async t => {
    const store = await open(t)
    await store.createSession('s1', 'alice', CREATED_MS)
    await t.rejects(store.createSession('s1', 'bob', CREATED_MS), { code: 'CONFLICT' })
    t.match(await store.session('s1'), { owner: 'alice' })
  })

  t.test('one execution at a time holds a session', async t => {
    const store = await open(t)
    await store.createSession('s1', 'alice', CREATED_MS)
    const outcomes = await Promise.all(['e1', 'e2', 'e1'].map(id => store.holdSession('s1', id)))
    t.strictSame(outcomes, ['held', 'busy', 'held'])
    t.equal(await store.removeSession('s1'), false)
    await store.releaseSession('s1', 'e2')
    t.equal(await store.holdSession('s1', 'e2'), 'busy', 'another gives nothing back')
    await store.releaseSession('s1', 'e1')
    t.equal(await store.holdSession('s1', 'e2'), 'held')
    await store.releaseSession('s1', 'e2')
    t.equal(await store.removeSession('s1'), true)
    t.equal(await store.holdSession('s1', 'e2'), 'gone')
  })

  t.test('an approval may be remembered for the rest of the session', async t => {
    const store = await open(t)
    await store.createSession('s1', 'alice', CREATED_MS)
    const of = { sessionId: 's1' }
    const approvals = [
      approval('e1', 'a1', of),
      approval('e1', 'a2', { ...of, tool: 'pay' }),
      approval('e1', 'a3', { ...of, tool: 'draft' }),
      approval('e1', 'a4', of),
    ]
    await store.submit(submission('e1', { sessionId: 's1', approvals }))
    const approved = { status: 'approved', decidedAtMs: CREATED_MS } as const
    await store.decide('a1', { ...approved, remember: 'session', rememberAs: 'send #1' })
    await store.decide('a2', {
      ...approved,
      status: 'rejected',
      remember: 'session',
      rememberAs: 'no',
    })
    await store.decide('a3', approved)
    await store.decide('a4', { ...approved, remember: 'session', rememberAs: 'send #1' })
    t.strictSame((await store.session('s1'))?.remembered, ['send #1'])
  })

  t.test('sessions are listed newest first, of the same millisecond the greater id', async t => {
    const store = await open(t)
    await store.createSession('s1', 'alice', CREATED_MS)
    await store.createSession('s3', 'bob', CREATED_MS)
    await store.createSession('s2', 'alice', CREATED_MS)
    await store.createSession('s0', 'alice', CREATED_MS + 1)
    const listed = async (query: object) =>
      (await store.sessions({ owner: undefined, after: undefined, limit: 10, ...query })).map(
        ({ sessionId }) => sessionId,
      )
    t.strictSame(
      [
        await listed({}),
        await listed({ owner: 'alice' }),
        await listed({ limit: 2 }),
        await listed({ after: { createdAtMs: CREATED_MS, id: 's3' } }),
      ],
      [
        ['s0', 's3', 's2', 's1'],
        ['s0', 's2', 's1'],
        ['s0', 's3'],
        ['s2', 's1'],
      ],
    )
  })
}
