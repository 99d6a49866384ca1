/** Pages of a list, newest first, of the same millisecond the greater id first. */

import type { SQLInputValue } from 'node:sqlite'
import type { Place } from '../store.ts'
import type { Connection } from './connection.ts'

/** A key of a list: its place and its id. */
export interface Key {
  readonly created_ms: number
  readonly name: string
}

/** Before the newest: no instant is later. */
const START: Place = { createdAtMs: Number.MAX_SAFE_INTEGER, id: '' }

/**
 * The keys of the next page, of several parts of an index that is ordered within each part only.
 * Each part costs one look-up and at most `limit` keys, however long the list is.
 *
 * @param sql ends in `WHERE …`, with a place for each value of a part
 * @param parts values of the index's leading columns
 */
export function newestFirst(
  connection: Connection,
  sql: string,
  name: string,
  parts: readonly (readonly SQLInputValue[])[],
  { after = START, limit }: { after: Place | undefined; limit: number },
): readonly Key[] {
  const page = `${sql} AND (created_ms, ${name}) < (?, ?)
    ORDER BY created_ms DESC, ${name} DESC LIMIT ?`
  const keys = parts.flatMap(values =>
    connection.all<Key & object>(page, ...values, after.createdAtMs, after.id, limit),
  )
  return keys.sort(byNewest).slice(0, limit)
}

function byNewest(a: Key, b: Key): number {
  return b.created_ms - a.created_ms || (b.name < a.name ? -1 : 1)
}
