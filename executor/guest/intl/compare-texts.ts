/**
 * Comparing texts as the root collation does, without asking the worker, where that is certain.
 *
 * No two of ASCII letters, digits and spaces form a unit, and the collation orders space < digits <
 * letters, letters by their alphabet, and then, when nothing else in the text differs, lower case
 * before upper case (CLDR root collation, which English does not tailor:
 * https://www.unicode.org/reports/tr35/tr35-collation.html#Root_Collation). In lower case that is
 * the order of the code units, so the engine's own comparison does the work. A difference in
 * letters decides whatever stands behind it, but a mark that stands directly behind changes its
 * letter: the last character before any other than these is left alone.
 */

import {
  min,
  regExpExec,
  stringCharCodeAt,
  stringSlice,
  stringToLowerCase,
} from '../primordials.ts'

const OTHER = /[^a-z0-9 ]/

/** The order of two texts in English; `undefined` when only the worker's Intl knows it. */
export function compareSimple(a: string, b: string): number | undefined {
  if (a === b) return 0
  const lowerA = stringToLowerCase(a)
  const lowerB = stringToLowerCase(b)
  const otherA = regExpExec(OTHER, lowerA)
  const otherB = regExpExec(OTHER, lowerB)
  if (otherA === null && otherB === null) {
    if (lowerA === lowerB) return compareCase(a, b)
    return lowerA < lowerB ? -1 : 1
  }
  const simple = min(
    otherA === null ? lowerA.length : otherA.index,
    otherB === null ? lowerB.length : otherB.index,
  )
  if (simple < 2) return undefined
  const startA = stringSlice(lowerA, 0, simple - 1)
  const startB = stringSlice(lowerB, 0, simple - 1)
  if (startA === startB) return undefined
  return startA < startB ? -1 : 1
}

/** The order of two texts that differ in case only. */
function compareCase(a: string, b: string): number | undefined {
  for (let i = 0; i < a.length; i++) {
    const x = stringCharCodeAt(a, i)
    const y = stringCharCodeAt(b, i)
    if (x === y) continue
    // The Kelvin sign is not an ASCII letter, though its lower case is one.
    if (x > 0x7f || y > 0x7f) return undefined
    return x > y ? -1 : 1
  }
  return 0
}
