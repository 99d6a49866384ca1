/** A store whose file is removed under the daemon, or has a damaged page. */

import { closeSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import t from 'tap'
import { loadConfig } from '../../daemon/config/config.ts'
import { startDaemon } from '../../daemon/start-daemon.ts'
import { openSqliteStore } from '../../daemon/store/sqlite/open.ts'
import { fixture, get, post, testDaemon, testSettings } from '../support/daemon.ts'
import { stateFolder } from '../support/state-folder.ts'

const PAGE_BYTES = 4096
/** https://www.sqlite.org/fileformat2.html#b_tree_pages */
const LEAF_OF_TABLE = 0x0d

for (const how of ['removed', 'replaced by another'] as const) {
  t.test(`a state folder that is ${how} is noticed before anything more is promised`, async t => {
    const stateDir = stateFolder(t)
    const lost = Promise.withResolvers<Error>()
    const env = testSettings(t, { LATCHD_STATE_DIR: stateDir })
    const config = loadConfig({ flags: {}, env, readFile: () => undefined, cwd: stateDir })
    const daemon = await startDaemon(config, lost.resolve)
    t.teardown(() => daemon.close())
    const file = join(stateDir, 'latchd.db')
    if (how === 'removed') rmSync(file)
    else {
      renameSync(file, `${file}.old`)
      closeSync(openSync(file, 'w'))
    }
    const answer = await post(`${daemon.url}/v1/executions`, { source: '1' })
    t.equal(answer.status, 500)
    t.match((await lost.promise).message, `its file ${file} was ${how} while it was in use`)
    t.not((await get(`${daemon.url}/readyz`)).status, 200)
  })
}

/** The leaf pages of a table's tree, by number: https://www.sqlite.org/fileformat2.html#b_tree_pages */
function leavesOf(bytes: Buffer, page: number): number[] {
  const start = (page - 1) * PAGE_BYTES
  const header = page === 1 ? start + 100 : start
  if (bytes[header] === LEAF_OF_TABLE) return [page]
  const children = [bytes.readUInt32BE(header + 8)]
  for (let cell = 0; cell < bytes.readUInt16BE(header + 3); cell++) {
    children.push(bytes.readUInt32BE(start + bytes.readUInt16BE(header + 12 + 2 * cell)))
  }
  return children.flatMap(child => leavesOf(bytes, child))
}

t.test('one damaged page holds up the execution that needs it, and no other', async t => {
  const stateDir = stateFolder(t)
  const env = { LATCHD_STATE_DIR: stateDir }
  const first = await testDaemon(t, env)
  const ask = async (mark: string) => {
    // So long that no other program is on its page.
    const source = `/* ${mark.repeat(400)} */ human_approval('Go on?').approved`
    return (await post(`${first.url}/v1/execute`, { source })).body
  }
  const damaged = await ask('DAMAGED ')
  const sound = await ask('SOUND ')
  await first.close()
  const file = join(stateDir, 'latchd.db')
  // Each page of the sources that holds something of the one alone.
  const bytes = readFileSync(file)
  const database = new DatabaseSync(file, { readOnly: true })
  const { rootpage } = database
    .prepare("SELECT rootpage FROM sqlite_master WHERE name = 'blob' AND type = 'table'")
    .get() as { rootpage: number }
  database.close()
  const descriptor = openSync(file, 'r+')
  for (const page of leavesOf(bytes, rootpage)) {
    const at = (page - 1) * PAGE_BYTES
    const found = bytes.subarray(at, at + PAGE_BYTES)
    if (!found.includes('DAMAGED ') || found.includes('SOUND ')) continue
    writeSync(descriptor, Buffer.alloc(8, 0xff), 0, 8, at)
  }
  closeSync(descriptor)
  const second = await testDaemon(t, env)
  const decide = (waiting: { waitingFor: readonly { approvalId: string }[] }) =>
    post(`${second.url}/v1/approvals/${waiting.waitingFor[0]?.approvalId}`, { decision: 'approve' })
  t.equal((await decide(sound)).status, 200)
  const at = (id: string) => get(`${second.url}/v1/executions/${id}?waitMs=20000`)
  t.match((await at(sound.executionId)).body, { status: 'completed', output: { value: true } })
  t.equal((await decide(damaged)).status, 200)
  t.match((await at(damaged.executionId)).body, {
    status: 'stuck',
    error: { code: 'STORE_DAMAGED' },
  })
  t.equal((await get(`${second.url}/readyz`)).status, 200)
})

t.test('a damaged page of a long answer holds up its execution when that comes to it', async t => {
  const stateDir = stateFolder(t)
  const env = { LATCHD_STATE_DIR: stateDir, LATCHD_TOOLS: fixture('tools/long-answers.mjs') }
  const first = await testDaemon(t, env)
  // Longer than what is loaded with a journal.
  const source = `const { length } = long_answer(3_000_000); human_approval('Go on?'); length`
  const { body } = await post(`${first.url}/v1/execute`, { source })
  await first.close()
  const file = join(stateDir, 'latchd.db')
  const bytes = readFileSync(file)
  const inside = 'x'.repeat(PAGE_BYTES - 4)
  // A page of the text's own chain begins with the number of the next.
  let at = PAGE_BYTES
  while (bytes.toString('latin1', at + 4, at + PAGE_BYTES) !== inside) at += PAGE_BYTES
  const descriptor = openSync(file, 'r+')
  writeSync(descriptor, Buffer.alloc(4, 0xff), 0, 4, at)
  closeSync(descriptor)
  const { url } = await testDaemon(t, env)
  await post(`${url}/v1/approvals/${body.waitingFor[0].approvalId}`, { decision: 'approve' })
  const { body: found } = await get(`${url}/v1/executions/${body.executionId}?waitMs=20000`)
  t.match(found, { status: 'stuck', error: { code: 'STORE_DAMAGED' } })
})

t.test('what cannot be loaded is stuck, with what can be told of it', async t => {
  const stateDir = stateFolder(t)
  const store = await openSqliteStore({ stateDir, onLost: error => t.fail(error.message) })
  t.teardown(() => store.close())
  await store.submit({
    executionId: 'exe_1',
    owner: 'ann',
    state: 'queued',
    source: '1',
    plan: '{"tools":[]}',
    createdAtMs: 1,
    deadlineMs: 9,
  })
  t.match(await store.quarantine('exe_1', 1, 5), { createdAtMs: 1, event: { sequence: 1 } })
  t.match(await store.get('exe_1'), {
    execution: { status: 'stuck', error: { code: 'STORE_DAMAGED' } },
  })
  t.equal(await store.quarantine('exe_1', 1, 5), undefined)
  t.equal(await store.retry('exe_1'), true)
})
