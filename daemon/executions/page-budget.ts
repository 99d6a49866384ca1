/** Pages of lists whose entries may be large: bounds the bytes of one answer. */

import { heldBytes } from '../../protocol/base/held-bytes.ts'
import type { Place } from '../store/store.ts'

/** A page ends with the entry that takes it beyond this. */
const MAX_PAGE_BYTES = 16 * 1024 * 1024
/** Entries of the first read, when their size is not known yet. */
const FIRST_READ = 8

/** Entries of a page, and whether more may follow. */
export interface BudgetedPage<T> {
  readonly data: readonly T[]
  readonly isCut: boolean
}

/** As many of the entries as one answer may hold, at least one. `isCut`: some were left out. */
export function withinBudget<T>(entries: readonly T[], limit: number): BudgetedPage<T> {
  let bytes = 0
  let count = 0
  while (count < Math.min(limit, entries.length) && bytes <= MAX_PAGE_BYTES) {
    bytes += heldBytes(entries[count++])
  }
  return { data: entries.slice(0, count), isCut: count === limit || count < entries.length }
}

/**
 * Reads a page from a store in parts, so that each part is about as large as an answer may be.
 *
 * @param read returns up to `limit` entries after a place, newest first
 */
export async function readWithinBudget<T>(
  limit: number,
  after: Place | undefined,
  read: (after: Place | undefined, limit: number) => Promise<readonly T[]>,
  placeOf: (entry: T) => Place,
): Promise<BudgetedPage<T>> {
  const data: T[] = []
  let bytes = 0
  let count = FIRST_READ
  let place = after
  for (;;) {
    const wanted = Math.min(count, limit - data.length)
    const part = await read(place, wanted)
    for (const entry of part) {
      data.push(entry)
      bytes += heldBytes(entry)
      if (bytes > MAX_PAGE_BYTES) return { data, isCut: true }
    }
    if (part.length < wanted) return { data, isCut: false }
    if (data.length === limit) return { data, isCut: true }
    place = placeOf(data.at(-1) as T)
    // The size of the entries so far shows how many more fit.
    count = Math.max(1, Math.floor((MAX_PAGE_BYTES - bytes) / (bytes / data.length)))
  }
}
