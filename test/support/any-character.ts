/** The unit of texts of any characters. */

import fc from 'fast-check'

/** Halves of pairs, which are no characters by themselves: the first, and how many there are. */
const SURROGATES = { first: 0xd800, count: 0x800 }

/**
 * Any character but half a pair, for `fc.string({ unit: anyCharacter })`: what the unit `binary` of
 * fast-check is, which takes almost a second of computing when a process first uses it.
 */
export const anyCharacter = fc
  .nat(0x10ffff - SURROGATES.count)
  .map(n => String.fromCodePoint(n < SURROGATES.first ? n : n + SURROGATES.count))
