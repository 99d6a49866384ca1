/**
 * Sessions of Python in a daemon: the store has the programs since the snapshot, and a worker that
 * lacks the guest repeats them.
 */

import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import t, { type Test } from 'tap'
import type { Daemon } from '../../daemon/start-daemon.ts'
import { made } from '../fixtures/tools/approval-tools.ts'
import { fixture, get, post, testDaemon } from '../support/daemon.ts'
import { stateFolder } from '../support/state-folder.ts'

const place = (t: Test) => ({
  LATCHD_STATE_DIR: stateFolder(t),
  LATCHD_TOOLS: fixture('tools/approval-tools.ts'),
  LATCHD_WORKERS: '1',
})

const newSession = async ({ url }: Daemon): Promise<string> =>
  (await post(`${url}/v1/sessions`, {})).body.sessionId

const run = async ({ url }: Daemon, sessionId: string | undefined, source: string, more = {}) =>
  (await post(`${url}/v1/execute`, { source, language: 'python', sessionId, ...more })).body

const snapshotBytes = async ({ url }: Daemon, sessionId: string): Promise<number> =>
  (await get(`${url}/v1/sessions/${sessionId}`)).body.snapshotBytes

/** More programs than are repeated at most. */
const MANY = 20
/** After so many programs of a thread they take as little time as they ever do. */
const WARM = 10

t.test('short programs leave a snapshot now and then, and nothing is lost between', async t => {
  const env = place(t)
  const first = await testDaemon(t, env)
  const sessionId = await newSession(first)
  await run(first, sessionId, 'seen = []')
  const durable = (i: number) => ({ durable: i % 2 === 0 })
  for (let i = 1; i <= MANY; i++) {
    const { output } = await run(first, sessionId, `seen.append(${i})\nlen(seen)`, durable(i))
    t.equal(output?.value, i)
  }
  t.ok((await snapshotBytes(first, sessionId)) > 0)
  await first.close()
  const second = await testDaemon(t, env)
  const { output } = await run(second, sessionId, 'seen')
  t.strictSame(
    output?.value,
    Array.from({ length: MANY }, (_, i) => i + 1),
  )
})

t.test('a session is repeated where its guest is gone, without a call of a tool', async t => {
  const env = place(t)
  const first = await testDaemon(t, env)
  const sessionId = await newSession(first)
  made.length = 0
  const begun = 'import random\npaid = transfer("Ann", 5)\nkept = [random.random()]\nid(kept)'
  const { output } = await run(first, sessionId, begun)
  t.match(await run(first, sessionId, 'kept.append(2)\nraise ValueError("no")'), {
    status: 'failed',
  })
  const calls = made.length
  t.ok(calls > 0)
  await run(first, undefined, 'x = "takes the guest"')
  t.strictSame((await run(first, sessionId, 'id(kept), len(kept)')).output?.value, [
    output?.value,
    2,
  ])
  await first.close()
  const second = await testDaemon(t, env)
  t.strictSame((await run(second, sessionId, 'id(kept), len(kept)')).output?.value, [
    output?.value,
    2,
  ])
  t.equal(made.length, calls)
})

t.test('an execution that waits in a session goes on from the programs before it', async t => {
  const env = place(t)
  const first = await testDaemon(t, env)
  const sessionId = await newSession(first)
  await run(first, sessionId, 'x = 20')
  await run(first, sessionId, 'x += 1')
  const waiting = await run(first, sessionId, 'answer = human_approval("go")\nx * 2')
  t.match(waiting, { status: 'waiting' })
  await first.close()
  const second = await testDaemon(t, env)
  const { executionId, waitingFor } = waiting
  const approval = `${second.url}/v1/approvals/${waitingFor[0]?.approvalId}`
  await post(approval, { decision: 'approve' })
  const ended = (await get(`${second.url}/v1/executions/${executionId}?waitMs=20000`)).body
  t.match(ended, { status: 'completed', output: { value: 42 } })
  t.equal((await run(second, sessionId, 'x, answer["approved"]')).output?.value[0], 21)
})

t.test(
  'a program that is repeated in another way is a loss that each use of the session says',
  { skip: process.env.TEST_POSTGRES_URL !== undefined && 'it changes a file' },
  async t => {
    const env = place(t)
    const first = await testDaemon(t, env)
    const sessionId = await newSession(first)
    // A program that takes long leaves a snapshot, as the first ones of a thread may.
    for (let i = 0; i < WARM; i++) await run(first, undefined, 'x = 1')
    await run(first, sessionId, 'x = 1\nx')
    await run(first, sessionId, 'x += 1\nx')
    await first.close()
    const database = new DatabaseSync(join(env.LATCHD_STATE_DIR, 'latchd.db'))
    const row = database.prepare('SELECT body FROM session_run WHERE number = 2').get()
    const body = zstdDecompressSync(row?.body as Uint8Array).toString()
    const changed = body.replace('x += 1', 'x += 7')
    t.not(changed, body)
    database
      .prepare('UPDATE session_run SET body = ? WHERE number = 2')
      .run(zstdCompressSync(changed))
    database.close()
    const second = await testDaemon(t, env)
    for (let i = 0; i < 2; i++) {
      t.match(await run(second, sessionId, 'x'), {
        status: 'failed',
        error: { code: 'SNAPSHOT_INCOMPATIBLE', message: /took another path/ },
      })
    }
    t.match(await run(second, undefined, '1'), { status: 'completed' })
  },
)
