/** `latchd store copy`: from one daemon's file to a database, with everything that is in it. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { openSqliteStore } from '../../daemon/store/sqlite/open.ts'
import { addEnded } from '../conformance/store-samples.ts'
import { startHere } from '../support/command-here.ts'
import { fixture, get, post, testDaemon } from '../support/daemon.ts'
import { PostgresServer } from '../support/postgres.ts'
import { cleanEnv } from '../support/running-command.ts'
import { sharedDaemon } from '../support/shared-daemons.ts'
import { stateFolder } from '../support/state-folder.ts'

t.setTimeout(240_000)

const command = fileURLToPath(new URL('../../bin/latchd.mjs', import.meta.url))
const server = await new PostgresServer().start()
t.teardown(() => server.close())

/** Executions that are there for their number, so that a copy takes many batches. */
const MANY = Number(process.env.STORE_COPY_EXECUTIONS ?? 1200)
const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`

/** A receiver that refuses what it gets until it is told otherwise. */
async function receiver(t: Test) {
  const messages: string[] = []
  let takes = false
  const http = createServer(async (request, response) => {
    let body = ''
    for await (const part of request) body += part
    if (takes) messages.push(body)
    response.writeHead(takes ? 200 : 500).end()
    http.emit('told')
  }).listen(0, '127.0.0.1')
  await once(http, 'listening')
  t.teardown(() => {
    http.closeAllConnections()
    http.close()
  })
  const { port } = http.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/hook`,
    told: () => once(http, 'told'),
    take: () => {
      takes = true
    },
    messages,
  }
}

const env = {
  LATCHD_TOOLS: fixture('tools/ledger-tools.ts'),
  LATCHD_WEBHOOK_SECRET: SECRET,
}

/** A folder with rows of every kind, and what a caller knows of them. */
async function filled(
  t: Test,
  stateDir: string,
  webhookUrl: string,
  refused: () => Promise<unknown>,
) {
  // Of the process: the tools of a test's daemon are in it.
  process.env.LEDGER = '/dev/null'
  const { url, close } = await testDaemon(t, {
    ...env,
    LATCHD_STATE_DIR: stateDir,
    LEDGER: '/dev/null',
  })
  const run = async (source: string, more: object = {}, headers = {}) => {
    const { status, body } = await post(`${url}/v1/executions`, { source, ...more }, headers)
    t.equal(status, 202, JSON.stringify(body))
    return (await get(`${url}/v1/executions/${body.executionId}?waitMs=30000`)).body
  }
  const exact = `pay({ to: 'a\\u0000b\\ud800' }); ['a\\u0000b\\ud800', 'x'.repeat(100_000)]`
  const completed = await run(exact, { metadata: { of: 'ann' } }, { 'idempotency-key': 'k1' })
  const failed = await run('throw new TypeError("no")')
  const removed = await run('1', {}, { 'idempotency-key': 'k2' })
  await fetch(`${url}/v1/executions/${removed.executionId}`, { method: 'DELETE' })
  const waiting = await run('pay({ to: "x" }); human_approval("Go on?").approved')
  const { sessionId } = (await post(`${url}/v1/sessions`, {})).body
  await run('globalThis.count = 41; 0', { sessionId })
  const inSession = await run('human_approval("Count?"); count += 1; count', { sessionId })
  const sent = await fetch(`${url}/v1/files?name=a.txt`, {
    method: 'POST',
    headers: { 'content-type': 'text/plain' },
    body: 'a file',
  })
  const { fileId } = (await sent.json()) as { fileId: string }
  const link = (await post(`${url}/v1/files/${fileId}/link`, {})).body.url as string
  const emitted = await run(`emit(new File(['given', ' out'], 'out.txt')); 1`)
  const isRefused = refused()
  const told = await run('"told"', { webhook: { url: webhookUrl } })
  await isRefused
  await close()
  const store = await openSqliteStore({ stateDir, onLost: error => t.fail(error.message) })
  await store.open({ nowMs: Date.now() })
  await addEnded(store, MANY)
  await store.close()
  const executions = { completed, failed, removed, waiting, inSession, emitted, told }
  return { ...executions, sessionId, fileId, link: new URL(link) }
}

/** Copies in this process. */
async function copy(t: Test, from: string, to: string) {
  return await startHere(t, ['store', 'copy', '--from', from, '--to', to]).ended
}

t.test('a folder with rows of every kind is copied, also when the copy is killed', async t => {
  const stateDir = stateFolder(t)
  const hook = await receiver(t)
  const had = await filled(t, stateDir, hook.url, hook.told)
  const databaseUrl = await server.database('moved')
  // The tables are there first, so that one of them can be held.
  const migrated = await startHere(t, ['store', 'migrate', '--to', databaseUrl]).ended
  t.match(migrated, {
    code: 0,
    stdout: /^store [0-9a-f-]{36}: its tables were made, of version \d+\n$/,
  })
  const again = await startHere(t, ['store', 'migrate', '--to', databaseUrl]).ended
  t.match(again, { code: 0, stdout: /already; nothing was done/ })

  await server.held('moved', 'LOCK TABLE session IN EXCLUSIVE MODE', async blocked => {
    const child = spawn(
      process.execPath,
      [command, 'store', 'copy', '--from', stateDir, '--to', databaseUrl],
      { env: cleanEnv(), stdio: 'ignore' },
    )
    const ended = once(child, 'exit')
    await blocked()
    child.kill('SIGKILL')
    await ended
  })
  const { rows } = await server.query(
    `SELECT value::json -> 'table' AS at FROM meta WHERE name = 'copy'`,
    'moved',
  )
  t.ok(rows[0].at > 0, 'it was killed in between')
  t.equal((await server.query('SELECT count(*)::int AS n FROM session', 'moved')).rows[0].n, 0)
  await t.rejects(sharedDaemon(t, 'early', databaseUrl), /the copy of .* has not been finished/)

  const other = stateFolder(t)
  await testDaemon(t, { LATCHD_STATE_DIR: other })
  t.match(await copy(t, other, databaseUrl), { code: 2, stderr: /another daemon uses it/ })

  const copied = await copy(t, stateDir, databaseUrl)
  t.match(copied, { code: 0, stderr: '' })
  for (const table of ['program', 'ending', 'journal', 'event', 'wait', 'session', 'session_run']) {
    t.match(copied.stdout, new RegExp(`^${table}: [1-9]\\d* rows, the same$`, 'm'))
  }
  for (const table of ['execution', 'removed_key', 'file', 'webhook']) {
    t.match(copied.stdout, new RegExp(`^${table}: [1-9]\\d* rows, the same$`, 'm'))
  }
  t.match(copied.stdout, /^contents of files: 2$/m)
  t.match(await copy(t, stateDir, databaseUrl), { code: 0, stdout: /nothing was done/ })

  // On an empty folder: nothing of the old one is needed.
  hook.take()
  const ledger = join(stateFolder(t), 'ledger')
  const { url } = await sharedDaemon(t, 'moved', databaseUrl, { ...env, LEDGER: ledger })
  const read = async (id: string, waitMs = 0) =>
    (await get(`${url}/v1/executions/${id}?waitMs=${waitMs}`)).body
  for (const name of ['completed', 'failed', 'emitted', 'told', 'waiting', 'inSession'] as const) {
    const { usage: _, ...facts } = had[name]
    t.match(await read(had[name].executionId), facts, name)
  }
  const byKey = (key: string, source: string, more = {}) =>
    post(`${url}/v1/executions`, { source, ...more }, { 'idempotency-key': key })
  t.equal((await byKey('k2', '1')).status, 410, 'the key of what was removed is kept')
  for (const one of [had.waiting, had.inSession]) {
    const busy = { source: 'count', sessionId: had.sessionId }
    if (one === had.inSession)
      t.equal((await post(`${url}/v1/execute`, busy)).body.code, 'SESSION_BUSY')
    const { approvalId } = one.waitingFor[0]
    await post(`${url}/v1/approvals/${approvalId}`, { decision: 'approve' })
  }
  t.match(await read(had.waiting.executionId, 30_000), {
    status: 'completed',
    output: { value: true },
  })
  t.match(await read(had.inSession.executionId, 30_000), {
    status: 'completed',
    output: { value: 42 },
  })
  const { body } = await post(`${url}/v1/execute`, { source: 'count', sessionId: had.sessionId })
  t.match(body, { output: { value: 42 } })
  t.equal(await (await fetch(`${url}/v1/files/${had.fileId}`)).text(), 'a file')
  t.equal(await (await fetch(`${url}${had.link.pathname}${had.link.search}`)).text(), 'a file')
  const [out] = had.emitted.files
  t.equal(await (await fetch(`${url}/v1/files/${out.fileId}`)).text(), 'given out')
  while (hook.messages.length === 0) await hook.told()
  t.match(JSON.parse(hook.messages[0] as string), {
    execution: { executionId: had.told.executionId },
  })
})

t.test(
  'a copy is refused into a database with other work, and of a folder that is held',
  async t => {
    const [one, two] = [stateFolder(t), stateFolder(t)]
    for (const stateDir of [one, two]) {
      const daemon = await testDaemon(t, { LATCHD_STATE_DIR: stateDir })
      await post(`${daemon.url}/v1/execute`, { source: '1', durable: true })
      await daemon.close()
    }
    const databaseUrl = await server.database('taken')
    t.match(await copy(t, one, databaseUrl), { code: 0 })
    t.match(await copy(t, two, databaseUrl), { code: 2, stderr: /a copy of .* is in it/ })
    await server.query(`DELETE FROM meta WHERE name = 'copy'`, 'taken')
    t.match(await copy(t, two, databaseUrl), {
      code: 2,
      stderr: /rows of its own in the table execution/,
    })
    t.match(await copy(t, stateFolder(t), databaseUrl), { code: 2, stderr: /there is none/ })
    t.match(await startHere(t, ['store', 'copy', '--from', one]).ended, {
      code: 2,
      stderr: /--to URL/,
    })
  },
)

t.test('a folder that has changed since its copy began is found out', async t => {
  const stateDir = stateFolder(t)
  const daemon = await testDaemon(t, { LATCHD_STATE_DIR: stateDir })
  await post(`${daemon.url}/v1/execute`, { source: '1', durable: true })
  await daemon.close()
  const databaseUrl = await server.database('changed')
  t.match(await copy(t, stateDir, databaseUrl), { code: 0 })
  await server.query(
    `UPDATE meta SET value = replace(value, '"isFinished":true', '"isFinished":false')
      WHERE name = 'copy'`,
    'changed',
  )
  await server.query(`UPDATE execution SET owner = 'other'`, 'changed')
  t.match(await copy(t, stateDir, databaseUrl), {
    code: 2,
    stderr: /table execution is not that of/,
  })
})
