/**
 * Copies an embedded store into a PostgreSQL database, batch by batch in the order of keys.
 *
 * Each batch is committed together with how far the copy has come, so that a copy that was killed goes
 * on after its last batch. Until all rows are the same on both sides no daemon opens the database.
 */

import { LatchdError } from '../../../protocol/errors.ts'
import { type CopyState, copyState, setCopyState } from '../postgres/copy-state.ts'
import type { Database, Transaction } from '../postgres/database.ts'
import { migrate } from '../postgres/migrations.ts'
import { type CopiedTable, copiedTables, nextRows, type RowBatch } from './copied-tables.ts'
import { sourceDigest, targetDigest } from './rows-digest.ts'
import type { CopySource } from './source.ts'

/** What a copy reports while it goes on. */
export interface CopyProgress {
  /** A table is on both sides alike. */
  readonly onTable: (name: string, rows: number) => void
  /** Called after each batch. */
  readonly onBatch?: () => void
}

/** The outcome of a copy. */
export type CopyOutcome = 'copied' | 'was-copied'

/** Tables that show that a database has work of its own. */
const WORK = ['execution', 'session', 'webhook', 'file', 'removed_key', 'daemon']

/**
 * Copies a store.
 *
 * @param secrets what all daemons of the database will share, by name
 * @param copyContents copies the contents of files, before the copy counts as finished
 * @throws {LatchdError} `CONFLICT`: the database has other work, or is a copy of another store, or the
 *   two differ at the end
 */
export async function copyStore(
  source: CopySource,
  database: Database,
  secrets: ReadonlyMap<string, string>,
  copyContents: () => Promise<void>,
  { onTable, onBatch }: CopyProgress,
): Promise<CopyOutcome> {
  const begun = await database.transaction(tx => begin(tx, source))
  if (begun.isFinished) return 'was-copied'
  for (let state = begun; state.table < copiedTables.length; ) {
    const table = copiedTables[state.table] as CopiedTable
    const batch = nextRows(source.connection, table, state.after)
    const next: CopyState =
      batch === undefined
        ? { ...state, table: state.table + 1, after: null }
        : { ...state, after: batch.after }
    await database.transaction(async tx => {
      await requireSame(tx, source)
      if (batch !== undefined) await insert(tx, table, batch)
      await setCopyState(tx, next)
    })
    if (batch !== undefined) onBatch?.()
    state = next
  }
  await copyContents()
  for (const table of copiedTables) onTable(table.name, await compare(source, database, table))
  await database.transaction(tx => finish(tx, source, secrets))
  return 'copied'
}

/** Begins a copy, or goes on with one. */
async function begin(tx: Transaction, { storeId, stateDir }: CopySource): Promise<CopyState> {
  await migrate(tx)
  const state = await copyState(tx)
  if (state !== undefined) {
    if (state.storeId === storeId) return state
    throw conflict(`a copy of ${state.from} is in it`)
  }
  for (const table of WORK) {
    const [found] = await tx.rows(`SELECT 1 FROM ${table} LIMIT 1`)
    if (found !== undefined) throw conflict(`it has rows of its own in the table ${table}`)
  }
  const first: CopyState = { storeId, from: stateDir, table: 0, after: null, isFinished: false }
  await setCopyState(tx, first)
  return first
}

/** Throws when another copy has come in between. */
async function requireSame(tx: Transaction, { storeId }: CopySource): Promise<void> {
  const state = await copyState(tx)
  if (state?.storeId === storeId && !state.isFinished) return
  throw conflict('another copy has come in between')
}

async function insert(
  tx: Transaction,
  { name, columns }: CopiedTable,
  { rows }: RowBatch,
): Promise<void> {
  const names = columns.map(column => column.name).join(', ')
  const arrays = columns.map(({ type }, i) => `$${i + 1}::${type}[]`).join(', ')
  await tx.run(
    // A batch whose commit was unknown may be there.
    `INSERT INTO ${name} (${names}) OVERRIDING SYSTEM VALUE SELECT * FROM unnest(${arrays})
      ON CONFLICT DO NOTHING`,
    columns.map((_, i) =>
      rows.map(row => {
        const value = row[i]
        return value instanceof Uint8Array ? Buffer.from(value) : value
      }),
    ),
  )
}

async function compare(
  { connection, stateDir }: CopySource,
  database: Database,
  table: CopiedTable,
): Promise<number> {
  const here = sourceDigest(connection, table)
  const there = await database.read(tx => targetDigest(tx, table))
  if (here.rows === there.rows && here.sha256 === there.sha256) return here.rows
  const how =
    here.rows === there.rows
      ? `of ${here.rows} rows some differ`
      : `${here.rows} rows here, ${there.rows} there`
  throw conflict(
    `its table ${table.name} is not that of ${stateDir} (${how}), which has changed since the copy began; empty the database and copy again`,
  )
}

async function finish(
  tx: Transaction,
  source: CopySource,
  secrets: ReadonlyMap<string, string>,
): Promise<void> {
  // A repetition: the first attempt was committed before its connection was lost.
  if (tx.isRepeat && (await copyState(tx))?.isFinished === true) return
  await requireSame(tx, source)
  for (const [name, secret] of secrets) {
    await tx.run('INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT DO NOTHING', [
      `secret ${name}`,
      secret,
    ])
  }
  for (const table of ['execution', 'wait']) {
    await tx.run(
      `SELECT setval(pg_get_serial_sequence('${table}', 'id'),
        (SELECT coalesce(max(id), 0) + 1 FROM ${table}), false)`,
    )
  }
  const state = (await copyState(tx)) as CopyState
  await setCopyState(tx, { ...state, isFinished: true })
}

function conflict(why: string): LatchdError {
  return new LatchdError('CONFLICT', `Cannot copy into the database: ${why}`)
}
