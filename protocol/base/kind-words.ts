/**
 * What a value is, in the words of messages.
 *
 * Guests run `kindWords` as well, after a program may have patched built-ins. So it calls no methods
 * but the captured `isArray`.
 */

const { isArray } = Array

const byType = {
  undefined: 'undefined',
  string: 'a string',
  number: 'a number',
  boolean: 'a boolean',
  bigint: 'a bigint',
  symbol: 'a symbol',
  function: 'a function',
  object: 'an object',
} as const

/** A value by its kind: `an object`, `an array`, `a string`, `null`. */
export function kindWords(value: unknown): string {
  if (value === null) return 'null'
  return isArray(value) ? 'an array' : byType[typeof value]
}

/** A noun with its article: `an Error`, `a Map`, `a URL`. Names with U at their start sound as "you". */
export const withArticle = (noun: string): string => `${/^[aeio]/i.test(noun) ? 'an' : 'a'} ${noun}`
