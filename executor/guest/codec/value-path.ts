/** Writes the place of a value in the message of an error: `args[0].items[3].callback`. */

import { jsonStringify } from '../primordials.ts'

/** The step to a value of a map. */
export const mapStep = (key: unknown) =>
  typeof key === 'string' ? '.get(' + jsonStringify(key) + ')' : '.get(…)'

/** One step of a path: `.name`, `["a b"]`, `[3]`. */
export function step(key: string | number): string {
  if (typeof key === 'number') return '[' + key + ']'
  if (key === '' || key[0] === '.') return key
  return isIdentifier(key) ? '.' + key : '[' + jsonStringify(key) + ']'
}

function isIdentifier(key: string): boolean {
  for (let i = 0; i < key.length; i++) {
    const c = key[i] as string
    const isLetter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c === '_' || c === '$'
    if (!isLetter && !(i > 0 && c >= '0' && c <= '9')) return false
  }
  return key.length > 0
}

/** The name of an argument, by the property of the input that it stands for. */
export function argumentName(names: readonly string[], key: string | number): string {
  for (let i = 0; i < names.length; i++) if (names[i] === key) return 'args[' + i + ']'
  return 'args' + step(key)
}
