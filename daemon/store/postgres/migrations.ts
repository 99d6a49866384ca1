/** Brings a database to the version of the tables that this program knows, beside other daemons. */

import { randomUUID } from 'node:crypto'
import { LatchdError } from '../../../protocol/errors.ts'
import type { Transaction } from './database.ts'
import { SCHEMA_1 } from './schema.ts'
import { FLEET_SCHEMA } from './schema-fleet.ts'
import { SCHEMA_PARENTS } from './schema-parents.ts'
import { SCHEMA_PEERS } from './schema-peers.ts'
import { SCHEMA_STEPS } from './schema-steps.ts'

/** One step each; the number of the steps that were taken is the version. A test pins each. */
export const schemas: readonly string[] = [
  SCHEMA_1,
  FLEET_SCHEMA,
  SCHEMA_PEERS,
  SCHEMA_PARENTS,
  SCHEMA_STEPS,
]

/** The version of the tables that this program writes. */
export const SCHEMA_VERSION = schemas.length

/** The lock under which one daemon at a time migrates: "ltch". */
const LOCK = 0x6c746368

/** The identity of a store. */
export interface StoreIdentity {
  readonly storeId: string
  readonly schemaVersion: number
}

/** What a migration has done. */
export interface Migrated extends StoreIdentity {
  /** The version that it found; 0: the database was empty. */
  readonly versionBefore: number
}

/**
 * Brings a database forward, all steps in one transaction, while other daemons that start wait.
 *
 * @throws {LatchdError} `STATE_TOO_NEW`; `INTERNAL` when its tables are another program's
 */
export async function migrate(tx: Transaction): Promise<Migrated> {
  await tx.run('SELECT pg_advisory_xact_lock($1)', [LOCK])
  const version = await versionOf(tx)
  if (version > SCHEMA_VERSION) {
    throw new LatchdError(
      'STATE_TOO_NEW',
      `Cannot open the database: its version is ${version}, this program knows up to ${SCHEMA_VERSION}`,
    )
  }
  for (const sql of schemas.slice(version)) await tx.script(sql)
  if (version === 0) await setMeta(tx, 'store_id', randomUUID())
  if (version < SCHEMA_VERSION) await setMeta(tx, 'schema_version', String(SCHEMA_VERSION))
  const storeId = (await meta(tx, 'store_id')) ?? ''
  return { storeId, schemaVersion: SCHEMA_VERSION, versionBefore: version }
}

/** The version of the tables in the schema that is searched first; 0 when it has none. */
async function versionOf(tx: Transaction): Promise<number> {
  const [found] = await tx.rows<{ has_meta: boolean; tables: number }>(
    `SELECT to_regclass(current_schema() || '.meta') IS NOT NULL AS has_meta,
      (SELECT count(*)::int FROM pg_tables WHERE schemaname = current_schema()) AS tables`,
  )
  if (found?.tables === 0) return 0
  const version = found?.has_meta === true ? await meta(tx, 'schema_version') : undefined
  if (version === undefined) {
    throw new LatchdError('INTERNAL', 'Cannot open the database: its tables are of another program')
  }
  return Number(version)
}

/** A fact that the store keeps about itself, by name. */
export async function meta(tx: Transaction, name: string): Promise<string | undefined> {
  const [row] = await tx.rows<{ value: string }>('SELECT value FROM meta WHERE name = $1', [name])
  return row?.value
}

/** Stores a fact about the store itself. */
export async function setMeta(tx: Transaction, name: string, value: string): Promise<void> {
  await tx.run(
    `INSERT INTO meta (name, value) VALUES ($1, $2)
      ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
    [name, value],
  )
}
