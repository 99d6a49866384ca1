/** Which thread an execution gets: one of its own caller's, a new one, or one that may change hands. */

import { mock } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import t, { type Test } from 'tap'
import type { GuestWork } from '../../executor/boundary/guest-pool.ts'
import { WorkerPool } from '../../executor/pool/worker-pool.ts'
import { eventually } from '../support/eventually.ts'

const work = { source: '', tools: '[]', journal: [] as const } as unknown as GuestWork

const entry = new URL('../support/named-thread.ts', import.meta.url).href

/** Runs tasks one after the other; gives the thread of each. */
async function threadsOf(
  t: Test,
  workers: number,
  maxCallerChanges: number,
  owners: readonly (string | readonly [owner: string, session: string])[],
): Promise<number[]> {
  const pool = new WorkerPool(workers, { entry, maxCallerChanges })
  t.teardown(() => pool.close())
  // Idle threads do not keep a process from ending.
  const awake = setInterval(() => {}, 1000)
  t.teardown(() => clearInterval(awake))
  await pool.start()
  await eventually(
    () => pool.statistics(),
    threads => threads.length === workers,
  )
  const threads: number[] = []
  for (const one of owners) {
    const [owner, session] = typeof one === 'string' ? [one] : one
    threads.push(await runOn(pool, owner as string, session))
  }
  return threads
}

/** Runs a task; gives its thread. */
async function runOn(pool: WorkerPool, owner: string, session?: string): Promise<number> {
  const report = await pool.run({
    begin: () => work,
    receive: () => {},
    isResume: false,
    owner,
    session,
    language: 'javascript',
    execution: {},
    cancelled: new AbortController().signal,
  })
  return report.cpuMs
}

t.test('a thread that may serve one caller is replaced before it serves another', async t => {
  const [first, again, other, back] = await threadsOf(t, 1, 0, ['ann', 'ann', 'eve', 'ann'])
  t.equal(first, again)
  t.not(other, first)
  t.not(back, first)
  t.not(back, other)
})

t.test('a thread goes from one caller to another as often as it may', async t => {
  const threads = await threadsOf(t, 1, 2, ['ann', 'eve', 'eve', 'ann', 'eve'])
  t.equal(new Set(threads.slice(0, 4)).size, 1)
  t.not(threads[4], threads[0])
})

t.test('a caller gets the thread that it had, while that is free', async t => {
  const threads = await threadsOf(t, 2, 1000, ['ann', 'eve', 'ann', 'eve', 'eve', 'ann'])
  t.equal(new Set([threads[0], threads[2], threads[5]]).size, 1)
  t.equal(new Set([threads[1], threads[3], threads[4]]).size, 1)
  t.not(threads[0], threads[1])
})

t.test('a session gets the thread that ran it last, and others leave it that one', async t => {
  const runs = ['ann', ['ann', 's1'], 'ann', ['ann', 's1'], ['ann', 's2'], ['ann', 's1']] as const
  const threads = await threadsOf(t, 2, 1000, runs)
  const [, first, between, again] = threads
  t.equal(again, first)
  t.not(between, first)
})

/** A pool of two threads that stands ready, in a process whose timers stand still. */
async function poolAtStandstill(t: Test): Promise<WorkerPool> {
  const pool = new WorkerPool(2, { entry })
  t.teardown(() => pool.close())
  const awake = setInterval(() => {}, 1000)
  t.teardown(() => clearInterval(awake))
  mock.timers.enable({ apis: ['setTimeout'] })
  t.teardown(() => mock.timers.reset())
  await pool.start()
  return pool
}

/** Resolves when a pool has so many threads. */
async function threadsAre(pool: WorkerPool, count: number): Promise<void> {
  while ((await pool.statistics()).length < count) await nextTurn()
}

t.test('a pool is ready with its first thread, and the second comes after a moment', async t => {
  const pool = await poolAtStandstill(t)
  t.equal((await pool.statistics()).length, 1)
  mock.timers.tick(250)
  await threadsAre(pool, 2)
})

t.test('the second thread of a pool comes at once when an execution waits for it', async t => {
  const pool = await poolAtStandstill(t)
  await Promise.all([runOn(pool, 'ann'), runOn(pool, 'ann')])
  await threadsAre(pool, 2)
})
