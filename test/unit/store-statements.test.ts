/** Statements of the store in SQLite. */

import { join } from 'node:path'
import { constants } from 'node:sqlite'
import t, { type Test } from 'tap'
import { openForWriting } from '../../daemon/store/sqlite/connection.ts'
import { migrate } from '../../daemon/store/sqlite/migrations.ts'
import { type OperationTable, operationsOn } from '../../daemon/store/sqlite/operations.ts'
import { shrinkHeap } from '../../executor/worker/garbage.ts'
import {
  approval,
  CREATED_MS,
  completed,
  delivery,
  intent,
  logged,
  parking,
  started,
  submission,
} from '../conformance/store-samples.ts'
import { testFolder } from '../support/test-folder.ts'

const NOW_MS = CREATED_MS + 1000
/** Beyond what glibc ever keeps of a block that was freed. */
const LARGE_BYTES = 64 * 1024 ** 2

function openDatabase(t: Test) {
  const file = join(testFolder(t), 'latchd.db')
  const connection = openForWriting(file)
  t.teardown(() => connection.close())
  return { file, connection }
}

t.test('a statement is compiled once, whatever it is given', async t => {
  const { file, connection } = openDatabase(t)
  const identity = migrate(connection, file)
  const store = operationsOn(connection, identity, { commits: 0 }, () => NOW_MS)
  // SQLite asks it while it compiles a statement, for the first time or again.
  let asked = 0
  connection.database.setAuthorizer(() => {
    asked++
    return constants.SQLITE_OK
  })
  liveOf(store, 'e1')
  t.ok(asked > 0, 'a new statement is compiled')
  asked = 0
  liveOf(store, 'e2')
  t.equal(asked, 0)
})

t.test('values of statements are given back with them', async t => {
  const { connection } = openDatabase(t)
  connection.database.exec('CREATE TABLE large (bytes BLOB)')
  const residentMB = () => {
    shrinkHeap()
    return process.memoryUsage().rss / 1024 ** 2
  }
  const before = residentMB()
  // More than SQLite takes from the allocator's kept memory.
  connection.run('INSERT INTO large VALUES (?)', new Uint8Array(LARGE_BYTES).fill(7))
  const kept = residentMB() - before
  connection.shrink()
  const left = residentMB() - before
  t.ok(kept - left > LARGE_BYTES / 1024 ** 2 / 2, `${kept} MB before, ${left} MB after it`)
  t.equal(connection.get<{ n: number }>('SELECT count(*) AS n FROM large')?.n, 1)
})

/** All that happens in the store to an execution that calls, asks, waits and ends. */
function liveOf(store: OperationTable, id: string): void {
  store.submit(submission(id), 'run')
  store.append(id, 1, { events: [started(id)], records: [intent(1)] })
  const asked = approval(id, `apr_${id}`)
  store.park(id, 1, parking({ records: [delivery(1)], approvals: [asked] }))
  store.events(id, 0)
  store.get(id)
  store.decide(`apr_${id}`, { status: 'approved', decidedAtMs: NOW_MS }, NOW_MS)
  store.claimOne(id, NOW_MS)
  store.journal(id)
  store.claim({ nowMs: NOW_MS, max: 1, after: '' })
  store.finish(id, 2, completed(id, { events: [logged(id, 2, 'sent')] }))
}
