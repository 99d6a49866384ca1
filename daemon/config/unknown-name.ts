/** The message for an unknown name. */

import { closest } from 'fastest-levenshtein'

/** Names the unknown name, the nearest known one, and all known ones. */
export function unknownName(what: string, name: string, known: readonly string[]): string {
  const nearest = closest(name, known)
  return `Unknown ${what}: did you mean ${nearest}? Expected one of ${known.join(', ')}`
}
