/** The JSON that `emit(value, name)` gives out, which shows what JSON has no form for. */

import {
  append,
  arrayBufferByteLength,
  hasBrand,
  hidden,
  isBuffer,
  isErrorBrand,
  jsonStringify,
  mapForEach,
  mapSize,
  record,
  reflectDefineProperty,
  regExpSource,
  setForEach,
  setSize,
  TypeErrorOf,
  toText,
} from '../primordials.ts'

/**
 * JSON of a value: a Map with texts as keys is an object, a Set a list, a BigInt its digits, an
 * error its name and message, a regular expression its text.
 *
 * @param isFile whether a value is a file
 * @returns `undefined` for a value that JSON leaves out, such as a function
 * @throws {TypeError} for a Map with other keys, bytes or a file inside, and a cycle
 */
export function jsonOfValue(
  value: unknown,
  isFile: (value: unknown) => boolean,
): string | undefined {
  return jsonStringify(value, (key: string, part: unknown) => shown(key, part, isFile), 2)
}

function shown(key: string, part: unknown, isFile: (value: unknown) => boolean): unknown {
  if (typeof part === 'bigint') return toText(part)
  if (typeof part !== 'object' || part === null) return part
  if (isFile(part)) throw noForm(key, 'a file', 'emit it by itself')
  if (hasBrand(mapSize, part)) return recordOf(key, part as Map<unknown, unknown>)
  if (hasBrand(setSize, part)) return listOf(part as Set<unknown>)
  if (isBuffer(part) || hasBrand(arrayBufferByteLength, part)) {
    throw noForm(key, 'bytes', 'emit them by themselves, or as base64')
  }
  if (isErrorBrand(part)) return errorParts(part)
  return hasBrand(regExpSource, part) ? toText(part) : part
}

function recordOf(key: string, map: Map<unknown, unknown>): object {
  const all = record()
  mapForEach(map, (item, name) => {
    if (typeof name !== 'string') {
      throw noForm(key, 'a Map with a key of the type ' + typeof name, 'use texts as keys')
    }
    reflectDefineProperty(all, name, hidden(item, true))
  })
  return all
}

function listOf(set: Set<unknown>): unknown[] {
  const all: unknown[] = []
  setForEach(set, item => append(all, item))
  return all
}

function errorParts(error: Error): object {
  const parts = record()
  parts.name = error.name
  parts.message = error.message
  return parts
}

function noForm(key: string, what: string, advice: string): TypeError {
  const place = key === '' ? 'the value' : jsonStringify(key)
  return new TypeErrorOf('Cannot emit JSON: ' + place + ' is ' + what + '; ' + advice)
}
