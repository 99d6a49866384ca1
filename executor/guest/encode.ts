/**
 * Guest values to text: the guest's half of the codec of `protocol/values.ts`.
 *
 * The format is devalue's. Objects are visited breadth first, each once, so that every getter and
 * trap runs once, depth costs no stack, and the text comes out in the order of its indices.
 */

import {
  EXACT,
  HOLE,
  NEGATIVE_INFINITY,
  NEGATIVE_ZERO,
  NOT_A_NUMBER,
  PLAIN,
  POSITIVE_INFINITY,
  SPARSE,
  UNDEFINED,
} from '../../protocol/value-format.ts'
import { toBase64 } from './base64.ts'
import {
  arrayBufferByteLength,
  bigintToString,
  dataViewBuffer,
  dataViewByteLength,
  dataViewByteOffset,
  dateGetTime,
  dateToISOString,
  domExceptionName,
  hasBrand,
  hidden,
  isArray,
  isErrorBrand,
  isNaN,
  jsonStringify,
  MapOf,
  mapForEach,
  mapGet,
  mapSet,
  mapSize,
  numberToString,
  objectHasOwn,
  objectKeys,
  objectPrototype,
  reflectDefineProperty,
  reflectGetPrototypeOf,
  regExpFlags,
  regExpSource,
  setForEach,
  setSize,
  TypeErrorOf,
  typedArrayBuffer,
  typedArrayByteLength,
  typedArrayByteOffset,
  typedArrayLength,
  typedArrayName,
  unlinkedList,
} from './primordials.ts'
import { isURL, isURLSearchParams, searchParamsText, urlHref } from './url.ts'
import {
  afterToJSON,
  errorParts,
  isOutOfMemory,
  isRegExp,
  isUnsendable,
  kindOf,
  unboxed,
} from './value-kinds.ts'
import { argumentName, mapStep, step } from './value-path.ts'

/** What becomes of parts that cannot cross: an error, or a text in their place. */
export interface EncodeMode {
  /** Gives the text that stands for a part that cannot cross; absent: the part is an error. */
  readonly substitute?: (value: unknown) => string
  /** Whether objects with a `toJSON` method cross as what that returns. */
  readonly toJSON: boolean
}

export interface Encoded {
  readonly text: string
  /** Whether plain JSON would hold the same: no other kinds, nothing referenced twice. */
  readonly isPlain: boolean
}

const REFUSE: EncodeMode = { __proto__: null, toJSON: true } as EncodeMode

/**
 * Encodes one value.
 *
 * @param root what the value is called in the message of an error; for a synthetic record of
 *   arguments the names of its properties, in order
 * @throws {TypeError} with `code` `VALUE_NOT_TRANSFERABLE`, naming the path of a part that cannot
 *   cross. Getters, traps and `toJSON` may throw what they like.
 */
export function encode(
  value: unknown,
  root: string | readonly string[],
  mode: EncodeMode = REFUSE,
  read?: Properties,
): Encoded {
  const text = primitiveText(value)
  if (text !== undefined) return { text: PLAIN + text, isPlain: true }
  const walk = new Walk(root, mode, read)
  const encoded = walk.run(value)
  if (walk.refusal === undefined) return encoded
  // Thrown from here, few frames below the program's own: a stack holds ten.
  const error = new TypeErrorOf(walk.refusal)
  reflectDefineProperty(error, 'code', hidden('VALUE_NOT_TRANSFERABLE', true))
  throw error
}

/** {@link encode} for a record of `Object.prototype` that a tool takes as its input. */
export function encodeRecord(value: object, root: string): string {
  const keys = objectKeys(value)
  const values = unlinkedList<unknown>()
  for (let i = 0; i < keys.length; i++)
    values[i] = (value as Record<string, unknown>)[keys[i] as string]
  const text = encodePrimitives(values, keys.length, keys)
  // The walk takes what was read: a getter runs once.
  return text ?? encode(value, root, REFUSE, { of: value, keys, values }).text
}

/**
 * Encodes a list, or with `keys` a record, of primitives that JSON holds, as the arguments of most
 * calls are: in a small part of the time that the walk takes. `undefined` for any other.
 */
export function encodePrimitives(
  values: ArrayLike<unknown>,
  count: number,
  keys?: readonly string[],
): string | undefined {
  let text = keys === undefined ? PLAIN + '[' : PLAIN + '{'
  for (let i = 0; i < count; i++) {
    const item = primitiveText(values[i])
    if (item === undefined) return undefined
    if (i > 0) text += ','
    if (keys !== undefined) text += jsonStringify(keys[i]) + ':'
    text += item
  }
  return keys === undefined ? text + ']' : text + '}'
}

/** A primitive as JSON; `undefined` for objects, and for what JSON does not hold. */
function primitiveText(value: unknown): string | undefined {
  switch (typeof value) {
    case 'string':
      return jsonStringify(value)
    case 'boolean':
      return value ? 'true' : 'false'
    case 'number':
      return sentinelOf(value) === 0 ? numberToString(value) : undefined
    default:
      return value === null ? 'null' : undefined
  }
}

/** The sentinel that stands for a number that JSON cannot write; 0 for the others. */
function sentinelOf(value: number): number {
  if (isNaN(value)) return NOT_A_NUMBER
  if (value === 0) return 1 / value < 0 ? NEGATIVE_ZERO : 0
  if (value === 1 / 0) return POSITIVE_INFINITY
  return value === -1 / 0 ? NEGATIVE_INFINITY : 0
}

/** What was read of an object before the walk. */
interface Properties {
  readonly of: object
  readonly keys: readonly string[]
  readonly values: readonly unknown[]
}

class Walk {
  #root: string | readonly string[]
  #mode: EncodeMode
  /** Values in the order of their indices, with where each was found. */
  #values = unlinkedList<unknown>()
  #parents = unlinkedList<number>()
  #keys = unlinkedList<string | number>()
  #count = 0
  #seen = new MapOf<unknown, number>()
  /** Texts of the buffers that were met, by index, and how many bytes each holds. */
  #buffers = new MapOf<number, BufferText>()
  #isPlain = true
  /** Why the value cannot cross, once a part was met that cannot. */
  refusal: string | undefined

  #read: Properties | undefined

  constructor(root: string | readonly string[], mode: EncodeMode, read: Properties | undefined) {
    this.#root = root
    this.#mode = mode
    this.#read = read
  }

  run(value: unknown): Encoded {
    const first = this.#place(value, -1, '')
    if (first < 0) return { text: EXACT + first, isPlain: false }
    let text = EXACT
    for (let i = 0; i < this.#count && this.refusal === undefined; i++)
      text += (i === 0 ? '[' : ',') + this.#write(this.#values[i], i)
    return { text: text + ']', isPlain: this.#isPlain }
  }

  /** Gives a value its index, or the sentinel or earlier index that stands for it. */
  #place(value: unknown, parent: number, key: string | number): number {
    let part = value
    if (typeof part === 'object' && part !== null) {
      const known = mapGet(this.#seen, part)
      if (known !== undefined) {
        this.#isPlain = false
        return known
      }
      const crossing = this.#mode.toJSON ? this.#afterToJSON(part, key) : part
      if (crossing !== part) {
        part = crossing
        if (typeof part === 'object' && part !== null) {
          const same = mapGet(this.#seen, part)
          if (same !== undefined) {
            this.#isPlain = false
            return same
          }
        }
        mapSet(this.#seen, value, this.#count)
      }
    }
    if (part === undefined) {
      this.#isPlain = false
      return UNDEFINED
    }
    if (typeof part === 'number') {
      const sentinel = sentinelOf(part)
      if (sentinel !== 0) {
        this.#isPlain = false
        return sentinel
      }
    }
    const index = this.#count++
    this.#values[index] = part
    this.#parents[index] = parent
    this.#keys[index] = key
    if (typeof part === 'object' && part !== null) mapSet(this.#seen, part, index)
    return index
  }

  #afterToJSON(value: object, key: string | number): unknown {
    try {
      return afterToJSON(value, key)
    } catch (error) {
      if (!this.#mode.substitute || isOutOfMemory(error)) throw error
      this.#isPlain = false
      return this.#mode.substitute(value)
    }
  }

  #write(value: unknown, index: number): string {
    switch (typeof value) {
      case 'string':
        return jsonStringify(value)
      case 'number':
        return numberToString(value)
      case 'boolean':
        return value ? 'true' : 'false'
      case 'bigint':
        this.#isPlain = false
        return '["BigInt","' + bigintToString(value) + '"]'
      case 'object':
        return value === null ? 'null' : this.#writeReadable(value, index)
      default:
        return this.#refuse(value, index)
    }
  }

  #refuse(value: unknown, index: number, reason?: string): string {
    this.#isPlain = false
    if (this.#mode.substitute) return jsonStringify(this.#mode.substitute(value))
    const why = reason ?? 'a ' + kindOf(value) + ' cannot cross to the host'
    this.refusal ??= 'Cannot send ' + this.#pathOf(index) + ': ' + why
    return ''
  }

  #pathOf(index: number): string {
    let path = ''
    let at = index
    for (
      let parent = this.#parents[at] as number;
      parent >= 0;
      parent = this.#parents[at] as number
    ) {
      if (parent === 0 && typeof this.#root !== 'string') {
        return argumentName(this.#root, this.#keys[at] as string | number) + path
      }
      path = step(this.#keys[at] as string | number) + path
      at = parent
    }
    return (typeof this.#root === 'string' ? this.#root : 'args') + path
  }

  /** In an output, an object whose getter or trap throws becomes text as well. */
  #writeReadable(value: object, index: number): string {
    try {
      return this.#writeObject(value, index)
    } catch (error) {
      if (!this.#mode.substitute || isOutOfMemory(error)) throw error
      return this.#refuse(value, index)
    }
  }

  #writeObject(value: object, index: number): string {
    const prototype = reflectGetPrototypeOf(value)
    if (prototype === objectPrototype) return this.#writePlain(value, index)
    if (isArray(value)) return this.#writeArray(value, index)
    this.#isPlain = false
    if (prototype === null) return this.#writeNullPrototype(value, index)
    return this.#writeSpecial(value, index) ?? this.#writePlain(value, index)
  }

  #writePlain(value: object, index: number): string {
    const read = this.#read?.of === value ? this.#read : undefined
    const keys = read?.keys ?? objectKeys(value)
    let text = '{'
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i] as string
      if (key === '__proto__') return this.#writeEntries('Entries', value, keys, index)
      const part = read === undefined ? (value as Record<string, unknown>)[key] : read.values[i]
      const child = this.#place(part, index, key)
      text += '' + (i === 0 ? '' : ',') + jsonStringify(key) + ':' + child
    }
    return text + '}'
  }

  #writeNullPrototype(value: object, index: number): string {
    const keys = objectKeys(value)
    let text = '["null"'
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i] as string
      if (key === '__proto__') return this.#writeEntries('NullEntries', value, keys, index)
      text +=
        ',' +
        jsonStringify(key) +
        ',' +
        this.#place((value as Record<string, unknown>)[key], index, key)
    }
    return text + ']'
  }

  /** An object with an own key `__proto__`, which devalue refuses: as a list of keys and values. */
  #writeEntries(kind: string, value: object, keys: readonly string[], index: number): string {
    this.#isPlain = false
    const entries = unlinkedList<unknown>()
    for (let i = 0; i < keys.length; i++) {
      entries[2 * i] = keys[i]
      entries[2 * i + 1] = (value as Record<string, unknown>)[keys[i] as string]
    }
    return '["' + kind + '",' + this.#place(entries, index, '') + ']'
  }

  #writeArray(value: readonly unknown[], index: number): string {
    const length = value.length
    // A proxy of an array answers what it likes.
    if (length !== length >>> 0) return this.#refuse(value, index, 'its length is no array length')
    // Up to this length holes are written one by one; beyond it only what is there counts.
    if (length > 64) {
      const keys = objectKeys(value)
      if (keys.length * 2 < length) return this.#writeSparse(value, length, keys, index)
    }
    let text = '['
    for (let i = 0; i < length; i++) {
      if (i > 0) text += ','
      const item = value[i]
      if (item === undefined && !objectHasOwn(value, i)) {
        this.#isPlain = false
        text += HOLE
      } else text += this.#place(item, index, i)
    }
    return text + ']'
  }

  #writeSparse(
    value: readonly unknown[],
    length: number,
    keys: readonly string[],
    index: number,
  ): string {
    this.#isPlain = false
    let text = '[' + SPARSE + ',' + length
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i] as string
      const at = +key
      // The others are named properties, which do not cross; a proxy may give keys beyond its length.
      if ('' + at !== key || at !== at >>> 0 || at >= length) continue
      text += ',' + key + ',' + this.#place(value[at], index, at)
    }
    return text + ']'
  }

  /** Writes the kinds that have a form of their own; `undefined` for every other object. */
  #writeSpecial(value: object, index: number): string | undefined {
    const kind = typedArrayName(value)
    if (kind !== undefined) {
      const size = typedArrayByteLength(value)
      const offset = typedArrayByteOffset(value)
      return this.#writeView(kind, value, typedArrayBuffer(value), offset, size, index)
    }
    if (isErrorBrand(value)) return this.#writeError(value, index)
    if (hasBrand(mapSize, value)) {
      let text = '["Map"'
      mapForEach(value as Map<unknown, unknown>, (item, key) => {
        text += ',' + this.#place(key, index, 'key') + ',' + this.#place(item, index, mapStep(key))
      })
      return text + ']'
    }
    if (hasBrand(setSize, value)) {
      let text = '["Set"'
      setForEach(value as Set<unknown>, item => {
        text += ',' + this.#place(item, index, 'item')
      })
      return text + ']'
    }
    if (hasBrand(dateGetTime, value)) {
      const time = dateGetTime(value as Date)
      return isNaN(time) ? '["Date",""]' : '["Date","' + dateToISOString(value as Date) + '"]'
    }
    if (isRegExp(value)) {
      const flags = regExpFlags(value)
      return (
        '["RegExp",' +
        jsonStringify(regExpSource(value)) +
        (flags === '' ? '' : ',"' + flags + '"') +
        ']'
      )
    }
    if (hasBrand(arrayBufferByteLength, value)) return this.#take(value as ArrayBuffer, index).text
    if (hasBrand(dataViewByteLength, value)) {
      const size = dataViewByteLength(value)
      const offset = dataViewByteOffset(value)
      return this.#writeView('DataView', value, dataViewBuffer(value), offset, size, index)
    }
    if (isURL(value)) return '["URL",' + jsonStringify(urlHref(value)) + ']'
    if (isURLSearchParams(value))
      return '["URLSearchParams",' + jsonStringify(searchParamsText(value as never)) + ']'
    if (hasBrand(domExceptionName, value)) return this.#writeError(value as Error, index)
    const boxed = unboxed(value)
    if (boxed !== undefined) return '["Object",' + this.#place(boxed, index, '') + ']'
    if (isUnsendable(value)) return this.#refuse(value, index)
    return undefined
  }

  #writeError(error: Error, index: number): string {
    return '["Error",' + this.#place(errorParts(error), index, '') + ']'
  }

  #writeView(
    kind: string,
    view: object,
    buffer: ArrayBuffer,
    offset: number,
    size: number,
    index: number,
  ): string {
    const at = this.#place(buffer, index, 'buffer')
    const { byteLength } = this.#take(buffer, at)
    // A getter has resized the buffer since it was taken.
    if (offset + size > byteLength) return this.#refuse(view, index, 'its buffer was resized')
    const length = kind === 'DataView' ? size : typedArrayLength(view)
    const bounds = size === byteLength ? '' : ',' + offset + ',' + length
    return '["' + kind + '",' + at + bounds + ']'
  }

  /** The text of a buffer, made when it or a view of it is met first: views must fit what is sent. */
  #take(buffer: ArrayBuffer, index: number): BufferText {
    const known = mapGet(this.#buffers, index)
    if (known !== undefined) return known
    const byteLength = arrayBufferByteLength(buffer)
    const taken = { text: '["ArrayBuffer","' + toBase64(buffer) + '"]', byteLength }
    mapSet(this.#buffers, index, taken)
    return taken
  }
}

interface BufferText {
  readonly text: string
  readonly byteLength: number
}
