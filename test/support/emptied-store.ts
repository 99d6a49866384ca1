/** One SQLite store for many tests that each want an empty one: opening one takes longer than such a test. */

import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Test } from 'tap'
import { DATABASE_FILE } from '../../daemon/store/sqlite/files.ts'
import { openSqliteStore } from '../../daemon/store/sqlite/open.ts'
import type { Store } from '../../daemon/store/store.ts'
import { testFolder } from './test-folder.ts'

/** What a new store has in its table `meta`. */
const OF_A_NEW_STORE = `'store_id', 'schema_version'`

/** Opens a store that is closed when `t` ends; the function that it gives empties it and gives it. */
export async function emptiedStore(t: Test): Promise<() => Promise<Store>> {
  const stateDir = testFolder(t)
  const onLost = (error: Error) => t.fail('the store was lost', { error })
  const store = await openSqliteStore({ stateDir, onLost })
  const database = new DatabaseSync(join(stateDir, DATABASE_FILE), { timeout: 5000 })
  t.teardown(async () => {
    database.close()
    await store.close()
  })
  const held: (readonly [sessionId: string, executionId: string])[] = []
  const hold = store.holdSession
  Object.assign(store, {
    holdSession(sessionId: string, executionId: string) {
      held.push([sessionId, executionId])
      return hold(sessionId, executionId)
    },
  })
  const inSessions = database.prepare(
    'SELECT session_id, execution_id FROM execution WHERE session_id IS NOT NULL',
  )
  const messages = database.prepare('SELECT message_id FROM webhook')
  const empty = emptying(database)
  return async () => {
    // The store has in memory which execution holds a session, which asked for it or was claimed.
    for (const row of inSessions.all())
      held.push([String(row.session_id), String(row.execution_id)])
    await Promise.all(held.splice(0).map(pair => store.releaseSession(...pair)))
    // And which messages are leased.
    await store.releaseWebhooks(messages.all().map(({ message_id }) => String(message_id)))
    database.exec(empty)
    return store
  }
}

/** Statements that remove every row, but for what a new store has. */
function emptying(database: DatabaseSync): string {
  const tables = database.prepare(`SELECT name FROM sqlite_schema WHERE type = 'table'`).all()
  const others = tables.map(({ name }) => String(name)).filter(name => name !== 'meta')
  const deletes = others.map(name => `DELETE FROM "${name}";`)
  // Rows refer to rows of tables that are emptied after theirs.
  return `PRAGMA foreign_keys = OFF; BEGIN; ${deletes.join(' ')}
    DELETE FROM meta WHERE name NOT IN (${OF_A_NEW_STORE}); COMMIT`
}
