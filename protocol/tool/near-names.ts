/**
 * Whether one name is probably meant for another.
 *
 * Guests run this as well, after a program may have patched built-ins. So it calls no methods and
 * writes to no arrays.
 */

const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
const LOWER = 'abcdefghijklmnopqrstuvwxyz'
/** Names that differ in more letters are different names. */
const MAX_EDITS = 2
/** In a name that is no longer, two changed letters make another word: `role` is not `probe`. */
const SHORT_LENGTH = 6
/** Longer names are compared by their letters only where they are equal. */
const MAX_LENGTH = 100

/**
 * The distance of two names: 0 when they differ at most in case, `_` and `-`, else the number of
 * letters that were left out, added, changed or swapped. `undefined` beyond two, or beyond half of
 * the name.
 */
export function nameDistance(name: string, other: string): number | undefined {
  if (sameLetters(name, other)) return 0
  const length = name.length > other.length ? name.length : other.length
  if (length > MAX_LENGTH) return undefined
  for (let edits = 1; edits <= MAX_EDITS && edits * 2 <= length; edits++)
    if (isWithin(name, 0, other, 0, edits)) return edits
  return undefined
}

/** Whether a name is probably a misspelt name of a field or an option. */
export function isNear(name: string, field: string): boolean {
  const distance = nameDistance(name, field)
  if (distance === undefined) return false
  return distance <= 1 || field.length > SHORT_LENGTH
}

function sameLetters(a: string, b: string): boolean {
  let i = 0
  let j = 0
  for (;;) {
    while (i < a.length && isSeparator(a[i])) i++
    while (j < b.length && isSeparator(b[j])) j++
    if (i >= a.length || j >= b.length) return i >= a.length && j >= b.length
    if (lower(a[i] as string) !== lower(b[j] as string)) return false
    i++
    j++
  }
}

const isSeparator = (letter: string | undefined) => letter === '_' || letter === '-'

function lower(letter: string): string {
  if (letter < 'A' || letter > 'Z') return letter
  for (let i = 0; i < UPPER.length; i++) if (UPPER[i] === letter) return LOWER[i] as string
  return letter
}

/** Whether at most `edits` edits change the rest of one name to the rest of the other. */
function isWithin(a: string, from: number, b: string, to: number, edits: number): boolean {
  let i = from
  let j = to
  while (i < a.length && j < b.length && a[i] === b[j]) {
    i++
    j++
  }
  const left = a.length - i
  const wanted = b.length - j
  if (left === 0 || wanted === 0) return left + wanted <= edits
  if (edits === 0) return false
  if (left > 1 && wanted > 1 && a[i] === b[j + 1] && a[i + 1] === b[j])
    if (isWithin(a, i + 2, b, j + 2, edits - 1)) return true
  return (
    isWithin(a, i + 1, b, j + 1, edits - 1) ||
    isWithin(a, i + 1, b, j, edits - 1) ||
    isWithin(a, i, b, j + 1, edits - 1)
  )
}
