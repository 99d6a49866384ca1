/** Sweeps, backs up and verifies the store of a folder that no daemon uses: `upkeep.ts FOLDER`. */

import { join } from 'node:path'
import { readFailpoints } from '../../daemon/store/failpoints.ts'
import { openSqliteStore } from '../../daemon/store/sqlite/open.ts'

const stateDir = process.argv[2] as string
const store = await openSqliteStore({
  stateDir,
  onLost: error => {
    throw error
  },
  failpoints: readFailpoints(process.env),
})
// Nothing is old enough to be forgotten.
await store.sweep({ endedBeforeMs: 0, usedBeforeMs: 0, maxBytes: undefined })
await store.backup(join(stateDir, '..', `backup-${process.pid}.db`))
await store.verify()
await store.close()
