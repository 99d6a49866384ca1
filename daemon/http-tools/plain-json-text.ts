/** Values of programs as the JSON that servers read. */

import { isFileLike } from '../../protocol/values/file-reference.ts'

/**
 * JSON of a value: a Map of texts is an object, a Set a list, a Date ISO text, a BigInt digits.
 *
 * @throws {TypeError} for what JSON has no form for: a file, bytes, a Map with other keys, a cycle
 */
export function plainJsonText(value: unknown): string {
  return JSON.stringify(value, (key, part) => plain(key, part)) ?? 'null'
}

function plain(key: string, part: unknown): unknown {
  if (typeof part === 'bigint') return String(part)
  if (typeof part !== 'object' || part === null || Array.isArray(part)) return part
  if (part instanceof Map) return recordOf(key, part)
  if (part instanceof Set) return [...part]
  if (isFileLike(part)) throw noForm(key, 'is a file', 'send its text, or base64 of its bytes')
  if (ArrayBuffer.isView(part) || part instanceof ArrayBuffer) {
    throw noForm(key, 'is bytes', 'send base64 of them, or a list of numbers')
  }
  return part
}

function recordOf(key: string, map: ReadonlyMap<unknown, unknown>): object {
  const pairs = [...map]
  const other = pairs.find(([name]) => typeof name !== 'string')
  if (other !== undefined) {
    throw noForm(key, `is a Map with a key of the type ${typeof other[0]}`, 'use texts as keys')
  }
  return Object.fromEntries(pairs)
}

function noForm(key: string, what: string, advice: string): TypeError {
  const place = key === '' ? 'the value' : JSON.stringify(key)
  return new TypeError(`Cannot write JSON: ${place} ${what}; ${advice}`)
}
