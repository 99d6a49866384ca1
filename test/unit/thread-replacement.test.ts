/** Who has its thread ended pays for the next one: it holds its worker until that stands ready. The answer waits for nothing. */

import t from 'tap'
import type { GuestLink, GuestWork, PoolRun } from '../../executor/boundary/guest-pool.ts'
import { WorkerPool } from '../../executor/pool/worker-pool.ts'

const entry = new URL('../support/endless-worker.ts', import.meta.url).href

const runOf = (owner: string) => {
  const begun = Promise.withResolvers<GuestLink>()
  const run: PoolRun = {
    begin: link => {
      begun.resolve(link)
      return { source: '', tools: '[]', journal: [] as const } as unknown as GuestWork
    },
    receive: () => {},
    isResume: false,
    owner,
    language: 'javascript',
    execution: {},
    cancelled: new AbortController().signal,
  }
  return { run, begun: begun.promise }
}

t.test('a run whose thread is ended rejects at once, and holds its worker', async t => {
  const pool = new WorkerPool(1, { entry })
  t.teardown(() => pool.close())
  // Idle threads do not keep a process from ending.
  const awake = setInterval(() => {}, 1000)
  t.teardown(() => clearInterval(awake))
  await pool.start()
  const ann = runOf('ann')
  const ended = t.rejects(pool.run(ann.run), { name: 'ThreadEnded' })
  const link = await ann.begun
  // When the task has been handed over.
  await new Promise(resolve => setImmediate(resolve))
  link.endThread()
  await ended
  t.equal((await pool.statistics()).length, 0, 'there is no thread yet')
  t.equal(pool.active, 1, 'ann has the worker')

  const bob = runOf('bob')
  const next = t.rejects(pool.run(bob.run), { name: 'ThreadEnded' })
  await new Promise(resolve => setImmediate(resolve))
  t.equal(pool.queued, 1, 'bob waits for it')
  const nextLink = await bob.begun
  t.equal(pool.queued, 0, 'bob has another thread')
  await new Promise(resolve => setImmediate(resolve))
  nextLink.endThread()
  await next
})
