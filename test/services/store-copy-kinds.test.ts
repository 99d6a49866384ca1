/**
 * A copy of a store with rows of every kind that is killed in each of its tables, and goes on. What is
 * there afterwards is read from both stores and compared, one by one.
 * `STORE_COPY_ROWS=10000` has so many of each kind.
 */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { openPostgresStore } from '../../daemon/store/postgres/open.ts'
import { openSqliteStore } from '../../daemon/store/sqlite/open.ts'
import type { Store } from '../../daemon/store/store.ts'
import { addEveryKind, type EveryKind } from '../support/every-kind.ts'
import { PostgresServer } from '../support/postgres.ts'
import { cleanEnv } from '../support/running-command.ts'
import { stateFolder } from '../support/state-folder.ts'

const COUNT = Number(process.env.STORE_COPY_ROWS ?? 40)
t.setTimeout(240_000 + 200 * COUNT)

const command = fileURLToPath(new URL('../../bin/latchd.mjs', import.meta.url))
const server = await new PostgresServer().start()
t.teardown(() => server.close())
const databaseUrl = await server.database('kinds')

/** Tables in which the copy is killed, in their order, and what none of them may be without. */
const tables = ['execution', 'program', 'ending', 'journal', 'event', 'wait', 'session'] as const
const laterTables = ['session_run', 'removed_key', 'file', 'webhook'] as const

const startCopy = (from: string) =>
  spawn(process.execPath, [command, 'store', 'copy', '--from', from, '--to', databaseUrl], {
    env: cleanEnv(),
    stdio: ['ignore', 'pipe', 'pipe'],
  })

/** What a store has of one thing after the other. */
async function* factsOf(store: Store, { executions, sessions, files, removedKeys }: EveryKind) {
  const all = { owner: undefined, status: undefined, after: undefined, limit: 10 }
  for (const id of executions) {
    const found = await store.get(id)
    // Of one that goes on the time that it has run is until now.
    const { usage: _, ...execution } = found?.execution ?? { usage: 0 }
    const { runtime: __, ...journal } = (await store.journal(id)) ?? {}
    const approvals = await store.approvals({ ...all, executionId: id })
    const facts = { owner: found?.owner, execution, journal, approvals }
    yield { id, ...facts, source: await store.source(id), events: await store.events(id, 0) }
  }
  for (const id of sessions) {
    const runs = await store.sessionRuns(id)
    const holder = await store.holdSession(id, 'another')
    yield { id, session: await store.session(id), snapshot: await store.snapshot(id), runs, holder }
  }
  for (const id of files) yield { id, file: await store.file(id) }
  for (const key of removedKeys) {
    const owner = `owner ${Number(key.slice(-8)) % 7}`
    yield { key, keyed: await store.keyed(owner, key) }
  }
  yield { webhooks: (await store.shares()).webhooks }
}

t.test('a copy that is killed in each table has every row in the end', async t => {
  const stateDir = stateFolder(t)
  const first = await openSqliteStore({ stateDir, onLost: error => t.fail(error.message) })
  await first.open({ nowMs: Date.now() })
  const added = await addEveryKind(first, COUNT)
  await first.close()

  await once(spawn(process.execPath, [command, 'store', 'migrate', '--to', databaseUrl]), 'exit')
  for (const table of [...tables, ...laterTables]) {
    await server.held('kinds', `LOCK TABLE ${table} IN EXCLUSIVE MODE`, async blocked => {
      const child = startCopy(stateDir)
      const ended = once(child, 'exit')
      await blocked()
      child.kill('SIGKILL')
      t.strictSame((await ended)[1], 'SIGKILL', `killed in ${table}`)
    })
  }
  const copying = startCopy(stateDir)
  let said = ''
  copying.stdout.on('data', part => {
    said += part
  })
  const beganMs = performance.now()
  t.strictSame(await once(copying, 'exit'), [0, null])
  const rows = [...said.matchAll(/^(\w+): (\d+) rows, the same$/gm)]
  t.strictSame(new Set(rows.map(([, name]) => name)), new Set([...tables, ...laterTables]))
  for (const [, name, count] of rows) t.ok(Number(count) >= COUNT, `${count} of ${name}`)
  t.comment(said, `the last part took ${Math.round(performance.now() - beganMs)} ms`)

  // As it was copied: what its last process owned is nobody's, in both.
  const copyOf = stateFolder(t)
  cpSync(stateDir, copyOf, { recursive: true })
  const here = await openSqliteStore({ stateDir: copyOf, onLost: error => t.fail(error.message) })
  const there = await openPostgresStore({ databaseUrl, name: 'reading', url: undefined })
  t.teardown(() => Promise.all([here.close(), there.close()]))
  const others = factsOf(there, added)
  let compared = 0
  for await (const facts of factsOf(here, added)) {
    const other = (await others.next()).value
    if (!t.strictSame(other, facts)) return
    compared++
  }
  t.strictSame(await there.verify(), [])
  t.comment(`${compared} compared`)
})
