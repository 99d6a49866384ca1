/** Versions of a store: none is changed after the fact, and what an older one has kept is there. */

import { hash } from 'node:crypto'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import t from 'tap'
import { openSqliteStore } from '../../daemon/store/sqlite/open.ts'
import { SCHEMA_1 } from '../../daemon/store/sqlite/schema.ts'
import { SCHEMA_2 } from '../../daemon/store/sqlite/schema-2.ts'
import { SCHEMA_3 } from '../../daemon/store/sqlite/schema-3.ts'
import { SCHEMA_4 } from '../../daemon/store/sqlite/schema-4.ts'
import { stateFolder } from '../support/state-folder.ts'

/** Stores of these versions exist: whoever wants other tables adds a version. */
const pinned = {
  1: [SCHEMA_1, '8cf9d3983ff187de'],
  2: [SCHEMA_2, 'dd8971843f55fc8f'],
  3: [SCHEMA_3, '8a93b26a6b3d2cbf'],
  4: [SCHEMA_4, '9d0bd33bb454d0cf'],
} as const

for (const [version, [sql, pin]] of Object.entries(pinned)) {
  t.test(`the tables of version ${version} are what they were`, t => {
    t.equal(hash('sha256', sql).slice(0, 16), pin)
    t.end()
  })
}

t.test('a store of version 1 keeps its messages to webhooks', async t => {
  const stateDir = stateFolder(t)
  const database = new DatabaseSync(join(stateDir, 'latchd.db'))
  database.exec(SCHEMA_1)
  database.exec(`PRAGMA application_id = ${0x6c746368}`)
  database.exec(`INSERT INTO meta VALUES ('store_id', 'id'), ('schema_version', '1')`)
  database.exec(`INSERT INTO execution (execution_id, owner, state, epoch, created_ms, deadline_ms)
    VALUES ('e1', 'ann', 'waiting', 1, 5, 99)`)
  database.exec(`INSERT INTO webhook VALUES ('m1', 1, 'https://a.test:8/hook?x=/1', '{}', 6, 2, 7)`)
  database.close()
  const store = await openSqliteStore({ stateDir, onLost: error => t.fail(error.message) })
  t.teardown(() => store.close())
  const message = {
    messageId: 'm1',
    executionId: 'e1',
    owner: 'ann',
    url: 'https://a.test:8/hook?x=/1',
    body: '{}',
    createdAtMs: 6,
    attempts: 2,
  }
  t.strictSame(await store.leaseWebhooks(7, 10), [message])
  const busy = { receivers: ['ann https://a.test:8'], owners: [] }
  t.strictSame(await store.leaseWebhooks(7, 10, busy), [])
})
