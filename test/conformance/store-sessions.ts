/** How a store keeps sessions. */

import type { Test } from 'tap'
import type { SessionLeaving } from '../../daemon/store/store.ts'
import {
  CREATED_MS,
  completed,
  endedExecution,
  parking,
  snapshot,
  stuckExecution,
  submission,
} from './store-samples.ts'
import type { OpenStore } from './store-suite.ts'

export async function sessionTests(t: Test, open: OpenStore): Promise<void> {
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

  t.test('a new session has no state', async t => {
    const store = await open(t)
    await store.createSession('s1', 'alice', CREATED_MS)
    t.equal(await store.snapshot('s1'), undefined)
    t.equal(await store.snapshot('s2'), undefined)
  })

  t.test('a session tells what its state was made with', async t => {
    const store = await open(t)
    await store.createSession('s1', 'alice', CREATED_MS)
    await store.saveSnapshot('s1', 'e0', snapshot('one'), CREATED_MS)
    t.match(await store.session('s1'), { runtime: 'r1' })
  })

  t.test('what an execution leaves to its session lets go of it', async t => {
    const store = await open(t)
    await store.createSession('s1', 'alice', CREATED_MS)
    t.equal(await store.holdSession('s1', 'e1'), 'held')
    await store.saveSnapshot('s1', 'e1', snapshot('one'), CREATED_MS)
    t.equal(await store.removeSession('s1'), true)
    t.equal(await store.holdSession('s1', 'e2'), 'gone')
  })
}
