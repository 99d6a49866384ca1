/** The entries between an object's braces: elements, pairs and properties. */

import {
  append,
  getOwnPropertySymbols,
  propertyIsEnumerable as isEnumerable,
  mapEntries,
  mapIteratorNext,
  mapSize,
  min,
  objectHasOwn,
  objectKeys,
  reflectGetOwnPropertyDescriptor,
  reflectOwnKeys,
  setIteratorNext,
  setSize,
  setValues,
  stringSlice,
  symbolToString,
  typedArrayLength,
  Uint8ArrayOf,
  unlinkedList,
} from '../primordials.ts'
import { charge, type Inspection, numberText, primitiveText } from './inspect-state.ts'
import { escapeText, isPlainKey, MORE, quote } from './inspect-text.ts'

/** The printed elements of a list; `isNumeric` when each is a number. */
export type Elements = { entries: string[]; isNumeric: boolean }

// Listing the names of a longer array's elements to find others among them would cost more than the
// 100 elements that are printed: 10 000 take about 2 ms.
const maxLengthForExtraKeys = 10_000
const hexDigits = '0123456789abcdef'

/** The own property keys that are printed. */
export function keysOf(value: object, showHidden: boolean): PropertyKey[] {
  if (showHidden) return reflectOwnKeys(value)
  const keys: PropertyKey[] = objectKeys(value)
  const symbols = getOwnPropertySymbols(value)
  for (let at = 0; at < symbols.length; at++) {
    const symbol = symbols[at] as symbol
    if (isEnumerable(value, symbol)) append(keys, symbol)
  }
  return keys
}

/** The keys of a list that name no element. For a very long list: none. */
export function extraKeysOf(value: object, length: number, showHidden: boolean): PropertyKey[] {
  const extra = unlinkedList<PropertyKey>()
  if (length > maxLengthForExtraKeys) return extra
  const keys = keysOf(value, showHidden)
  let first = keys.length
  // Integer keys come first and in order.
  while (first > 0 && !isIndex(keys[first - 1] as PropertyKey)) first -= 1
  for (let at = first; at < keys.length; at++) extra[extra.length] = keys[at] as PropertyKey
  return extra
}

const isIndex = (key: PropertyKey): boolean =>
  typeof key === 'string' && '' + ((key as unknown as number) >>> 0) === key

const moreItems = (count: number): string => '... ' + count + ' more item' + (count > 1 ? 's' : '')
const emptyItems = (count: number): string =>
  '<' + count + ' empty item' + (count > 1 ? 's' : '') + '>'

/** The elements of an array with `length` of them; `level` is theirs. */
export function arrayElements(
  run: Inspection,
  value: object,
  length: number,
  level: number,
): Elements {
  const count = min(run.maxArrayLength, length)
  const entries = unlinkedList<string>()
  let isNumeric = true
  for (let at = 0; at < count; at++) {
    const descriptor = reflectGetOwnPropertyDescriptor(value, at)
    if (descriptor === undefined) return sparseElements(run, value, length, level, entries, at)
    isNumeric &&= isNumber(descriptor)
    entries[at] = propertyText(run, descriptor, level)
    if (run.left < 0) {
      entries[at + 1] = MORE
      return { entries, isNumeric: false }
    }
  }
  if (length > count) {
    entries[count] = moreItems(length - count)
    isNumeric &&= isNumber(reflectGetOwnPropertyDescriptor(value, count))
  }
  return { entries, isNumeric }
}

function isNumber(descriptor: PropertyDescriptor | undefined): boolean {
  if (descriptor === undefined || !objectHasOwn(descriptor, 'value')) return false
  const type = typeof descriptor.value
  return type === 'number' || type === 'bigint'
}

/** Goes on with the element at `start`, which is the first that is absent. */
function sparseElements(
  run: Inspection,
  value: object,
  length: number,
  level: number,
  entries: string[],
  start: number,
): Elements {
  const keys = objectKeys(value)
  const count = min(run.maxArrayLength, length)
  let index = start
  // The elements before `start` are all there, so they are the first keys.
  for (let at = start; at < keys.length && entries.length < count && run.left >= 0; at++) {
    const key = keys[at] as string
    if (!isIndex(key)) break
    const position = (key as unknown as number) >>> 0
    if (position !== index) {
      entries[entries.length] = emptyItems(position - index)
      index = position
      if (entries.length === count) break
    }
    entries[entries.length] = propertyText(run, reflectGetOwnPropertyDescriptor(value, key), level)
    index += 1
  }
  const rest = length - index
  if (rest > 0)
    entries[entries.length] =
      entries.length < count && run.left >= 0 ? emptyItems(rest) : moreItems(rest)
  return { entries, isNumeric: false }
}

/** The elements of a typed array. */
export function typedElements(run: Inspection, value: ArrayLike<number | bigint>): Elements {
  const length = typedArrayLength(value)
  const count = min(run.maxArrayLength, length)
  const entries = unlinkedList<string>()
  for (let at = 0; at < count && run.left >= 0; at++) {
    const element = value[at] as number | bigint
    entries[at] = charge(run, typeof element === 'bigint' ? element + 'n' : numberText(element))
  }
  if (length > entries.length) entries[entries.length] = moreItems(length - entries.length)
  return { entries, isNumeric: true }
}

/** The values of a set. */
export function setElements(run: Inspection, value: Set<unknown>, level: number): string[] {
  const entries = unlinkedList<string>()
  const size = setSize(value)
  const iterator = setValues(value)
  run.indentation += 2
  for (let step = setIteratorNext(iterator); step.done !== true; step = setIteratorNext(iterator)) {
    if (isFull(run, entries, size)) break
    entries[entries.length] = run.print(run, step.value, level)
  }
  run.indentation -= 2
  return entries
}

/** The pairs of a map. */
export function mapPairs(run: Inspection, value: Map<unknown, unknown>, level: number): string[] {
  const entries = unlinkedList<string>()
  const size = mapSize(value)
  const iterator = mapEntries(value)
  run.indentation += 2
  for (let step = mapIteratorNext(iterator); step.done !== true; step = mapIteratorNext(iterator)) {
    if (isFull(run, entries, size)) break
    const pair = step.value
    entries[entries.length] =
      run.print(run, pair[0], level) + ' => ' + run.print(run, pair[1], level)
  }
  run.indentation -= 2
  return entries
}

/** Whether a collection shows no further entry. Then it says how many it leaves out. */
function isFull(run: Inspection, entries: string[], size: number): boolean {
  if (entries.length < run.maxArrayLength && run.left >= 0) return false
  entries[entries.length] = moreItems(size - entries.length)
  return true
}

/** The bytes of an array buffer, in hexadecimal. */
export function bufferContents(run: Inspection, value: ArrayBuffer): string {
  let bytes: Uint8Array
  try {
    bytes = new Uint8ArrayOf(value)
  } catch {
    // The buffer was transferred to another one.
    return '(detached)'
  }
  const length = typedArrayLength(bytes)
  const count = min(run.maxArrayLength, length)
  let text = ''
  for (let at = 0; at < count; at++) {
    const byte = bytes[at] as number
    text += (at === 0 ? '' : ' ') + hexDigit(byte >> 4) + hexDigit(byte & 15)
  }
  const more = length - count
  if (more > 0) text += ' ... ' + more + ' more byte' + (more > 1 ? 's' : '')
  return charge(run, '[Uint8Contents]: <' + text + '>')
}

const hexDigit = (digit: number): string => stringSlice(hexDigits, digit, digit + 1)

/** Adds the properties of `value` that `keys` names to its entries. */
export function addProperties(
  run: Inspection,
  value: object,
  keys: PropertyKey[],
  level: number,
  entries: string[],
): void {
  for (let at = 0; at < keys.length; at++) {
    if (run.left < 0) {
      entries[entries.length] = MORE
      return
    }
    const key = keys[at] as PropertyKey
    const descriptor = reflectGetOwnPropertyDescriptor(value, key)
    const name = keyText(key)
    const shown = descriptor?.enumerable === false ? '[' + name + ']' : name
    run.left -= shown.length
    entries[entries.length] = shown + ': ' + propertyText(run, descriptor, level)
  }
}

function keyText(key: PropertyKey): string {
  if (typeof key === 'symbol') return escapeText(symbolToString(key), true)
  const name = key as string
  if (!isPlainKey(name)) return quote(name)
  return name === '__proto__' ? "['__proto__']" : name
}

/** The text of a property's value: a getter is named, not called. */
function propertyText(
  run: Inspection,
  descriptor: PropertyDescriptor | undefined,
  level: number,
): string {
  if (descriptor === undefined) return 'undefined'
  // An accessor's descriptor has no own `value`, and would take one from `Object.prototype`.
  if (!objectHasOwn(descriptor, 'value')) {
    if (descriptor.get === undefined)
      return charge(run, descriptor.set === undefined ? 'undefined' : '[Setter]')
    return charge(run, descriptor.set === undefined ? '[Getter]' : '[Getter/Setter]')
  }
  const { value } = descriptor
  if (
    (typeof value !== 'object' || value === null) &&
    typeof value !== 'function' &&
    typeof value !== 'string'
  ) {
    return charge(run, primitiveText(run, value))
  }
  run.indentation += 2
  const text = run.print(run, value, level)
  run.indentation -= 2
  return text
}
