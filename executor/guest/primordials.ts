/**
 * The intrinsics that the prelude uses, captured before any program runs.
 *
 * A program may patch or delete every built-in, and harms only itself: prelude code that runs after
 * the program has started calls nothing that the program could have reached. So prelude modules
 *
 * - call methods through the functions of this file (`arrayPush(list, x)`, not `list.push(x)`),
 * - walk arrays by index, never by the iteration protocol (`for…of`, spread, array destructuring),
 * - build records and property descriptors without a prototype ({@link record}, {@link hidden}),
 * - append with {@link append}, since an assignment to an absent index may meet a setter that the
 *   program put on `Array.prototype`,
 * - join texts with `+`: QuickJS compiles a template with substitutions to a call of
 *   `String.prototype.concat`,
 * - ask for brands by the functions of this file, never by `instanceof` or `constructor`.
 *
 * An export without a docstring is the built-in that its name spells: `arrayJoin` is the `join` of
 * arrays, with the array as its first argument; `mapSize` is a getter; `MapOf` is `Map` itself.
 */

/** Turns a method into a function that takes `this` first, with no look-up left to patch. */
const uncurry = Function.prototype.bind.bind(Function.prototype.call) as <
  T,
  A extends unknown[],
  R,
>(
  method: (this: T, ...args: A) => R,
) => (self: T, ...args: A) => R

/** The getter of a prototype as a function of its receiver. */
export const getter = (proto: object, key: PropertyKey) =>
  uncurry(Object.getOwnPropertyDescriptor(proto, key)?.get as (this: unknown) => unknown)

export const {
  apply: reflectApply,
  construct: reflectConstruct,
  defineProperty: reflectDefineProperty,
  deleteProperty: reflectDeleteProperty,
  get: reflectGet,
  getOwnPropertyDescriptor: reflectGetOwnPropertyDescriptor,
  getPrototypeOf: reflectGetPrototypeOf,
  setPrototypeOf: reflectSetPrototypeOf,
  ownKeys: reflectOwnKeys,
} = Reflect

export const { create: objectCreate, freeze: objectFreeze, keys: objectKeys, is: objectIs } = Object
export const objectHasOwn = Object.hasOwn
export const objectPrototype = Object.prototype
export const objectToString = uncurry(Object.prototype.toString)
export const propertyIsEnumerable = uncurry(Object.prototype.propertyIsEnumerable)

export const { isArray } = Array
export const arrayPrototype = Array.prototype
export const arrayJoin = uncurry(
  Array.prototype.join as (this: unknown, separator?: string) => string,
)
export const arraySort = uncurry(
  Array.prototype.sort as <T>(this: T[], by?: (a: T, b: T) => number) => T[],
)
/** Whether a value is a view of a buffer: a typed array or a `DataView`. */
export const isBuffer = ArrayBuffer.isView

export const functionToString = uncurry(Function.prototype.toString)

export const { stringify: jsonStringify, parse: jsonParse } = JSON
export const { isInteger, isFinite, isNaN } = Number
export const { floor, min, max, trunc, abs, imul, ceil } = Math
export const numberToString = uncurry(Number.prototype.toString)
export const numberToFixed = uncurry(Number.prototype.toFixed)
export const NumberOf = Number
export const StringOf = String
export const bigintToString = uncurry(BigInt.prototype.toString)
export const BigIntOf = BigInt

export const stringCharCodeAt = uncurry(String.prototype.charCodeAt)
export const stringSlice = uncurry(String.prototype.slice)
export const stringIndexOf = uncurry(String.prototype.indexOf)
export const stringLastIndexOf = uncurry(String.prototype.lastIndexOf)
export const stringStartsWith = uncurry(String.prototype.startsWith)
export const stringRepeat = uncurry(String.prototype.repeat)
export const stringPadStart = uncurry(String.prototype.padStart)
export const stringPadEnd = uncurry(String.prototype.padEnd)
export const stringToLowerCase = uncurry(String.prototype.toLowerCase)
export const stringTrim = uncurry(String.prototype.trim)
export const stringFromCharCode = String.fromCharCode
export const stringIsWellFormed = uncurry(String.prototype.isWellFormed)

export const symbolToString = uncurry(Symbol.prototype.toString)
export const symbolDescription = getter(Symbol.prototype, 'description') as (
  s: symbol,
) => string | undefined
export const { iterator: symbolIterator, asyncIterator: symbolAsyncIterator } = Symbol
export const {
  toStringTag: symbolToStringTag,
  dispose: symbolDispose,
  asyncDispose: symbolAsyncDispose,
} = Symbol
export const symbolFor = Symbol.for

export const PromiseOf = Promise
export const promisePrototype = Promise.prototype
export const promiseThen = uncurry(Promise.prototype.then)
export const ErrorOf = Error
export const TypeErrorOf = TypeError
export const RangeErrorOf = RangeError
export const EvalErrorOf = EvalError
export const SuppressedErrorOf = SuppressedError
/** Whether the engine made a value as an error, whatever its prototype is now. */
export const isErrorBrand = (Error as unknown as { isError(value: unknown): value is Error })
  .isError
export const errorPrototype = Error.prototype
/** Absent in V8, where tests load this module: there each error has a stack of its own. */
const errorStack = Object.getOwnPropertyDescriptor(Error.prototype, 'stack')
/** The engine's own stack of an error. */
export const getErrorStack = uncurry(errorStack?.get as (this: unknown) => unknown)
/** Sets the engine's own stack of an error. */
export const setErrorStack = uncurry(errorStack?.set as (this: unknown, value: unknown) => void)

export const MapOf = Map
export const mapGet = uncurry(Map.prototype.get) as <K, V>(map: Map<K, V>, key: K) => V | undefined
export const mapSet = uncurry(Map.prototype.set) as <K, V>(
  map: Map<K, V>,
  key: K,
  value: V,
) => Map<K, V>
export const mapHas = uncurry(Map.prototype.has) as <K>(map: Map<K, unknown>, key: K) => boolean
export const mapDelete = uncurry(Map.prototype.delete) as <K>(
  map: Map<K, unknown>,
  key: K,
) => boolean
export const mapClear = uncurry(Map.prototype.clear) as (map: Map<unknown, unknown>) => void
export const mapSize = getter(Map.prototype, 'size') as (map: unknown) => number
export const mapForEach = uncurry(Map.prototype.forEach) as <K, V>(
  map: Map<K, V>,
  visit: (value: V, key: K) => void,
) => void
export const SetOf = Set
export const setHas = uncurry(Set.prototype.has) as <T>(set: Set<T>, value: T) => boolean
export const setAdd = uncurry(Set.prototype.add) as <T>(set: Set<T>, value: T) => Set<T>
export const setSize = getter(Set.prototype, 'size') as (set: unknown) => number
export const setForEach = uncurry(Set.prototype.forEach) as <T>(
  set: Set<T>,
  visit: (value: T) => void,
) => void
export const WeakMapOf = WeakMap
export const weakMapGet = uncurry(WeakMap.prototype.get) as <V>(
  map: WeakMap<WeakKey, V>,
  key: WeakKey,
) => V | undefined
export const weakMapSet = uncurry(WeakMap.prototype.set) as <V>(
  map: WeakMap<WeakKey, V>,
  key: WeakKey,
  value: V,
) => unknown
export const weakMapHas = uncurry(WeakMap.prototype.has) as (
  map: WeakMap<WeakKey, unknown>,
  key: WeakKey,
) => boolean
export const weakSetHas = uncurry(WeakSet.prototype.has) as (
  set: WeakSet<WeakKey>,
  key: WeakKey,
) => boolean

export const DateOf = Date
export const dateUTC = Date.UTC
export const dateGetTime = uncurry(Date.prototype.getTime)
export const dateSetTime = uncurry(Date.prototype.setTime)
/** The text of a date in UTC: the engine knows no other zone. See `intl/date-text.ts`. */
export const dateOwnToString = uncurry(Date.prototype.toString)
export const dateOwnToTimeString = uncurry(Date.prototype.toTimeString)
export const dateToISOString = uncurry(Date.prototype.toISOString)
export const RegExpOf = RegExp
export const regExpSource = getter(RegExp.prototype, 'source') as (value: unknown) => string
export const regExpPrototype = RegExp.prototype
export const regExpExec = uncurry(RegExp.prototype.exec)

export const ArrayBufferOf = ArrayBuffer
export const arrayBufferByteLength = getter(ArrayBuffer.prototype, 'byteLength') as (
  value: unknown,
) => number
export const Uint8ArrayOf = Uint8Array
const typedArrayPrototype = Reflect.getPrototypeOf(Uint8Array.prototype) as object
/** The name of a typed array's kind (`"Int16Array"`); `undefined` for other values: a brand. */
export const typedArrayName = getter(typedArrayPrototype, Symbol.toStringTag) as (
  value: unknown,
) => string | undefined
export const typedArrayLength = getter(typedArrayPrototype, 'length') as (value: unknown) => number
export const typedArrayBuffer = getter(typedArrayPrototype, 'buffer') as (
  value: unknown,
) => ArrayBuffer
export const typedArrayByteOffset = getter(typedArrayPrototype, 'byteOffset') as (
  value: unknown,
) => number
export const typedArrayByteLength = getter(typedArrayPrototype, 'byteLength') as (
  value: unknown,
) => number

const dataView = DataView.prototype
export const dataViewBuffer = getter(dataView, 'buffer') as (value: unknown) => ArrayBuffer
export const dataViewByteLength = getter(dataView, 'byteLength') as (value: unknown) => number
export const dataViewByteOffset = getter(dataView, 'byteOffset') as (value: unknown) => number

/** Whether `probe`, a getter or method that checks its receiver's brand, accepts `value`. */
export function hasBrand(probe: (value: never) => unknown, value: unknown): boolean {
  try {
    probe(value as never)
    return true
  } catch {
    // The receiver has not the internal slot: that is the answer.
    return false
  }
}

/** A record without a prototype: look-ups on it miss what a program put on `Object.prototype`. */
export function record(): Record<string, unknown> {
  return objectCreate(null)
}

/** A descriptor of a writable, configurable data property; enumerable only on demand. */
export function hidden(value: unknown, enumerable = false): PropertyDescriptor {
  const descriptor = objectCreate(null)
  descriptor.value = value
  descriptor.writable = true
  descriptor.enumerable = enumerable
  descriptor.configurable = true
  return descriptor
}

/** Appends to a list of ours, past any setter on `Array.prototype`. */
export function append<T>(list: T[], value: T): void {
  reflectDefineProperty(list, list.length, hidden(value, true))
}

export const { getOwnPropertySymbols } = Object
export const { sqrt, round } = Math
export const parseIntOf = parseInt
export const parseFloatOf = parseFloat
export const stringEndsWith = uncurry(String.prototype.endsWith)
export const stringValueOf = uncurry(String.prototype.valueOf) as (value: unknown) => string
export const numberValueOf = uncurry(Number.prototype.valueOf) as (value: unknown) => number
export const booleanValueOf = uncurry(Boolean.prototype.valueOf) as (value: unknown) => boolean
export const bigintValueOf = uncurry(BigInt.prototype.valueOf) as (value: unknown) => bigint
export const symbolValueOf = uncurry(Symbol.prototype.valueOf) as (value: unknown) => symbol
export const symbolToPrimitive: typeof Symbol.toPrimitive = Symbol.toPrimitive
export const mapEntries = uncurry(Map.prototype.entries) as <K, V>(
  map: Map<K, V>,
) => Iterator<[K, V]>
/** `next` of the iterators that {@link mapEntries} returns. */
export const mapIteratorNext = uncurry(new Map().entries().next) as <T>(
  iterator: Iterator<T>,
) => IteratorResult<T>
export const setValues = uncurry(Set.prototype.values) as <T>(set: Set<T>) => Iterator<T>
/** `next` of the iterators that {@link setValues} returns. */
export const setIteratorNext = uncurry(new Set().values().next) as <T>(
  iterator: Iterator<T>,
) => IteratorResult<T>

const flag = (letter: string, name: keyof RegExp) => ({
  letter,
  isSet: getter(RegExp.prototype, name),
})
/** The letters of a pattern's flags in the order of `flags`. */
const regExpFlagGetters = [
  flag('d', 'hasIndices'),
  flag('g', 'global'),
  flag('i', 'ignoreCase'),
  flag('m', 'multiline'),
  flag('s', 'dotAll'),
  flag('u', 'unicode'),
  flag('v', 'unicodeSets' as keyof RegExp),
  flag('y', 'sticky'),
]

/** The flags of a pattern; the language's own getter would ask patched ones. */
export function regExpFlags(value: unknown): string {
  let flags = ''
  for (let i = 0; i < regExpFlagGetters.length; i++) {
    const { letter, isSet } = regExpFlagGetters[i] as { letter: string; isSet(v: unknown): unknown }
    if (isSet(value) === true) flags += letter
  }
  return flags
}

/** An empty list without a prototype: assignments to it meet no setter on `Array.prototype`. */
export function unlinkedList<T>(): T[] {
  const list: T[] = []
  reflectSetPrototypeOf(list, null)
  return list
}

export const ObjectOf = Object
export const AggregateErrorOf = AggregateError
export const DataViewOf = DataView
/** Constructors of errors by name. */
export const standardErrors: Record<string, ErrorConstructor> = objectFreeze({
  __proto__: null,
  Error,
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
}) as never
/** Constructors of typed arrays by name. */
export const typedArrayConstructors: Record<string, new (buffer: ArrayBuffer) => object> =
  objectFreeze({
    __proto__: null,
    Int8Array,
    Uint8Array,
    Uint8ClampedArray,
    Int16Array,
    Uint16Array,
    Int32Array,
    Uint32Array,
    BigInt64Array,
    BigUint64Array,
    Float16Array: (globalThis as unknown as { Float16Array: new (buffer: ArrayBuffer) => object })
      .Float16Array,
    Float32Array,
    Float64Array,
  }) as never
export const functionPrototype = Function.prototype
export const arrayFrom = Array.from

export const stringToUpperCase = uncurry(String.prototype.toUpperCase)
export const stringToWellFormed = uncurry(String.prototype.toWellFormed)
export const { encodeURIComponent: encodeComponent, decodeURIComponent: decodeComponent } =
  globalThis
/** The prototype that the language's own iterators share. */
export const iteratorPrototype = Iterator.prototype as object
export const DOMExceptionOf = DOMException
/** The name of a `DOMException`: a brand, since the engine does not count it among the errors. */
export const domExceptionName = getter(DOMException.prototype, 'name')
/** Prototype of the error of a failed allocation. Absent in Node, where tests load this file. */
export const internalErrorPrototype = (
  globalThis as unknown as { InternalError?: ErrorConstructor }
).InternalError?.prototype

export const { escape: escapeOf, unescape: unescapeOf } = globalThis as unknown as Record<
  'escape' | 'unescape',
  (text: string) => string
>
/** `btoa`: a binary text to base64. */
export const binaryToAscii = btoa
/** `atob`: base64 to a binary text. */
export const asciiToBinary = atob
const base64 = Uint8Array as unknown as {
  fromBase64(text: string): Uint8Array<ArrayBuffer>
  prototype: { toBase64(): string }
}
export const base64ToBytes = base64.fromBase64
export const bytesToBase64 = uncurry(base64.prototype.toBase64) as (bytes: Uint8Array) => string
export const typedArraySet = uncurry(Uint8Array.prototype.set) as (
  target: Uint8Array,
  source: Uint8Array,
) => void
export const arrayBufferSlice = uncurry(ArrayBuffer.prototype.slice)

/** `ToString` of the language: as `String(value)`, but a symbol is a `TypeError`. */
export function toText(value: unknown): string {
  if (typeof value === 'symbol') throw new TypeErrorOf('Cannot convert a Symbol value to a string')
  return StringOf(value)
}

/** `ToNumber` of the language, with V8's messages for a value that does not convert. */
export function toNumber(value: unknown): number {
  if (typeof value === 'bigint' || typeof value === 'symbol') {
    const kind = typeof value === 'bigint' ? 'BigInt' : 'Symbol'
    throw new TypeErrorOf('Cannot convert a ' + kind + ' value to a number')
  }
  return +(value as number)
}

const arrayBuffer = ArrayBuffer.prototype as unknown as {
  transfer(this: ArrayBuffer): ArrayBuffer
}
/** Moves a buffer's bytes to another one, and detaches it. */
export const arrayBufferTransfer = uncurry(arrayBuffer.transfer)
export const arrayBufferIsDetached = getter(arrayBuffer, 'detached')
export const arrayBufferIsResizable = getter(arrayBuffer, 'resizable')
export const arrayBufferMaxByteLength = getter(arrayBuffer, 'maxByteLength')
export const domExceptionMessage = getter(DOMException.prototype, 'message')

const asyncIteratorPrototype = Reflect.getPrototypeOf(
  Reflect.getPrototypeOf(Reflect.getPrototypeOf((async function* () {})()) as object) as object,
)

/** Whether a value inherits from the prototype of the language's own iterators and generators. */
export function isIterator(value: object): boolean {
  for (let up: object | null = value; up !== null; up = reflectGetPrototypeOf(up))
    if (up === iteratorPrototype || up === asyncIteratorPrototype) return true
  return false
}

/** Throws a `TypeError` for all but typed arrays, and for one that is detached or out of bounds. */
export const typedArrayKeys = uncurry(
  (typedArrayPrototype as { keys(this: unknown): Iterator<number> }).keys,
)
