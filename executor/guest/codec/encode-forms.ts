/** The forms of plain objects and arrays. */

import { HOLE, SPARSE } from '../../../protocol/values/value-format.ts'
import { jsonStringify, objectHasOwn, objectKeys, unlinkedList } from '../primordials.ts'
import type { FormWriter } from './encode-special.ts'

/** Properties of an object that were read before the walk. */
export interface ReadProperties {
  readonly of: object
  readonly keys: readonly string[]
  readonly values: readonly unknown[]
}

/** An object as its own enumerable properties; `read` when they were read before. */
export function plainForm(
  writer: FormWriter,
  value: object,
  index: number,
  read?: ReadProperties,
): string {
  const keys = read?.keys ?? objectKeys(value)
  let text = '{'
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i] as string
    if (key === '__proto__') return entriesForm(writer, 'Entries', value, keys, index)
    let part: unknown
    // Here and not by a call: this is the loop that most of an encoding's time goes to.
    try {
      part = read === undefined ? (value as Record<string, unknown>)[key] : read.values[i]
    } catch (error) {
      part = writer.unreadable(error)
    }
    const child = writer.place(part, index, key)
    text += '' + (i === 0 ? '' : ',') + jsonStringify(key) + ':' + child
  }
  return text + '}'
}

/** An object without prototype. */
export function nullPrototypeForm(writer: FormWriter, value: object, index: number): string {
  const keys = objectKeys(value)
  let text = '["null"'
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i] as string
    if (key === '__proto__') return entriesForm(writer, 'NullEntries', value, keys, index)
    text += ',' + jsonStringify(key) + ',' + writer.place(writer.read(value, key), index, key)
  }
  return text + ']'
}

/** An object with an own key `__proto__`, which devalue refuses: as a list of keys and values. */
function entriesForm(
  writer: FormWriter,
  kind: string,
  value: object,
  keys: readonly string[],
  index: number,
): string {
  writer.isPlain = false
  const entries = unlinkedList<unknown>()
  for (let i = 0; i < keys.length; i++) {
    entries[2 * i] = keys[i]
    entries[2 * i + 1] = writer.read(value, keys[i] as string)
  }
  return '["' + kind + '",' + writer.place(entries, index, '') + ']'
}

/** An array: its elements and holes. */
export function arrayForm(writer: FormWriter, value: readonly unknown[], index: number): string {
  const length = value.length
  // A proxy of an array may answer anything.
  if (length !== length >>> 0) return writer.refuse(value, index, 'its length is no array length')
  // Up to this length holes are written one by one. Beyond it only the elements count.
  if (length > 64) {
    const keys = objectKeys(value)
    if (keys.length * 2 < length) return sparseForm(writer, value, length, keys, index)
  }
  let text = '['
  for (let i = 0; i < length; i++) {
    if (i > 0) text += ','
    let item: unknown
    try {
      item = value[i]
    } catch (error) {
      item = writer.unreadable(error)
    }
    if (item === undefined && !objectHasOwn(value, i)) {
      writer.isPlain = false
      text += HOLE
    } else text += writer.place(item, index, i)
  }
  return text + ']'
}

function sparseForm(
  writer: FormWriter,
  value: readonly unknown[],
  length: number,
  keys: readonly string[],
  index: number,
): string {
  writer.isPlain = false
  let text = '[' + SPARSE + ',' + length
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i] as string
    const at = +key
    // The others are named properties, which do not cross; a proxy may give keys beyond its length.
    if ('' + at !== key || at !== at >>> 0 || at >= length) continue
    text += ',' + key + ',' + writer.place(writer.read(value, at), index, at)
  }
  return text + ']'
}
