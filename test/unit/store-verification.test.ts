/** Each invariant of a store is found broken when it is. */

import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import t from 'tap'
import { openSqliteStore } from '../../daemon/store/sqlite/open.ts'
import { verifyFile } from '../../daemon/store/sqlite/upkeep.ts'
import {
  approval,
  CREATED_MS,
  completed,
  delivery,
  logged,
  parking,
  started,
  submission,
} from '../conformance/store-samples.ts'
import { testFolder } from '../support/test-folder.ts'

const damages: readonly { readonly sql: string; readonly problem: RegExp }[] = [
  { sql: `DELETE FROM journal WHERE position = 1`, problem: /execution e1: positions/ },
  { sql: `DELETE FROM event WHERE first = 1`, problem: /execution e1: sequence numbers/ },
  { sql: `DELETE FROM ending`, problem: /execution e2: .*its outcome is not there/ },
  { sql: `INSERT INTO ending VALUES (1, '{}')`, problem: /execution e1: goes on, and has an/ },
  { sql: `UPDATE execution SET ended_ms = 1 WHERE id = 1`, problem: /execution e1: when it ended/ },
  {
    sql: `UPDATE execution SET wake_ms = NULL`,
    problem: /execution e1: waits, and has no instant/,
  },
  { sql: `UPDATE execution SET epoch = 0 WHERE id = 1`, problem: /execution e1: .* never was/ },
  { sql: `UPDATE wait SET is_ready = 0`, problem: /execution e1: a decision is kept as told/ },
  { sql: `DELETE FROM program WHERE execution = 1`, problem: /execution e1: its program/ },
  { sql: `DELETE FROM execution WHERE id = 1`, problem: /refers to a row of execution/ },
  { sql: `UPDATE blob SET uses = 5 WHERE id = 1`, problem: /blob 1 is used 1 times, counted as 5/ },
  { sql: `DELETE FROM blob WHERE id = 1`, problem: /blob 1 is referred to, and is not there/ },
  { sql: `UPDATE blob SET body = 'x' WHERE id = 1`, problem: /blob 1 does not match its hash/ },
]

for (const { sql, problem } of damages) {
  t.test(`verify finds: ${sql}`, async t => {
    const stateDir = testFolder(t)
    const store = await openSqliteStore({ stateDir, onLost: error => t.fail(error.message) })
    t.teardown(() => store.close())
    await store.submit(submission('e1', { events: [started('e1')] }))
    await store.append('e1', 1, {
      records: [delivery(2, 1), delivery(3, 2)],
      events: [logged('e1', 2, 'x')],
      approvals: [approval('e1', 'a1')],
    })
    await store.park('e1', 1, parking())
    await store.decide('a1', { status: 'approved', decidedAtMs: CREATED_MS })
    await store.submit(submission('e2'))
    await store.finish('e2', 1, completed('e2'))
    t.strictSame(await store.verify(), [])
    await store.close()
    const file = join(stateDir, 'latchd.db')
    const database = new DatabaseSync(file, { enableForeignKeyConstraints: false })
    database.exec(sql)
    database.close()
    t.match(verifyFile(file).join('\n'), problem)
  })
}

t.test('a record of a journal cannot be changed', async t => {
  const stateDir = testFolder(t)
  const store = await openSqliteStore({ stateDir, onLost: error => t.fail(error.message) })
  await store.submit(submission('e1', { records: [delivery(1)] }))
  await store.close()
  const database = new DatabaseSync(join(stateDir, 'latchd.db'))
  t.teardown(() => database.close())
  t.throws(() => database.exec(`UPDATE journal SET text = 'other'`), {
    message: 'a journal record never changes',
  })
})
