/** `{"$file": fileId}` in inputs: a file that was sent before. */

import { type FileFacts, FileReference } from './file-reference.ts'
import { encodeStoring, mayHaveFiles, type StoreFile } from './stored-files.ts'
import { decodeValue } from './values.ts'

/** Whether a string may name files. */
export const mayNameFiles = (text: string): boolean => text.includes('$file') || mayHaveFiles(text)

/**
 * The inputs with the files that they name, each of which `store` takes over.
 *
 * @param text encoded inputs
 * @throws the errors of `store`
 */
export async function withNamedFiles(text: string, store: StoreFile): Promise<string> {
  if (!mayNameFiles(text)) return text
  return await encodeStoring(namedFiles(decodeValue(text)), 'inputs', store)
}

/** A copy of a value with references in place of `{"$file": fileId}`; itself without any. */
export function namedFiles(value: unknown): unknown {
  const seen = new Map<object, unknown>()
  const walk = (part: unknown): unknown => {
    if (typeof part !== 'object' || part === null) return part
    if (seen.has(part)) return seen.get(part)
    const prototype = Object.getPrototypeOf(part)
    if (Array.isArray(part)) {
      const list: unknown[] = new Array(part.length)
      seen.set(part, list)
      for (const key of Object.keys(part)) list[key as never] = walk(part[key as never]) as never
      return list
    }
    if (part instanceof Map) {
      const map = new Map()
      seen.set(part, map)
      for (const [key, item] of part) map.set(key, walk(item))
      return map
    }
    if (part instanceof Set) {
      const set = new Set()
      seen.set(part, set)
      for (const item of part) set.add(walk(item))
      return set
    }
    if (prototype !== Object.prototype && prototype !== null) return part
    if (Object.hasOwn(part, '$file')) {
      const { $file } = part as { $file: unknown }
      if (typeof $file === 'string') return remember(part, unknownFile($file))
    }
    const record = Object.create(prototype)
    seen.set(part, record)
    for (const [key, item] of Object.entries(part)) {
      const copy = { value: walk(item), enumerable: true, writable: true, configurable: true }
      Object.defineProperty(record, key, copy)
    }
    return record
  }
  const remember = (part: object, copy: unknown) => {
    seen.set(part, copy)
    return copy
  }
  return walk(value)
}

/** A reference of which only the id is known. */
function unknownFile(fileId: string): FileReference {
  const facts: FileFacts = { fileId, type: '', size: 0, sha256: '', lastModified: 0 }
  return new FileReference(facts)
}
