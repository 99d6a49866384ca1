/**
 * Finds the constructor's name and the kind of a value, as `inspect` names them.
 *
 * JavaScript has no cheap question for an object's internal slots: a refused probe costs an error.
 * So the prototype chain proposes one kind, and one probe confirms it. All probes are tried only
 * for a chain that meets no built-in prototype.
 */

import {
  arrayBufferByteLength,
  arrayPrototype,
  bigintValueOf,
  booleanValueOf,
  dataViewByteLength,
  dateGetTime,
  hasBrand,
  isArray,
  isErrorBrand,
  MapOf,
  mapGet,
  mapSet,
  mapSize,
  numberValueOf,
  objectHasOwn,
  objectKeys,
  objectPrototype,
  reflectGetOwnPropertyDescriptor,
  reflectGetPrototypeOf,
  regExpSource,
  setSize,
  stringLastIndexOf,
  stringSlice,
  stringValueOf,
  symbolValueOf,
  typedArrayName,
  weakMapHas,
  weakSetHas,
} from '../primordials.ts'

/** The kinds of object that print differently. */
export type Kind =
  | 'object'
  | 'array'
  | 'function'
  | 'map'
  | 'set'
  | 'error'
  | 'date'
  | 'regexp'
  | 'promise'
  | 'typed-array'
  | 'array-buffer'
  | 'data-view'
  | 'weak-map'
  | 'weak-set'
  | 'string'
  | 'number'
  | 'boolean'
  | 'bigint'
  | 'symbol'

/** Prints an object of one class; `depth` is how many levels may still be shown below it. */
export type Inspector = (value: object, depth: number) => string

/**
 * `name`: the constructor's, `null` for a chain that ends without one. `inspector`: when a
 * prototype of the chain has one. `unnamed`: the first prototype of a chain that names no
 * constructor.
 */
export type Identity = {
  name: string | null
  kind: Kind
  inspector: Inspector | undefined
  unnamed: object | null
}

type WellKnown = { name: string; kind: Kind; inspector: Inspector | undefined }

const kindNames: Record<Kind, string> = {
  object: 'Object',
  array: 'Array',
  function: 'Function',
  map: 'Map',
  set: 'Set',
  error: 'Error',
  date: 'Date',
  regexp: 'RegExp',
  promise: 'Promise',
  'typed-array': 'TypedArray',
  'array-buffer': 'ArrayBuffer',
  'data-view': 'DataView',
  'weak-map': 'WeakMap',
  'weak-set': 'WeakSet',
  string: 'String',
  number: 'Number',
  boolean: 'Boolean',
  bigint: 'BigInt',
  symbol: 'Symbol',
}

// A chain of proxies may go on for ever.
const maxPrototypes = 1000

const wellKnown = new MapOf<object, WellKnown>()

const know = (prototype: object, kind: Kind, name: string) => {
  mapSet(wellKnown, prototype, { name, kind, inspector: undefined })
}

know(objectPrototype, 'object', 'Object')
know(arrayPrototype, 'array', 'Array')
know(Function.prototype, 'function', 'Function')
know(reflectGetPrototypeOf(async () => {}) as object, 'function', 'AsyncFunction')
know(reflectGetPrototypeOf(function* () {}) as object, 'function', 'GeneratorFunction')
know(reflectGetPrototypeOf(async function* () {}) as object, 'function', 'AsyncGeneratorFunction')
know(Map.prototype, 'map', 'Map')
know(Set.prototype, 'set', 'Set')
know(Date.prototype, 'date', 'Date')
know(RegExp.prototype, 'regexp', 'RegExp')
know(Promise.prototype, 'promise', 'Promise')
know(ArrayBuffer.prototype, 'array-buffer', 'ArrayBuffer')
know(DataView.prototype, 'data-view', 'DataView')
know(WeakMap.prototype, 'weak-map', 'WeakMap')
know(WeakSet.prototype, 'weak-set', 'WeakSet')
know(String.prototype, 'string', 'String')
know(Number.prototype, 'number', 'Number')
know(Boolean.prototype, 'boolean', 'Boolean')
know(BigInt.prototype, 'bigint', 'BigInt')
know(Symbol.prototype, 'symbol', 'Symbol')
know(Error.prototype, 'error', 'Error')
know(TypeError.prototype, 'error', 'TypeError')
know(RangeError.prototype, 'error', 'RangeError')
know(SyntaxError.prototype, 'error', 'SyntaxError')
know(ReferenceError.prototype, 'error', 'ReferenceError')
know(EvalError.prototype, 'error', 'EvalError')
know(URIError.prototype, 'error', 'URIError')
know(AggregateError.prototype, 'error', 'AggregateError')
know(reflectGetPrototypeOf(Uint8Array.prototype) as object, 'typed-array', 'TypedArray')
know(Uint8Array.prototype, 'typed-array', 'Uint8Array')
know(Uint8ClampedArray.prototype, 'typed-array', 'Uint8ClampedArray')
know(Uint16Array.prototype, 'typed-array', 'Uint16Array')
know(Uint32Array.prototype, 'typed-array', 'Uint32Array')
know(Int8Array.prototype, 'typed-array', 'Int8Array')
know(Int16Array.prototype, 'typed-array', 'Int16Array')
know(Int32Array.prototype, 'typed-array', 'Int32Array')
know(Float32Array.prototype, 'typed-array', 'Float32Array')
know(Float64Array.prototype, 'typed-array', 'Float64Array')
know(BigInt64Array.prototype, 'typed-array', 'BigInt64Array')
know(BigUint64Array.prototype, 'typed-array', 'BigUint64Array')

const probeKey = {}
const probes: [Kind, (value: never) => unknown][] = [
  ['map', mapSize],
  ['set', setSize],
  ['date', dateGetTime],
  ['regexp', regExpSource],
  ['array-buffer', arrayBufferByteLength],
  ['data-view', dataViewByteLength],
  ['weak-map', value => weakMapHas(value, probeKey)],
  ['weak-set', value => weakSetHas(value, probeKey)],
  ['string', stringValueOf],
  ['number', numberValueOf],
  ['boolean', booleanValueOf],
  ['bigint', bigintValueOf],
  ['symbol', symbolValueOf],
]

/** Lets objects that inherit from `prototype` print as `inspector` says. */
export function registerInspector(prototype: object, inspector: Inspector): void {
  const known = mapGet(wellKnown, prototype)
  const name = known?.name ?? ownFunctionName(ownData(prototype, 'constructor'))
  mapSet(wellKnown, prototype, { name, kind: known?.kind ?? 'object', inspector })
}

/** Whether `prototype` is one of a built-in class. */
export function isWellKnownPrototype(prototype: object): boolean {
  return mapGet(wellKnown, prototype) !== undefined
}

/** The value of an own data property, `undefined` for an absent one and for an accessor. */
export function ownData(value: object, key: PropertyKey): unknown {
  const descriptor = reflectGetOwnPropertyDescriptor(value, key)
  return descriptor !== undefined && objectHasOwn(descriptor, 'value')
    ? descriptor.value
    : undefined
}

/** The own `name` of a function, `''` when it has none or the program made it something else. */
export function ownFunctionName(value: unknown): string {
  if (typeof value !== 'function') return ''
  const name = ownData(value, 'name')
  return typeof name === 'string' ? name : ''
}

/** Finds the kind of `value`. May throw the error of a proxy's trap. */
export function identify(value: object): Identity {
  let name: string | null = null
  let proposed: Kind | undefined
  let inspector: Inspector | undefined
  let at: object | null = value
  for (let steps = 0; at !== null && steps < maxPrototypes; steps++) {
    const known: WellKnown | undefined = at === value ? undefined : mapGet(wellKnown, at)
    if (known !== undefined) {
      name ??= known.name
      proposed = known.kind
      inspector = known.inspector
      break
    }
    if (name === null) {
      const maker = ownData(at, 'constructor')
      const own = ownFunctionName(maker)
      if (own !== '' && at !== value && isInstanceOf(maker as object, at, value)) name = own
    }
    at = reflectGetPrototypeOf(at)
  }
  const unnamed = name === null ? reflectGetPrototypeOf(value) : null
  return { name, kind: kindOf(value, proposed), inspector, unnamed }
}

/** Whether `value`, which inherits from `at`, is an instance of `maker`. */
function isInstanceOf(maker: object, at: object, value: object): boolean {
  const prototype = ownData(maker, 'prototype')
  if (prototype === at) return true
  let link = reflectGetPrototypeOf(value)
  for (let steps = 0; link !== null && steps < maxPrototypes; steps++) {
    if (link === prototype) return true
    link = reflectGetPrototypeOf(link)
  }
  return false
}

function kindOf(value: object, proposed: Kind | undefined): Kind {
  if (isArray(value)) return 'array'
  if (typeof value === 'function') return 'function'
  switch (proposed) {
    case 'object':
    case 'array':
    case 'function':
      return 'object'
    case 'error':
      // As in Node, an object that inherits from an error prints as one.
      return 'error'
    case 'typed-array':
      return typedArrayName(value) === undefined ? 'object' : 'typed-array'
    case 'promise':
      // As in Node, an object that only inherits from a promise prints as a pending one.
      return 'promise'
    default:
      break
  }
  if (proposed === undefined) {
    if (isErrorBrand(value)) return 'error'
    if (typedArrayName(value) !== undefined) return 'typed-array'
    // A record without a prototype is common, a built-in robbed of its own is not: the probes are
    // for what has nothing of its own to show.
    if (objectKeys(value).length > 0) return 'object'
  }
  for (let at = 0; at < probes.length; at++) {
    const probe = probes[at] as [Kind, (value: never) => unknown]
    if (proposed !== undefined && proposed !== probe[0]) continue
    if (hasBrand(probe[1], value)) return probe[0]
  }
  return 'object'
}

/**
 * The text before an object's braces, with a space at its end: `Foo(2) [Tag] `. `fallback` is the
 * name for an object without constructor, `size` is `''` or like `(2)`.
 */
export function prefixOf(name: string | null, tag: string, fallback: string, size = ''): string {
  if (name === null) {
    const own = '[' + fallback + size + ': null prototype] '
    return tag !== '' && fallback !== tag ? own + '[' + tag + '] ' : own
  }
  if (tag === '') return name + size + ' '
  const dot = stringLastIndexOf(tag, '.')
  if (name === (dot >= 1 ? stringSlice(tag, dot + 1) : tag)) return tag + size + ' '
  return name + size + ' [' + tag + '] '
}

/** V8's name for an object of that kind whose chain names no constructor. */
export function kindName(value: object, kind: Kind): string {
  return kind === 'typed-array' ? (typedArrayName(value) as string) : kindNames[kind]
}
