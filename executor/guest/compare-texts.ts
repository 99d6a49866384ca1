/**
 * Comparing texts as the root collation does, without asking the worker, where that is certain.
 *
 * In texts of ASCII letters, digits and spaces no two characters form a unit, and the collation
 * orders space < digits < letters, letters by their alphabet and then, when nothing else differs,
 * lower case before upper case (CLDR root collation, which English does not tailor:
 * https://www.unicode.org/reports/tr35/tr35-collation.html#Root_Collation). In lower case that is
 * the order of the code units, so the engine's own comparison does the work.
 */

import { regExpExec, stringCharCodeAt, stringToLowerCase } from './primordials.ts'

const OTHER = /[^a-z0-9 ]/

/** The order of two texts as English has it; `undefined` when only the worker's Intl can tell. */
export function compareSimple(a: string, b: string): number | undefined {
  if (a === b) return 0
  const lowerA = stringToLowerCase(a)
  const lowerB = stringToLowerCase(b)
  if (regExpExec(OTHER, lowerA) !== null || regExpExec(OTHER, lowerB) !== null) return undefined
  if (lowerA !== lowerB) return lowerA < lowerB ? -1 : 1
  for (let i = 0; i < a.length; i++) {
    const x = stringCharCodeAt(a, i)
    const y = stringCharCodeAt(b, i)
    if (x === y) continue
    // The Kelvin sign is no ASCII letter, though its lower case is one.
    if (x > 0x7f || y > 0x7f) return undefined
    return x > y ? -1 : 1
  }
  return 0
}
