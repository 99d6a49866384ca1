/** The embedded store that is copied: held for this process alone, and without owners. */

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { LatchdError } from '../../../protocol/errors.ts'
import { readIfThere } from '../../base/read-if-there.ts'
import { type Connection, openForWriting } from '../sqlite/connection.ts'
import { DATABASE_FILE, LOCK_FILE } from '../sqlite/files.ts'
import { lockFolder } from '../sqlite/lock.ts'
import { migrate } from '../sqlite/migrations.ts'
import { Recoveries } from '../sqlite/recovery.ts'
import { problemsOf } from '../sqlite/verification.ts'
import { Webhooks } from '../sqlite/webhooks.ts'

/** Names of files in a state folder that the store's rows do not have. */
const RUNNING_FILE = 'running'

/** An embedded store that no other process uses. */
export interface CopySource {
  readonly storeId: string
  readonly stateDir: string
  readonly connection: Connection
  close(): void
}

/**
 * Opens the store of a folder as a daemon would: at this program's version, and with what an earlier
 * process owned given up.
 *
 * @param nowMs epoch milliseconds
 * @throws {LatchdError} `STATE_IN_USE`: a daemon uses it; `STATE_TOO_NEW`; `NOT_FOUND`: there is none;
 *   `STORE_DAMAGED`: it is not sound
 */
export function openSource(stateDir: string, nowMs: number): CopySource {
  const file = join(stateDir, DATABASE_FILE)
  if (!existsSync(file)) {
    throw new LatchdError('NOT_FOUND', `Cannot copy the store ${file}: there is none`)
  }
  const lock = lockFolder(stateDir, join(stateDir, LOCK_FILE))
  try {
    const connection = openForWriting(file)
    try {
      const { storeId } = migrate(connection, file)
      const [problem] = problemsOf(connection)
      if (problem !== undefined) {
        const message = `Cannot copy the store ${file}: ${problem}; see latchd store verify`
        throw new LatchdError('STORE_DAMAGED', message)
      }
      giveUp(connection, stateDir, nowMs)
      const close = () => {
        connection.close()
        lock.close()
      }
      return { storeId, stateDir, connection, close }
    } catch (error) {
      connection.close()
      throw error
    }
  } catch (error) {
    lock.close()
    throw error
  }
}

/** Executions of the folder's last daemon have no owner, as after its restart. */
function giveUp(connection: Connection, stateDir: string, nowMs: number): void {
  const ran = readIfThere(join(stateDir, RUNNING_FILE))?.split('\n').filter(Boolean)
  connection.database.exec('BEGIN IMMEDIATE')
  try {
    new Recoveries(connection, new Webhooks(connection)).open({ nowMs, ran })
    connection.database.exec('COMMIT')
  } catch (error) {
    connection.database.exec('ROLLBACK')
    throw error
  }
}
