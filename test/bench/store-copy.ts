/** How long `latchd store copy` takes: `node test/bench/store-copy.ts [ROWS]`, so many of every kind. */

import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { copyStore } from '../../daemon/store/copy/copy-store.ts'
import { openSource } from '../../daemon/store/copy/source.ts'
import { connect } from '../../daemon/store/postgres/connect.ts'
import { openSqliteStore } from '../../daemon/store/sqlite/open.ts'
import { addEveryKind, standings } from '../support/every-kind.ts'
import { PostgresServer } from '../support/postgres.ts'

const count = Number(process.argv[2] ?? 10_000)
const stateDir = mkdtempSync(join(tmpdir(), 'latchd-copy-'))
const server = await new PostgresServer().start()
try {
  const onLost = (error: Error) => {
    throw error
  }
  const store = await openSqliteStore({ stateDir, onLost })
  await store.open({ nowMs: Date.now() })
  await addEveryKind(store, count)
  await store.close()
  const bytes = statSync(join(stateDir, 'latchd.db')).size
  const beganMs = performance.now()
  const source = openSource(stateDir, Date.now())
  const openedMs = performance.now()
  const database = await connect(server.url())
  let copiedMs = 0
  const contents = async () => {
    copiedMs = performance.now()
  }
  let rows = 0
  const onTable = (_: string, of: number) => {
    rows += of
  }
  await copyStore(source, database, new Map(), contents, { onTable })
  const endedMs = performance.now()
  await database.close()
  source.close()
  console.table({
    'of every kind': count,
    executions: count * standings.length,
    rows,
    'rows a second, copied': Math.round((1000 * rows) / (copiedMs - openedMs)),
    'bytes of the file': bytes,
    'opened and checked, ms': Math.round(openedMs - beganMs),
    'copied, ms': Math.round(copiedMs - openedMs),
    'compared, ms': Math.round(endedMs - copiedMs),
  })
} finally {
  rmSync(stateDir, { recursive: true })
  await server.close()
}
