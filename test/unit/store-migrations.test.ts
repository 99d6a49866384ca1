/** Versions of a store: none is changed after the fact, and what an older one has kept is there. */

import { hash } from 'node:crypto'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import t from 'tap'
import { schemas as postgres } from '../../daemon/store/postgres/migrations.ts'
import { schemas as sqlite } from '../../daemon/store/sqlite/migrations.ts'
import { openSqliteStore } from '../../daemon/store/sqlite/open.ts'
import { SCHEMA_1 } from '../../daemon/store/sqlite/schema.ts'
import { stateFolder } from '../support/state-folder.ts'

/** By store, from version 1: such stores exist, and whoever wants other tables adds a version. */
const pinned = {
  sqlite: [
    '8cf9d3983ff187de',
    'dd8971843f55fc8f',
    '8a93b26a6b3d2cbf',
    '9d0bd33bb454d0cf',
    '3318b33f56a45075',
    'd659518e4406adde',
    '8e712a63ca8762f7',
    '822a115ab8567d7c',
  ],
  postgres: [
    '6e8dc976fb3ff534',
    '3dc87b046aef1275',
    '1a71ad5ea83382a1',
    '56f1c80bb9d8e695',
    '9dc4dda7a8750700',
  ],
}

t.test('the tables of each version are what they were', t => {
  const pins = (schemas: readonly string[]) => schemas.map(sql => hash('sha256', sql).slice(0, 16))
  t.strictSame({ sqlite: pins(sqlite), postgres: pins(postgres) }, pinned)
  t.end()
})

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
