/** How every store tells of executions, one without a disk included. */

import type { Test } from 'tap'
import type { ListQuery } from '../../daemon/store/store.ts'
import {
  CREATED_MS,
  completed,
  everything,
  idsOf,
  logged,
  started,
  submission,
} from './store-samples.ts'
import type { OpenTriedStore } from './volatile-suite.ts'

export async function volatileReadingTests(t: Test, open: OpenTriedStore): Promise<void> {
  t.test('events are given after a sequence number', async t => {
    const store = await open(t)
    const events = [started('e1'), logged('e1', 2, 'a'), logged('e1', 3, 'b')]
    await store.submit(submission('e1', { events: events.slice(0, 2) }))
    await store.append('e1', 1, { events: events.slice(2) })
    const given = await Promise.all([0, 1, 2, 3].map(after => store.events('e1', after)))
    t.strictSame(given, [events, events.slice(1), events.slice(2), []])
  })

  t.test('the source of an execution is given exactly, with its language', async t => {
    const store = await open(t)
    const sources = ['1', 'a\ud800b', '', '\n'.repeat(600)]
    for (const [n, source] of sources.entries()) {
      await store.submit(submission(`e${n}`, { source, plan: '{"language":"typescript"}' }))
      t.strictSame(await store.source(`e${n}`), { source, language: 'typescript' })
      t.match(await store.get(`e${n}`), { execution: { executionId: `e${n}` } })
    }
    t.equal(await store.source('e9'), undefined)
  })

  t.test('events of what is not there are none', async t => {
    const store = await open(t)
    t.strictSame(await store.events('e1', 0), [])
  })

  t.test('executions are listed newest first, of the same millisecond the greater id', async t => {
    const store = await open(t)
    for (const [id, createdAtMs, owner] of [
      ['e2', CREATED_MS, 'alice'],
      ['e1', CREATED_MS, 'bob'],
      ['e3', CREATED_MS, 'alice'],
      ['e0', CREATED_MS + 1, 'alice'],
      ['e9', CREATED_MS - 1, 'alice'],
    ] as const) {
      await store.submit(submission(id, { createdAtMs, owner }))
    }
    await store.finish('e3', 1, completed('e3'))
    const listed = async (query: Partial<ListQuery>) =>
      idsOf(await store.list({ ...everything, ...query }))
    const after = { createdAtMs: CREATED_MS, id: 'e2' }
    t.strictSame(
      {
        all: await listed({}),
        own: await listed({ owner: 'alice' }),
        first: await listed({ limit: 2 }),
        next: await listed({ after, limit: 1 }),
        last: await listed({ after, owner: 'alice' }),
        others: await listed({ owner: 'carol' }),
      },
      {
        all: ['e0', 'e3', 'e2', 'e1', 'e9'],
        own: ['e0', 'e3', 'e2', 'e9'],
        first: ['e0', 'e3'],
        next: ['e1'],
        last: ['e9'],
        others: [],
      },
    )
  })
}
