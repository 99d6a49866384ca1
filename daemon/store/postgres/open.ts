/** Opens the store of a PostgreSQL database, which other daemons may have open too. */

import { LatchdError } from '../../../protocol/errors.ts'
import type { DaemonFacts } from './daemons.ts'
import { Database } from './database.ts'
import { migrate } from './migrations.ts'
import { PostgresStore } from './postgres-store.ts'
import { checkServer } from './safety.ts'

/** Options of {@link openPostgresStore}. */
export interface PostgresStoreOptions extends DaemonFacts {
  /** The database: `postgres://…`. */
  readonly databaseUrl: string
  /** The clock of this machine; `Date.now` when absent. */
  readonly now?: () => number
}

/** Connections of one daemon: two for batches of writes, and two for the rest. */
const MAX_CONNECTIONS = 4
const CONNECT_MS = 5000
/** A statement that runs longer is no statement of ours that is well. */
const STATEMENT_MS = 30_000
/** The type of 64-bit integers, which pg reads as texts by default: ours are safe integers. */
const INT8 = 20

/**
 * Opens the store, and brings its tables to this version.
 *
 * @throws {LatchdError} `CONFIG_INVALID`: pg is not installed, or the server cannot be trusted
 * @throws {LatchdError} `STATE_TOO_NEW`: a newer version has written it
 * @throws {LatchdError} `STORE_UNAVAILABLE`: it does not answer
 */
export async function openPostgresStore(options: PostgresStoreOptions): Promise<PostgresStore> {
  const { databaseUrl, name, url, now } = options
  const pg = await loadPg()
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: MAX_CONNECTIONS,
    application_name: 'latchd',
    connectionTimeoutMillis: CONNECT_MS,
    statement_timeout: STATEMENT_MS,
    keepAlive: true,
    types: {
      getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
        oid === INT8
          ? Number
          : pg.types.getTypeParser(oid, format as 'text')) as typeof pg.types.getTypeParser,
    },
  })
  const database = new Database(pool)
  try {
    // Waits for a server that starts at the same time.
    await database.read(tx => tx.rows('SELECT 1'))
    await checkServer(pool)
    const identity = await database.transaction(migrate)
    const store = new PostgresStore(database, identity, { name, url }, now)
    await store.register()
    return store
  } catch (error) {
    await database.close()
    if (error instanceof LatchdError) throw error
    const message = `Cannot open the database of LATCHD_DATABASE_URL: ${(error as Error).message}`
    throw new LatchdError('CONFIG_INVALID', message, { cause: error })
  }
}

async function loadPg(): Promise<typeof import('pg')> {
  try {
    return (await import('pg')).default as unknown as typeof import('pg')
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'ERR_MODULE_NOT_FOUND') throw error
    const message =
      'Cannot use LATCHD_DATABASE_URL: the package pg is not installed: npm install pg'
    throw new LatchdError('CONFIG_INVALID', message, { cause: error })
  }
}
