/** Brings a database to the version of the tables that this program knows. */

import { randomUUID } from 'node:crypto'
import { LatchdError } from '../../../protocol/errors.ts'
import type { Connection } from './connection.ts'
import { SCHEMA_1 } from './schema.ts'
import { SCHEMA_2 } from './schema-2.ts'
import { SCHEMA_3 } from './schema-3.ts'
import { SCHEMA_4 } from './schema-4.ts'
import { SCHEMA_5 } from './schema-5.ts'
import { SCHEMA_6 } from './schema-6.ts'
import { SCHEMA_7 } from './schema-7.ts'
import { SCHEMA_8 } from './schema-8.ts'

/** "ltch": distinguishes a store from other databases. */
const APPLICATION_ID = 0x6c746368

/** One step each; the number of the steps that were taken is the version. A test pins each. */
export const schemas: readonly string[] = [
  SCHEMA_1,
  SCHEMA_2,
  SCHEMA_3,
  SCHEMA_4,
  SCHEMA_5,
  SCHEMA_6,
  SCHEMA_7,
  SCHEMA_8,
]

/** The version of the tables that this program writes. */
export const SCHEMA_VERSION = schemas.length

/** The identity of a store. */
export interface StoreIdentity {
  readonly storeId: string
  readonly schemaVersion: number
}

/**
 * Brings a database forward, each step in a transaction of its own.
 *
 * @throws {LatchdError} `STATE_TOO_NEW`
 * @throws {Error} it is a database of something else
 */
export function migrate(connection: Connection, file: string): StoreIdentity {
  const { database } = connection
  for (let version = versionOf(connection, file); version < SCHEMA_VERSION; version++) {
    database.exec('BEGIN IMMEDIATE')
    try {
      database.exec(schemas[version] as string)
      if (version === 0) identify(connection)
      database
        .prepare(`UPDATE meta SET value = ? WHERE name = 'schema_version'`)
        .run(String(version + 1))
      database.exec('COMMIT')
    } catch (error) {
      if (database.isTransaction) database.exec('ROLLBACK')
      throw error
    }
  }
  return identityOf(connection)
}

/** Writes into an empty database what it is. */
function identify({ database }: Connection): void {
  database.exec(`PRAGMA application_id = ${APPLICATION_ID}`)
  const insert = database.prepare('INSERT INTO meta (name, value) VALUES (?, ?)')
  insert.run('store_id', randomUUID())
  insert.run('schema_version', '0')
}

/** The store's id and version. */
export function identityOf(connection: Connection): StoreIdentity {
  return {
    storeId: meta(connection, 'store_id') ?? '',
    schemaVersion: Number(meta(connection, 'schema_version')),
  }
}

/**
 * The version of a database; 0 when it is empty.
 *
 * @throws {LatchdError} `STATE_TOO_NEW`
 * @throws {Error} it is a database of something else
 */
function versionOf(connection: Connection, file: string): number {
  const tables = connection.get<{ count: number }>('SELECT count(*) AS count FROM sqlite_schema')
  if (tables?.count === 0) return 0
  if (connection.pragma('application_id') !== APPLICATION_ID) {
    throw new LatchdError('INTERNAL', `Cannot open the store ${file}: it is of another program`)
  }
  const version = Number(meta(connection, 'schema_version'))
  if (version > SCHEMA_VERSION) {
    throw new LatchdError(
      'STATE_TOO_NEW',
      `Cannot open the store ${file}: its version is ${version}, this program knows up to ${SCHEMA_VERSION}`,
    )
  }
  return version
}

/**
 * Refuses a database that is no store of this program.
 *
 * @throws {LatchdError} `STATE_TOO_NEW`, `INTERNAL`
 */
export function requireStore(connection: Connection, file: string): void {
  if (versionOf(connection, file) > 0) return
  throw new LatchdError('INTERNAL', `Cannot open the store ${file}: it is empty`)
}

/** A value of a store's own, by name. */
export function meta(connection: Connection, name: string): string | undefined {
  return connection.get<{ value: string }>('SELECT value FROM meta WHERE name = ?', name)?.value
}

/** Keeps a value of a store's own. */
export function setMeta(connection: Connection, name: string, value: string): void {
  connection.run(
    'INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = ?',
    name,
    value,
    value,
  )
}
