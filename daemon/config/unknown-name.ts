/** The message for a name that nobody knows. */

import { closest } from 'fastest-levenshtein'

/** Names what is unknown, the nearest known name, and all of them. */
export function unknownName(what: string, name: string, known: readonly string[]): string {
  const nearest = closest(name, known)
  return `Unknown ${what}: did you mean ${nearest}? Expected one of ${known.join(', ')}`
}
