/** How a store keeps sessions. */

import type { Test } from 'tap'
import type { SessionLeaving } from '../../daemon/store/store.ts'
import {
  approval,
  CREATED_MS,
  completed,
  endedExecution,
  parking,
  stuckExecution,
  submission,
} from './store-samples.ts'
import type { OpenStore } from './store-suite.ts'

const snapshot = (text: string) => ({ bytes: new TextEncoder().encode(text), runtime: 'r1' })

export async function sessionTests(t: Test, open: OpenStore): Promise<void> {
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
    t.equal(await store.snapshot('s1'), undefined)
    t.equal(await store.session('s2'), undefined)
    t.equal(await store.snapshot('s2'), undefined)
  })

  t.test('a session is created once', async t => {
    const store = await open(t)
    await store.createSession('s1', 'alice', CREATED_MS)
    await t.rejects(store.createSession('s1', 'bob', CREATED_MS), { code: 'CONFLICT' })
    t.match(await store.session('s1'), { owner: 'alice' })
  })

  t.test('a session has the state of the execution that ended last', async t => {
    const store = await open(t)
    await store.createSession('s1', 'alice', CREATED_MS)
    await store.saveSnapshot('s1', 'e0', snapshot('one'), CREATED_MS + 10)
    t.strictSame(await store.snapshot('s1'), snapshot('one'))
    await store.submit(submission('e1', { sessionId: 's1' }))
    const execution = endedExecution('e1', CREATED_MS + 20)
    await store.finish('e1', 1, { execution, snapshot: { ...snapshot('three'), runtime: 'r2' } })
    t.strictSame(await store.snapshot('s1'), { ...snapshot('three'), runtime: 'r2' })
    t.strictSame((await store.session('s1'))?.session, {
      sessionId: 's1',
      createdAtMs: CREATED_MS,
      lastUsedAtMs: CREATED_MS + 20,
      executions: 2,
      snapshotBytes: 5,
    })
  })

  t.test('an execution without a new state leaves it, and counts', async t => {
    const store = await open(t)
    await store.createSession('s1', 'alice', CREATED_MS)
    await store.saveSnapshot('s1', 'e0', snapshot('one'), CREATED_MS + 10)
    await store.saveSnapshot('s1', 'e0', undefined, CREATED_MS + 20)
    t.strictSame(await store.snapshot('s1'), snapshot('one'))
    t.match(await store.session('s1'), {
      session: { executions: 2, lastUsedAtMs: CREATED_MS + 20 },
    })
  })

  t.test('a state may be a snapshot with the runs since', async t => {
    const store = await open(t)
    const run = (text: string) => new TextEncoder().encode(text)
    await store.createSession('s1', 'alice', CREATED_MS)
    const save = (left: SessionLeaving) => store.saveSnapshot('s1', 'e0', left, CREATED_MS)
    await save({ runtime: 'r1', run: run('first'), state: 'a' })
    t.strictSame(await store.snapshot('s1'), {
      ...{ runtime: 'r1', state: 'a', steps: 1 },
      since: [run('first')],
    })
    t.match(await store.session('s1'), { runtime: 'r1', session: { snapshotBytes: 0 } })
    await store.submit(submission('e1', { sessionId: 's1' }))
    const execution = endedExecution('e1', CREATED_MS + 20)
    const left = { runtime: 'r1', run: run('second'), state: 'b' }
    await store.finish('e1', 1, { execution, snapshot: left })
    const named = { runtime: 'r1', state: 'b', steps: 2 }
    t.strictSame(await store.snapshot('s1', true), named, 'its name is enough')
    t.strictSame(await store.snapshot('s1'), { ...named, since: [run('first'), run('second')] })
    await save({ ...snapshot('three'), run: run('third'), state: 'c' })
    t.strictSame(await store.snapshot('s1'), { ...snapshot('three'), state: 'c' })
    t.strictSame(await store.snapshot('s1', true), { runtime: 'r1', state: 'c' })
    await save({ runtime: 'r1', run: run('fourth'), state: 'd' })
    t.strictSame(await store.snapshot('s1'), {
      ...{ ...snapshot('three'), state: 'd', steps: 1 },
      since: [run('fourth')],
    })
    t.equal((await store.sessionRuns('s1'))?.length, 4, 'and all of them repeat it')
    await store.replaceSnapshot('s1', 'r1', { ...snapshot('other'), runtime: 'r2' })
    t.strictSame(await store.snapshot('s1', true), { ...snapshot('other'), runtime: 'r2' })
    await save({ ...snapshot('five'), runtime: 'r2' })
    t.equal(await store.sessionRuns('s1'), undefined)
    t.strictSame(await store.verify(), [])
  })

  t.test(
    'a session that cannot be repeated as a whole has the runs since its snapshot',
    async t => {
      const store = await open(t)
      const run = new Uint8Array([1])
      await store.createSession('s1', 'alice', CREATED_MS)
      const save = (left: SessionLeaving) => store.saveSnapshot('s1', 'e0', left, CREATED_MS)
      const empty = await store.sessionBytes('alice')
      await save(snapshot('one'))
      await save({ runtime: 'r1', run, state: 'a' })
      t.match(await store.snapshot('s1'), { ...snapshot('one'), since: [run] })
      t.equal(await store.sessionRuns('s1'), undefined)
      t.equal(await store.sessionBytes('alice'), empty + 3 + 1, 'each byte counts')
      await save({ ...snapshot('two'), run, state: 'b' })
      t.equal(await store.sessionBytes('alice'), empty + 3, 'and those that went do not')
      await t.rejects(async () => await save({ runtime: 'r1', state: 'c' }), /without its run/)
      t.strictSame(await store.snapshot('s1'), { ...snapshot('two'), state: 'b' })
    },
  )

  t.test('an execution that is stuck has not ended', async t => {
    const store = await open(t)
    await store.createSession('s1', 'alice', CREATED_MS)
    await store.submit(submission('e1', { sessionId: 's1' }))
    await store.finish('e1', 1, { execution: stuckExecution('e1') })
    t.match(await store.session('s1'), { session: { executions: 0 } })
  })

  t.test('a session tells what its state was made with', async t => {
    const store = await open(t)
    await store.createSession('s1', 'alice', CREATED_MS)
    await store.saveSnapshot('s1', 'e0', snapshot('one'), CREATED_MS)
    t.match(await store.session('s1'), { runtime: 'r1' })
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
    await store.saveSnapshot('s1', 'e2', snapshot('one'), CREATED_MS)
    t.equal(await store.removeSession('s1'), true)
    t.equal(await store.holdSession('s1', 'e2'), 'gone')
  })

  t.test('an execution holds its session until it has ended', async t => {
    const store = await open(t)
    const startedAtMs = CREATED_MS
    for (const id of ['parked', 'stuck', 'ended']) {
      await store.createSession(`s-${id}`, 'alice', CREATED_MS)
      await store.submit(submission(id, { sessionId: `s-${id}`, startedAtMs }))
      await store.holdSession(`s-${id}`, id)
    }
    await store.park('parked', 1, parking())
    await store.finish('stuck', 1, { execution: stuckExecution('stuck') })
    await store.finish('ended', 1, completed('ended'))
    const held = ['parked', 'stuck', 'ended'].map(id => store.holdSession(`s-${id}`, 'another'))
    t.strictSame(await Promise.all(held), ['busy', 'busy', 'held'])
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

  t.test('a removed session is gone, and its executions end without it', async t => {
    const store = await open(t)
    await store.createSession('s1', 'alice', CREATED_MS)
    await store.submit(submission('e1', { sessionId: 's1' }))
    await store.removeSession('s1')
    await store.removeSession('s1')
    await store.finish('e1', 1, { ...completed('e1'), snapshot: snapshot('late') })
    await store.saveSnapshot('s1', 'e0', snapshot('late'), CREATED_MS)
    t.strictSame([await store.session('s1'), await store.snapshot('s1')], [undefined, undefined])
    t.strictSame(await store.verify(), [])
  })
}
