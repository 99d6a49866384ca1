/** Who has its thread ended pays for the next one: it holds its worker until that stands ready. */

import t from 'tap'
import type { GuestLink, GuestWork, PoolRun } from '../../executor/boundary/guest-pool.ts'
import { WorkerPool } from '../../executor/pool/worker-pool.ts'

const entry = new URL('../support/endless-worker.ts', import.meta.url).href

t.test('a run whose thread is ended rejects when another thread stands in its place', async t => {
  const pool = new WorkerPool(1, { entry })
  t.teardown(() => pool.close())
  // Idle threads do not keep a process from ending.
  const awake = setInterval(() => {}, 1000)
  t.teardown(() => clearInterval(awake))
  await pool.start()
  const [first] = await pool.statistics()
  const begun = Promise.withResolvers<GuestLink>()
  const run: PoolRun = {
    begin: link => {
      begun.resolve(link)
      return { source: '', tools: '[]', journal: [] as const } as unknown as GuestWork
    },
    receive: () => {},
    isResume: false,
    owner: 'ann',
    language: 'javascript',
    execution: {},
    cancelled: new AbortController().signal,
  }
  const ended = t.rejects(pool.run(run), { name: 'ThreadEnded' })
  const link = await begun.promise
  // When the task has been handed over.
  await new Promise(resolve => setImmediate(resolve))
  link.endThread()
  await new Promise(resolve => setImmediate(resolve))
  t.equal(pool.active, 1, 'the worker is held while there is no thread')
  await ended
  t.equal(pool.active, 0)
  const threads = await pool.statistics()
  t.equal(threads.length, 1)
  t.not(threads[0]?.made, first?.made)
})
