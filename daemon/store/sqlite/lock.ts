/** One daemon per state folder: the lock that the death of its process releases. */

import { DatabaseSync } from 'node:sqlite'
import { LatchdError } from '../../../protocol/errors.ts'
import { primaryCode, SQLITE } from './sqlite-errors.ts'

/**
 * Holds the folder until `close`, by an open transaction on a database of its own, so that readers
 * of the store's database are free. Nothing else in this process may open the file: closing it
 * would release the lock (https://www.sqlite.org/howtocorrupt.html, 2.2).
 *
 * @throws {LatchdError} `STATE_IN_USE`
 */
export function lockFolder(stateDir: string, file: string): { close(): void } {
  const database = new DatabaseSync(file, { timeout: 0 })
  try {
    database.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    database.close()
    if (primaryCode(error) !== SQLITE.BUSY) {
      throw new LatchdError('INTERNAL', `Cannot lock ${file}: ${(error as Error).message}`, {
        cause: error,
      })
    }
    throw new LatchdError('STATE_IN_USE', `Cannot use ${stateDir}: another daemon uses it`)
  }
  return database
}
