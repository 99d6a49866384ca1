/** Rows of a table as they are compared: their number, and a hash of all of them in order. */

import { createHash } from 'node:crypto'
import type { Transaction } from '../postgres/database.ts'
import type { Connection } from '../sqlite/connection.ts'
import { type CopiedTable, type Key, nextRows, type Value } from './copied-tables.ts'

/** Rows that are read at once from the database, and of a table with states of sessions. */
const MAX_ROWS = 50
const MAX_LARGE_ROWS = 8

/** The digest of a table's rows: equal for equal tables. */
export interface RowsDigest {
  readonly rows: number
  readonly sha256: string
}

/** Hashes rows one after the other. */
class Digest {
  #hash = createHash('sha256')
  #rows = 0

  add(values: readonly Value[]): void {
    this.#rows++
    this.#hash.update(`${JSON.stringify(values.map(shown))}\n`)
  }

  get result(): RowsDigest {
    return { rows: this.#rows, sha256: this.#hash.digest('hex') }
  }
}

/** Bytes are compared by their hash. */
const shown = (value: Value) =>
  value instanceof Uint8Array ? createHash('sha256').update(value).digest('hex') : value

/** The digest of a table in the embedded store. */
export function sourceDigest(connection: Connection, table: CopiedTable): RowsDigest {
  const digest = new Digest()
  for (let batch = nextRows(connection, table, null); batch !== undefined; ) {
    for (const values of batch.rows) digest.add(values)
    batch = nextRows(connection, table, batch.after)
  }
  return digest.result
}

/** The digest of a table in the database. */
export async function targetDigest(
  tx: Transaction,
  { name, key, columns }: CopiedTable,
): Promise<RowsDigest> {
  const typeOf = (column: string) => columns.find(one => one.name === column)?.type
  // Texts in the order of their bytes, as the embedded store has them.
  const order = key.map(column => (typeOf(column) === 'text' ? `${column} COLLATE "C"` : column))
  const after = key.map((column, i) => `$${i + 1}::${typeOf(column)}`)
  const select = `SELECT ${columns.map(column => column.name).join(', ')} FROM ${name}`
  const isLarge = columns.some(({ type }) => type === 'bytea')
  const most = isLarge ? MAX_LARGE_ROWS : MAX_ROWS
  const end = `ORDER BY ${order.join(', ')} LIMIT ${most}`
  const digest = new Digest()
  for (let last: Key[] | undefined; ; ) {
    const where = last === undefined ? '' : `WHERE (${order.join(', ')}) > (${after.join(', ')})`
    const rows = await tx.rows<Record<string, Value>>(`${select} ${where} ${end}`, last)
    for (const row of rows) digest.add(columns.map(column => row[column.name] as Value))
    const final = rows.at(-1)
    if (final === undefined || rows.length < most) return digest.result
    last = key.map(column => final[column] as Key)
  }
}
