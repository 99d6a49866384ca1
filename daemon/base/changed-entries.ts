/** What differs between two lists of named settings. */

import { isDeepStrictEqual } from 'node:util'

/** The difference of two lists. */
export interface ChangedEntries<Entry> {
  /** Names of the list before that the new list does not have. */
  readonly removed: readonly string[]
  /** Entries that are new, or differ from the one before. */
  readonly changed: readonly Entry[]
}

/** Compares two lists by the names of their entries. */
export function changedEntries<Entry extends { readonly name: string }>(
  before: readonly Entry[],
  now: readonly Entry[],
): ChangedEntries<Entry> {
  const known = new Map(before.map(entry => [entry.name, entry]))
  const names = new Set(now.map(({ name }) => name))
  return {
    removed: before.flatMap(({ name }) => (names.has(name) ? [] : [name])),
    changed: now.filter(entry => !isDeepStrictEqual(known.get(entry.name), entry)),
  }
}
