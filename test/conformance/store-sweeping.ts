/** What a store forgets, and when. */

import type { Test } from 'tap'
import type { Store } from '../../daemon/store/store.ts'
import { CREATED_MS, delivery, endedExecution, parking, submission } from './store-samples.ts'
import type { OpenStore } from './store-suite.ts'

const nothing = { endedBeforeMs: 0, usedBeforeMs: 0, maxBytes: undefined }

async function ended(store: Store, id: string, endedAtMs: number, text = 'x'): Promise<void> {
  await store.submit(submission(id, { key: { text: id, bodyHash: 'h' } }))
  const execution = endedExecution(id, endedAtMs)
  await store.finish(id, 1, { execution, records: [delivery(1, 1, text)] })
}

async function remaining(store: Store): Promise<string[]> {
  const query = { owner: undefined, status: undefined, after: undefined, limit: 10_000 }
  return (await store.list(query)).map(({ executionId }) => executionId).sort()
}

export async function sweepingTests(t: Test, open: OpenStore): Promise<void> {
  t.test('executions that ended long ago are forgotten with their keys', async t => {
    const store = await open(t)
    await ended(store, 'old', CREATED_MS)
    await ended(store, 'new', CREATED_MS + 1)
    await store.submit(submission('running'))
    await store.submit(submission('waiting'))
    await store.park('waiting', 1, parking())
    const bounds = { ...nothing, endedBeforeMs: CREATED_MS + 1 }
    t.strictSame(await store.sweep(bounds), { executions: 1, sessions: 0 })
    t.strictSame(await remaining(store), ['new', 'running', 'waiting'])
    const again = submission('again', { key: { text: 'old', bodyHash: 'h' } })
    t.strictSame(await store.submit(again), { kind: 'accepted', epoch: 1 })
    t.strictSame(await store.sweep(bounds), { executions: 0, sessions: 0 })
  })

  t.test('the key of an execution that was removed is kept until its time is over', async t => {
    const store = await open(t)
    await ended(store, 'gone', CREATED_MS)
    await ended(store, 'beyond', CREATED_MS)
    await store.remove('gone')
    await store.sweep({ ...nothing, maxBytes: 1 })
    t.strictSame(await remaining(store), [])
    const again = (id: string, bodyHash: string) =>
      store.submit(submission('again', { key: { text: id, bodyHash } }))
    t.strictSame(await again('gone', 'h'), { kind: 'removed', executionId: 'gone' })
    t.strictSame(await again('beyond', 'h'), { kind: 'removed', executionId: 'beyond' })
    t.strictSame(await again('gone', 'other'), { kind: 'key-reused' })
    t.strictSame(await store.keyed('alice', 'gone'), {
      executionId: 'gone',
      bodyHash: 'h',
      isRemoved: true,
    })
    await store.sweep({ ...nothing, endedBeforeMs: CREATED_MS + 1 })
    t.strictSame(await again('gone', 'h'), { kind: 'accepted', epoch: 1 })
  })

  t.test('sessions that an execution holds stay', async t => {
    const store = await open(t)
    for (const id of ['unused', 'used']) await store.createSession(id, 'alice', CREATED_MS)
    const bounds = { ...nothing, usedBeforeMs: CREATED_MS + 5 }
    await store.holdSession('used', 'volatile')
    t.strictSame(await store.sweep(bounds), { executions: 0, sessions: 1 })
    t.ok(await store.session('used'))
  })

  t.test('sessions that nobody used are forgotten, but for those at work', async t => {
    const store = await open(t)
    const snapshot = { bytes: new Uint8Array(100_000), runtime: 'r1' }
    for (const id of ['unused', 'waits', 'used']) {
      await store.createSession(id, 'alice', CREATED_MS)
      await store.saveSnapshot(id, 'e0', snapshot, CREATED_MS)
    }
    await store.saveSnapshot('used', 'e0', undefined, CREATED_MS + 10)
    await store.submit(submission('e1', { sessionId: 'waits' }))
    await store.park('e1', 1, parking())
    const bounds = { ...nothing, usedBeforeMs: CREATED_MS + 5 }
    t.strictSame(await store.sweep(bounds), { executions: 0, sessions: 1 })
    const left = await store.sessions({ owner: undefined, after: undefined, limit: 10 })
    t.strictSame(
      left.map(({ sessionId }) => sessionId),
      ['waits', 'used'],
    )
    t.strictSame(await store.snapshot('used'), snapshot)
    t.strictSame(await store.verify(), [])
  })

  t.test('beyond the bound of bytes the oldest ended executions go', async t => {
    const store = await open(t)
    await store.submit(submission('running', { source: 'r'.repeat(100_000) }))
    const ids = Array.from({ length: 60 }, (_, i) => `e${100 + i}`)
    for (const [i, id] of ids.entries()) {
      await ended(store, id, CREATED_MS + i, `${id}${'x'.repeat(20_000)}`)
    }
    const maxBytes = Math.round((await store.statistics()).bytes / 2)
    const { executions } = await store.sweep({ ...nothing, maxBytes })
    t.ok(executions > 20 && executions < 45, `${executions} went`)
    t.ok((await store.statistics()).bytes <= maxBytes)
    t.strictSame(await remaining(store), [...ids.slice(executions), 'running'])
    t.strictSame(await store.verify(), [])
  })

  t.test('what the files of executions hold counts, each content once', async t => {
    const store = await open(t)
    const ids = Array.from({ length: 60 }, (_, i) => `e${100 + i}`)
    const size = 1_000_000
    for (const [i, executionId] of ids.entries()) {
      await ended(store, executionId, CREATED_MS + i)
      const facts = { kind: 'execution', owner: 'ann', type: 'a/b', lastModified: 0 } as const
      const file = { ...facts, executionId, size, createdAtMs: CREATED_MS }
      const own = i.toString(16).padStart(64, '0')
      await store.addFile({ ...file, fileId: `own-${i}`, sha256: own })
      await store.addFile({ ...file, fileId: `shared-${i}`, sha256: 'f'.repeat(64) })
    }
    const bytes = (await store.statistics()).bytes
    t.strictSame(await store.sweep({ ...nothing, maxBytes: bytes + 61 * size }), {
      executions: 0,
      sessions: 0,
    })
    const { executions } = await store.sweep({ ...nothing, maxBytes: bytes + 31 * size })
    t.ok(executions >= 29 && executions <= 40, `${executions} went`)
    t.strictSame(await remaining(store), ids.slice(executions))
  })

  t.test('others commit between the steps of a sweep', async t => {
    const store = await open(t)
    const ids = Array.from({ length: 900 }, (_, i) => `e${i}`)
    await Promise.all(ids.map(id => ended(store, id, CREATED_MS)))
    let isSwept = false
    const sweep = store.sweep({ ...nothing, endedBeforeMs: CREATED_MS + 1 }).then(swept => {
      isSwept = true
      return swept
    })
    await store.submit(submission('between'))
    t.notOk(isSwept)
    t.strictSame(await sweep, { executions: 900, sessions: 0 })
    t.strictSame(await remaining(store), ['between'])
  })
}
