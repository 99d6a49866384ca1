/**
 * The first half of `structuredClone`: it reads a value before it makes anything. The records are
 * those of StructuredSerializeInternal,
 * https://html.spec.whatwg.org/multipage/structured-data.html.
 */

import { type Blob, cloned, isBlob } from '../files/blob.ts'
import { identify } from '../inspect/inspect-kind.ts'
import {
  ArrayBufferOf,
  arrayBufferByteLength,
  arrayBufferIsDetached,
  arrayBufferIsResizable,
  arrayBufferMaxByteLength,
  DOMExceptionOf,
  dataViewBuffer,
  dataViewByteLength,
  dataViewByteOffset,
  dateGetTime,
  domExceptionMessage,
  domExceptionName,
  functionToString,
  hasBrand,
  isArray,
  isErrorBrand,
  isIterator,
  MapOf,
  mapForEach,
  mapGet,
  mapHas,
  mapSet,
  mapSize,
  objectHasOwn,
  objectKeys,
  objectToString,
  reflectGetOwnPropertyDescriptor,
  regExpFlags,
  regExpSource,
  setForEach,
  setSize,
  symbolToString,
  symbolValueOf,
  toText,
  typedArrayBuffer,
  typedArrayByteOffset,
  typedArrayLength,
  typedArrayName,
  typedArraySet,
  Uint8ArrayOf,
  unlinkedList,
} from '../primordials.ts'
import { isURL, isURLSearchParams } from '../web/url.ts'
import { isRegExp, isUnsendable, unboxed } from './value-kinds.ts'

/** A part of a record: a primitive, or the number of the record of an object. */
export type Part = { readonly primitive: unknown } | { readonly record: number }

/** Own properties of an array or object, in order. */
interface Properties {
  readonly keys: string[]
  readonly parts: Part[]
}

/** The data of one object. */
export type CloneRecord =
  | { readonly kind: 'boxed'; readonly primitive: unknown }
  | { readonly kind: 'date'; readonly time: number }
  | { readonly kind: 'regexp'; readonly source: string; readonly flags: string }
  | { readonly kind: 'transferred'; readonly buffer: ArrayBuffer }
  | { readonly kind: 'buffer'; readonly copy: ArrayBuffer }
  | {
      readonly kind: 'view'
      readonly name: string
      readonly buffer: Part
      readonly offset: number
      readonly length: number
    }
  | { readonly kind: 'blob'; readonly copy: Blob }
  | { readonly kind: 'map'; readonly parts: Part[] }
  | { readonly kind: 'set'; readonly parts: Part[] }
  | {
      readonly kind: 'error'
      readonly name: string
      readonly message: string | undefined
      readonly stack: unknown
      readonly cause: Part | undefined
    }
  | { readonly kind: 'dom-exception'; readonly name: string; readonly message: string }
  | ({ readonly kind: 'array'; readonly length: number } & Properties)
  | ({ readonly kind: 'object' } & Properties)

/**
 * Reads a value and all objects that it leads to, breadth first, each once.
 *
 * @param transferred buffers that are moved, not copied
 * @throws {DOMException} `DataCloneError` for a value that cannot be cloned. Errors of getters pass
 *   through.
 */
export function readRecords(
  value: unknown,
  transferred: Map<ArrayBuffer, true>,
): { readonly root: Part; readonly records: readonly CloneRecord[] } {
  const numbers = new MapOf<object, number>()
  const objects = unlinkedList<object>()
  const records = unlinkedList<CloneRecord>()
  const part = (given: unknown): Part => {
    if (typeof given === 'function' || typeof given === 'symbol') throw refusal(given)
    if (typeof given !== 'object' || given === null) return { primitive: given }
    let number = mapGet(numbers, given)
    if (number === undefined) {
      number = objects.length
      mapSet(numbers, given, number)
      objects[number] = given
    }
    return { record: number }
  }
  const root = part(value)
  for (let i = 0; i < objects.length; i++) {
    records[i] = readRecord(objects[i] as object, part, transferred)
  }
  return { root, records }
}

type ReadPart = (value: unknown) => Part

function readRecord(
  value: object,
  part: ReadPart,
  transferred: Map<ArrayBuffer, true>,
): CloneRecord {
  if (isArray(value)) return { kind: 'array', length: value.length, ...readProperties(value, part) }
  const name = typedArrayName(value)
  if (name !== undefined) return readTypedArray(name, value, part)
  if (isErrorBrand(value)) return readError(value, part)
  return (
    readLeaf(value, transferred) ??
    readCollection(value, part) ?? { kind: 'object', ...readProperties(value, part) }
  )
}

function readProperties(value: object, part: ReadPart): Properties {
  const keys = objectKeys(value)
  const parts = unlinkedList<Part>()
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i] as string
    // A getter may have removed those that come after it.
    if (objectHasOwn(value, key)) parts[i] = part((value as Record<string, unknown>)[key])
  }
  return { keys, parts }
}

function readTypedArray(name: string, value: object, part: ReadPart): CloneRecord {
  const buffer = part(typedArrayBuffer(value))
  const offset = typedArrayByteOffset(value)
  return { kind: 'view', name, buffer, offset, length: typedArrayLength(value) }
}

/** As V8 does: the name's class if it is the language's, no property but `cause` beside. */
function readError(value: Error, part: ReadPart): CloneRecord {
  const message = reflectGetOwnPropertyDescriptor(value, 'message')
  const { name, stack } = value
  return {
    kind: 'error',
    name: name === undefined ? 'Error' : toText(name),
    message:
      message !== undefined && objectHasOwn(message, 'value') ? toText(message.value) : undefined,
    stack,
    cause: objectHasOwn(value, 'cause') ? part(value.cause) : undefined,
  }
}

/**
 * Reads an object that leads to no other one.
 *
 * @throws {DOMException} for kinds that cannot be cloned
 */
function readLeaf(value: object, transferred: Map<ArrayBuffer, true>): CloneRecord | undefined {
  if (hasBrand(dateGetTime, value)) return { kind: 'date', time: dateGetTime(value as Date) }
  if (isRegExp(value)) {
    return { kind: 'regexp', source: regExpSource(value), flags: regExpFlags(value) }
  }
  if (hasBrand(arrayBufferByteLength, value)) {
    return readBuffer(value as ArrayBuffer, transferred)
  }
  // Its content cannot change, so both have it.
  if (isBlob(value)) return { kind: 'blob', copy: cloned(value) }
  const primitive = unboxed(value)
  if (primitive !== undefined) return { kind: 'boxed', primitive }
  if (hasBrand(domExceptionName, value)) {
    return {
      kind: 'dom-exception',
      name: domExceptionName(value) as string,
      message: domExceptionMessage(value) as string,
    }
  }
  if (isUnsendable(value) || isURL(value) || isURLSearchParams(value)) throw refusal(value)
  if (hasBrand(symbolValueOf, value) || isIterator(value)) throw refusal(value)
  return undefined
}

function readBuffer(buffer: ArrayBuffer, transferred: Map<ArrayBuffer, true>): CloneRecord {
  if (mapHas(transferred, buffer)) return { kind: 'transferred', buffer }
  if (arrayBufferIsDetached(buffer)) {
    throw cloneError('An ArrayBuffer is detached and could not be cloned.')
  }
  const maxByteLength = arrayBufferIsResizable(buffer)
    ? (arrayBufferMaxByteLength(buffer) as number)
    : undefined
  // A copy now: a getter that is read later may write to the buffer.
  return { kind: 'buffer', copy: copyBuffer(buffer, maxByteLength) }
}

function readCollection(value: object, part: ReadPart): CloneRecord | undefined {
  const parts = unlinkedList<Part>()
  if (hasBrand(mapSize, value)) {
    mapForEach(value as Map<unknown, unknown>, (item, key) => {
      parts[parts.length] = part(key)
      parts[parts.length] = part(item)
    })
    return { kind: 'map', parts }
  }
  if (hasBrand(setSize, value)) {
    setForEach(value as Set<unknown>, item => {
      parts[parts.length] = part(item)
    })
    return { kind: 'set', parts }
  }
  if (!hasBrand(dataViewByteLength, value)) return undefined
  const buffer = part(dataViewBuffer(value))
  const offset = dataViewByteOffset(value)
  return { kind: 'view', name: 'DataView', buffer, offset, length: dataViewByteLength(value) }
}

function copyBuffer(buffer: ArrayBuffer, maxByteLength: number | undefined): ArrayBuffer {
  const size = arrayBufferByteLength(buffer)
  const copy =
    maxByteLength === undefined
      ? new ArrayBufferOf(size)
      : new ArrayBufferOf(size, { __proto__: null, maxByteLength } as never)
  typedArraySet(new Uint8ArrayOf(copy), new Uint8ArrayOf(buffer))
  return copy
}

/** The `DataCloneError` for a value, in V8's words. */
function refusal(value: unknown): Error {
  return cloneError(nameFor(value) + ' could not be cloned.')
}

function nameFor(value: unknown): string {
  if (typeof value === 'symbol') return symbolToString(value)
  if (typeof value === 'function') return functionToString(value as never)
  if (hasBrand(symbolValueOf, value) || isIterator(value as object)) return objectToString(value)
  return '#<' + (identify(value as object).name ?? 'Object') + '>'
}

/** A `DataCloneError`. */
export function cloneError(message: string): Error {
  return new DOMExceptionOf(message, 'DataCloneError')
}
