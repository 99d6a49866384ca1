/** Opens the store of a PostgreSQL database, which other daemons may have open too. */

import { LatchdError } from '../../../protocol/errors.ts'
import { connect, openingError } from './connect.ts'
import { unfinishedCopy } from './copy-state.ts'
import type { DaemonFacts } from './daemons.ts'
import { migrate } from './migrations.ts'
import { PostgresStore } from './postgres-store.ts'

/** Options of {@link openPostgresStore}. */
export interface PostgresStoreOptions extends DaemonFacts {
  /** The database: `postgres://…`. */
  readonly databaseUrl: string
  /** A clock of this machine, best one that cannot be set; `Date.now` when absent. */
  readonly now?: () => number
}

/**
 * Opens the store, and brings its tables to this version.
 *
 * @throws {LatchdError} `CONFIG_INVALID`: pg is not installed, the server cannot be trusted, or a
 *   store is being copied into it
 * @throws {LatchdError} `STATE_TOO_NEW`: a newer version has written it
 * @throws {LatchdError} `STORE_UNAVAILABLE`: it does not answer
 */
export async function openPostgresStore(options: PostgresStoreOptions): Promise<PostgresStore> {
  const { databaseUrl, name, url, version, now } = options
  const database = await connect(databaseUrl)
  try {
    const identity = await database.transaction(async tx => {
      const migrated = await migrate(tx)
      const copy = await unfinishedCopy(tx)
      if (copy === undefined) return migrated
      const message = `Cannot open the database: the copy of ${copy.from} into it has not been finished; run latchd store copy again`
      throw new LatchdError('CONFIG_INVALID', message)
    })
    const { storeId, schemaVersion } = identity
    const store = new PostgresStore(
      database,
      { storeId, schemaVersion },
      { name, url, ...(version !== undefined && { version }) },
      now,
    )
    await store.register()
    return store
  } catch (error) {
    await database.close()
    throw openingError(error)
  }
}
