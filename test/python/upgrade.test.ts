/**
 * Python programs under another image than that on which they began: a dry run shows first whether
 * an execution that waits takes the same path, and sessions are repeated.
 */

import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import t, { type Test } from 'tap'
import type { Daemon } from '../../daemon/start-daemon.ts'
import { made } from '../fixtures/tools/approval-tools.ts'
import { fixture, get, post, testDaemon } from '../support/daemon.ts'
import { stateFolder } from '../support/state-folder.ts'

const place = (t: Test) => ({
  LATCHD_STATE_DIR: stateFolder(t),
  LATCHD_TOOLS: fixture('tools/approval-tools.ts'),
})

const OLD = 'cpython of old'

/** Lets all that is stored be of another image, and runs statements on the store. */
function ageBy(env: { LATCHD_STATE_DIR: string }, ...statements: readonly string[]): void {
  const database = new DatabaseSync(join(env.LATCHD_STATE_DIR, 'latchd.db'))
  database.exec(`UPDATE session SET runtime = '${OLD}' WHERE runtime IS NOT NULL`)
  database.exec(
    `UPDATE blob SET body = x'00', hash = randomblob(32) WHERE id IN (SELECT snapshot FROM session)`,
  )
  database.exec(`UPDATE program SET plan = json_set(plan, '$.runtime', '${OLD}')`)
  for (const statement of statements) database.exec(statement)
  database.close()
}

const runtimeOf = (env: { LATCHD_STATE_DIR: string }, table: string) => {
  const database = new DatabaseSync(join(env.LATCHD_STATE_DIR, 'latchd.db'), { readOnly: true })
  const rows = database.prepare(`SELECT ${table}`).all() as { runtime: string }[]
  database.close()
  return rows.map(({ runtime }) => runtime)
}

const run = async ({ url }: Daemon, source: string, more: object = {}) =>
  (await post(`${url}/v1/execute`, { source, language: 'python', ...more })).body

const approve = ({ url }: Daemon, { waitingFor }: { waitingFor: { approvalId: string }[] }) =>
  post(`${url}/v1/approvals/${waitingFor[0]?.approvalId}`, { decision: 'approve' })

const ended = async ({ url }: Daemon, executionId: string) =>
  (await get(`${url}/v1/executions/${executionId}?waitMs=20000`)).body

t.test('plans and sessions of Python name the image, plans the zones too', async t => {
  const env = place(t)
  const daemon = await testDaemon(t, env)
  const { sessionId } = (await post(`${daemon.url}/v1/sessions`, {})).body
  await run(daemon, 'x = 1', { sessionId, durable: true })
  await daemon.close()
  const image = /^cpython \d\S+, pyodide \d\S+, image [0-9a-f]{16}$/
  t.match(runtimeOf(env, 'runtime FROM session'), [image])
  const plans = runtimeOf(env, `json_extract(plan, '$.runtime') AS runtime FROM program`)
  t.strictSame(plans, [
    `${runtimeOf(env, 'runtime FROM session')[0]}, zones ${process.versions.tz}`,
  ])
})

t.test('an execution that waits goes on under another image', async t => {
  const env = place(t)
  const first = await testDaemon(t, env)
  const paid =
    'paid = transfer("Ann", 5)\nanswer = human_approval("go")\n[paid, answer["approved"]]'
  const waiting = await run(first, paid)
  t.match(waiting, { status: 'waiting' })
  await first.close()
  ageBy(env)
  made.length = 0
  const second = await testDaemon(t, env)
  await approve(second, waiting)
  const body = await ended(second, waiting.executionId)
  t.match(body, { status: 'completed' })
  t.equal(body.output.value[1], true)
  t.strictSame(made, [], 'no call was made again')
})

t.test('an execution that would take another path is stuck before anything happens', async t => {
  const env = place(t)
  const first = await testDaemon(t, env)
  const source = 'paid = transfer("Ann", 5)\nhuman_approval("go")\ntransfer("Bob", 7)'
  const waiting = await run(first, source)
  t.match(waiting, { status: 'waiting' })
  await first.close()
  ageBy(env)
  const change = (request: string) => {
    const database = new DatabaseSync(join(env.LATCHD_STATE_DIR, 'latchd.db'))
    database.exec('DROP TRIGGER IF EXISTS journal_is_append_only')
    const kept = database.prepare('SELECT request FROM journal WHERE seq = 1').get()?.request
    database.prepare('UPDATE journal SET request = ? WHERE seq = 1').run(request)
    database.close()
    return String(kept)
  }
  const kept = change('call transfer of old')
  made.length = 0
  const second = await testDaemon(t, env)
  await approve(second, waiting)
  t.match(await ended(second, waiting.executionId), {
    status: 'stuck',
    error: { code: 'NONDETERMINISM', message: /it began on cpython of old; this is cpython 3/ },
  })
  t.strictSame(made, [])
  await second.close()
  change(kept)
  const third = await testDaemon(t, env)
  await post(`${third.url}/v1/executions/${waiting.executionId}/retry`, {})
  t.match(await ended(third, waiting.executionId), { status: 'completed' }, 'nothing was lost')
})

t.test('a session goes on under another image with all that it had', async t => {
  const env = place(t)
  const first = await testDaemon(t, env)
  const { sessionId } = (await post(`${first.url}/v1/sessions`, {})).body
  const counter =
    'class Counter:\n    n = 0\n    def up(self):\n        self.n += 1\n        return self.n'
  await run(first, `${counter}\nc = Counter()\npaid = transfer("Ann", 5)\nc.up()`, { sessionId })
  t.match(await run(first, 'c.up()\nraise ValueError("no")', { sessionId }), { status: 'failed' })
  await first.close()
  ageBy(env)
  made.length = 0
  const second = await testDaemon(t, env)
  t.equal((await run(second, 'c.up()', { sessionId })).output?.value, 3)
  t.strictSame(made, [], 'no tool was called')
  await second.close()
  ageBy(env, 'UPDATE session SET is_repeatable = 0')
  const third = await testDaemon(t, env)
  t.match(
    await post(`${third.url}/v1/execute`, { source: 'c.up()', language: 'python', sessionId }),
    {
      status: 409,
      body: { code: 'SNAPSHOT_INCOMPATIBLE', detail: /cpython of old/ },
    },
  )
})
