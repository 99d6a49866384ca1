/** Sessions under another engine or prelude than that which has kept them. */

import { once } from 'node:events'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import t, { type Test } from 'tap'
import type { Daemon } from '../../daemon/start-daemon.ts'
import { made } from '../fixtures/tools/approval-tools.ts'
import { calls } from '../fixtures/tools/endless.ts'
import { fixture, get, post, testDaemon } from '../support/daemon.ts'
import { stateFolder } from '../support/state-folder.ts'

const place = (t: Test) => ({
  LATCHD_STATE_DIR: stateFolder(t),
  LATCHD_TOOLS: [fixture('tools/approval-tools.ts'), fixture('tools/endless.ts')].join(','),
})

async function sessionOf({ url }: Daemon): Promise<string> {
  return (await post(`${url}/v1/sessions`, {})).body.sessionId
}

const run = async ({ url }: Daemon, sessionId: string, source: string, more: object = {}) =>
  (await post(`${url}/v1/execute`, { source, sessionId, ...more })).body

/** Lets all that is stored be of another version, whose snapshots cannot be read. */
function ageBy(env: { LATCHD_STATE_DIR: string }, ...statements: readonly string[]): void {
  const database = new DatabaseSync(join(env.LATCHD_STATE_DIR, 'latchd.db'))
  database.exec(`UPDATE session SET runtime = 'quickjs of old' WHERE snapshot IS NOT NULL`)
  database.exec(
    `UPDATE blob SET body = x'00', hash = randomblob(32) WHERE id IN (SELECT snapshot FROM session)`,
  )
  database.exec(`UPDATE program SET plan = json_set(plan, '$.runtime', 'quickjs of old')`)
  for (const statement of statements) database.exec(statement)
  database.close()
}

t.test('a session goes on with all that its executions have left', async t => {
  const env = place(t)
  const first = await testDaemon(t, env)
  const sessionId = await sessionOf(first)
  const fill = `
    let count = 0
    const born = Date.now(), luck = Math.random()
    class Counter { #n = 40; add() { return ++this.#n } }
    const counter = new Counter()
    const paid = transfer('Ann', 5)
    const next = () => [++count, counter.add(), paid, born, luck]`
  t.match(await run(first, sessionId, fill), { status: 'completed' })
  t.match(await run(first, sessionId, 'count = 7; throw new Error("no")'), { status: 'failed' })
  // It waits with its guest alive, which leaves what it had assigned.
  const asked = once(calls, 'call')
  const stopped = run(first, sessionId, 'count = 20; never(); count = 30')
  const [executionId] = await asked
  await post(`${first.url}/v1/executions/${executionId}/cancel`, {})
  t.match(await stopped, { status: 'cancelled' })
  const before = await run(first, sessionId, 'next()', { durable: true })
  await first.close()
  ageBy(env)
  const second = await testDaemon(t, env)
  made.length = 0
  t.equal(before.output.value[0], 21)
  const [count, added, ...kept] = before.output.value
  t.strictSame((await run(second, sessionId, 'next()')).output?.value, [
    count + 1,
    added + 1,
    ...kept,
  ])
  t.strictSame(made, [], 'no tool was called')
  await second.close()
  ageBy(env)
  const third = await testDaemon(t, env)
  t.strictSame((await run(third, sessionId, 'next()')).output?.value, [
    count + 2,
    added + 2,
    ...kept,
  ])
})

t.test('an execution that waits in a session goes on in it', async t => {
  const env = place(t)
  const first = await testDaemon(t, env)
  const sessionId = await sessionOf(first)
  await run(first, sessionId, 'let n = 1')
  const asks = 'n++; human_approval("go").approved && n++; n'
  const { executionId, waitingFor } = await run(first, sessionId, asks)
  await first.close()
  ageBy(env)
  const second = await testDaemon(t, env)
  await post(`${second.url}/v1/approvals/${waitingFor[0].approvalId}`, { decision: 'approve' })
  const { body } = await get(`${second.url}/v1/executions/${executionId}?waitMs=20000`)
  t.match(body, { status: 'completed', output: { value: 3 } })
})

t.test('what cannot be repeated is told, and nothing of it is lost', async t => {
  const env = place(t)
  const first = await testDaemon(t, env)
  const sessionId = await sessionOf(first)
  await run(first, sessionId, 'let n = 1')
  const { executionId, waitingFor } = await run(first, sessionId, 'human_approval("go"); ++n')
  await first.close()
  const database = new DatabaseSync(join(env.LATCHD_STATE_DIR, 'latchd.db'))
  const kept = database.prepare('SELECT snapshot, runtime FROM session').get() as {
    snapshot: number
    runtime: string
  }
  const { body: bytes } = database
    .prepare('SELECT body FROM blob WHERE id = ?')
    .get(kept.snapshot) as { body: Uint8Array }
  database.close()
  ageBy(env, 'UPDATE session SET is_repeatable = 0')
  const owned = () => {
    const database = new DatabaseSync(join(env.LATCHD_STATE_DIR, 'latchd.db'), { readOnly: true })
    const row = database
      .prepare('SELECT epoch, losses FROM execution WHERE execution_id = ?')
      .get(executionId) as { epoch: number; losses: number }
    database.close()
    return row
  }
  const before = owned()
  const second = await testDaemon(t, env)
  await post(`${second.url}/v1/approvals/${waitingFor[0].approvalId}`, { decision: 'approve' })
  const at = (daemon: Daemon) => get(`${daemon.url}/v1/executions/${executionId}?waitMs=20000`)
  t.match((await at(second)).body, {
    status: 'stuck',
    error: {
      code: 'SNAPSHOT_INCOMPATIBLE',
      message: /of old.*cannot be brought over: what it came/,
    },
  })
  const { epoch } = before
  t.match(owned(), { ...before, epoch: epoch + 1 }, 'it was claimed once, to be looked at')
  await second.close()
  // The version that has written it is put back.
  const again = new DatabaseSync(join(env.LATCHD_STATE_DIR, 'latchd.db'))
  again.prepare('UPDATE session SET runtime = ?').run(kept.runtime)
  again.prepare('UPDATE blob SET body = ? WHERE id = ?').run(bytes, kept.snapshot)
  again.close()
  const third = await testDaemon(t, env)
  await post(`${third.url}/v1/executions/${executionId}/retry`, {})
  t.match((await at(third)).body, { status: 'completed', output: { value: 2 } })
})

t.test('an execution that takes another path names itself in the refusal', async t => {
  const env = place(t)
  const first = await testDaemon(t, env)
  const sessionId = await sessionOf(first)
  await run(first, sessionId, 'let n = 1')
  const { executionId } = await run(first, sessionId, 'n = transfer("Ann", 5)')
  await run(first, sessionId, 'n')
  await first.close()
  // As if the engine did something else: another run stands in the place of the second.
  ageBy(
    env,
    'UPDATE session_run SET body = (SELECT body FROM session_run AS one WHERE one.number = 3) WHERE number = 1',
  )
  const second = await testDaemon(t, env)
  const { code, detail } = await run(second, sessionId, 'n')
  t.equal(code, 'SNAPSHOT_INCOMPATIBLE')
  t.match(detail, /execution exe_\w+ takes another path here: it was completed, and is failed/)
  t.ok(executionId)
})
