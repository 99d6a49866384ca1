/** Connects to the PostgreSQL database of a store. */

import { LatchdError } from '../../../protocol/errors.ts'
import { Database } from './database.ts'
import { checkServer } from './safety.ts'

/** Connections of one daemon: two for batches of writes, and two for the rest. */
const MAX_CONNECTIONS = 4
const CONNECT_MS = 5000
/** None of our statements takes longer while the database is well. */
const STATEMENT_MS = 30_000
/** The type of 64-bit integers, which pg reads as texts by default: ours are safe integers. */
const INT8 = 20

/**
 * Connects to a database that keeps what it acknowledges.
 *
 * @param databaseUrl `postgres://…`
 * @throws {LatchdError} `CONFIG_INVALID`: pg is not installed, or the server cannot be trusted
 * @throws {LatchdError} `STORE_UNAVAILABLE`: it does not answer
 */
export async function connect(databaseUrl: string): Promise<Database> {
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
    return database
  } catch (error) {
    await database.close()
    throw openingError(error)
  }
}

/** Why a database could not be opened, as a user reads it. */
export function openingError(error: unknown): LatchdError {
  if (error instanceof LatchdError) return error
  const message = `Cannot open the database of LATCHD_DATABASE_URL: ${(error as Error).message}`
  return new LatchdError('CONFIG_INVALID', message, { cause: error })
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
