/** Opens the embedded store of a state folder. */

import type { FailpointPlan } from '../failpoints.ts'
import type { Store } from '../store.ts'
import { SqliteStore } from './sqlite-store.ts'
import { ThreadClient } from './thread-client.ts'

/** Options of {@link openSqliteStore}. */
export interface SqliteStoreOptions {
  /** The folder of the store's files; made, for its owner only, when it is not there. */
  readonly stateDir: string
  /**
   * Called once when the state on disk is unknown: a commit failed, or the store's thread ended.
   * Every operation under way has failed then, and later ones do. Only a new process may open the
   * folder again.
   */
  readonly onLost: (error: Error) => void
  /** The failures that a drill plans; absent outside of drills. */
  readonly failpoints?: FailpointPlan | undefined
}

/**
 * Opens the store of a folder, for this process alone.
 *
 * @throws {LatchdError} `STATE_IN_USE`: another daemon has it open
 * @throws {LatchdError} `STATE_TOO_NEW`: a newer version has written it
 * @throws {LatchdError} `INTERNAL`: it is damaged, or is not a store
 */
export async function openSqliteStore(options: SqliteStoreOptions): Promise<Store> {
  const { stateDir, onLost, failpoints } = options
  const client = new ThreadClient(stateDir, failpoints, onLost)
  await client.open()
  return new SqliteStore(client, stateDir)
}
