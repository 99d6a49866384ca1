/**
 * Kinds of guest values for the encoder. They are recognized by brands that no program can forge.
 */

import { isBlob } from '../files/blob.ts'
import {
  arrayBufferByteLength,
  bigintValueOf,
  booleanValueOf,
  dataViewByteLength,
  dateGetTime,
  hasBrand,
  hidden,
  internalErrorPrototype,
  isArray,
  isErrorBrand,
  mapSize,
  numberValueOf,
  objectHasOwn,
  objectKeys,
  objectPrototype,
  record,
  reflectApply,
  reflectDefineProperty,
  reflectGetPrototypeOf,
  regExpPrototype,
  regExpSource,
  StringOf,
  setSize,
  stringValueOf,
  symbolToString,
  typedArrayName,
  weakMapHas,
  weakSetHas,
} from '../primordials.ts'
import { isPromiseLike } from '../promise-state.ts'
import { isURL, isURLSearchParams } from '../web/url.ts'

/**
 * The value as which an object with a `toJSON` method crosses: the method's result, unless the
 * object crosses as it is.
 */
export function afterToJSON(value: object, key: string | number): unknown {
  if (!inheritsToJSON(value) || hasOwnForm(value)) return value
  const { toJSON } = value as { toJSON?: unknown }
  return typeof toJSON === 'function' ? reflectApply(toJSON as never, value, ['' + key]) : value
}

/** Whether `toJSON` is the object's or its class's own: a patch of all objects changes no value. */
function inheritsToJSON(value: object): boolean {
  for (let up: object | null = value; up !== null; up = reflectGetPrototypeOf(up)) {
    if (up === objectPrototype) return false
    if (objectHasOwn(up, 'toJSON')) return true
  }
  return false
}

/** Whether an object is of a kind that crosses as it is, so that `toJSON` is not asked. */
function hasOwnForm(value: object): boolean {
  return (
    isArray(value) ||
    typedArrayName(value) !== undefined ||
    isErrorBrand(value) ||
    hasBrand(mapSize, value) ||
    hasBrand(setSize, value) ||
    hasBrand(dateGetTime, value) ||
    isRegExp(value) ||
    hasBrand(arrayBufferByteLength, value) ||
    hasBrand(dataViewByteLength, value) ||
    isURL(value) ||
    isURLSearchParams(value) ||
    isBlob(value)
  )
}

/** Whether the guest's heap had no room: that is never what a value says of itself. */
export function isOutOfMemory(error: unknown): boolean {
  return isErrorBrand(error) && reflectGetPrototypeOf(error) === internalErrorPrototype
}

/** Reads the properties that cross. */
interface Reader {
  read(value: object, key: PropertyKey): unknown
}

/** The parts of an error that cross. Its stack stays, since it names files of this side. */
export function errorParts(error: Error, from: Reader): Record<string, unknown> {
  const parts = {} as Record<string, unknown>
  const put = (key: string, value: unknown) =>
    reflectDefineProperty(parts, key, hidden(value, true))
  put('name', asText(from.read(error, 'name'), 'Error'))
  put('message', asText(from.read(error, 'message'), ''))
  if (objectHasOwn(error, 'cause')) put('cause', from.read(error, 'cause'))
  if (objectHasOwn(error, 'errors')) put('errors', from.read(error, 'errors'))
  const keys = objectKeys(error)
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i] as string
    if (key === 'stack' || key === 'name' || key === 'message' || key === '__proto__') continue
    if (key === 'cause' || key === 'errors') continue
    put(key, from.read(error, key))
  }
  return parts
}

/** A name or message as text. Its conversion may throw. */
function asText(value: unknown, otherwise: string): string {
  if (typeof value === 'string') return value
  try {
    return StringOf(value)
  } catch (error) {
    if (isOutOfMemory(error)) throw error
    // No text: it crosses as an error that has none.
    return otherwise
  }
}

/** Whether a value is a regular expression, whatever its prototype was made to say. */
export function isRegExp(value: object): boolean {
  // `source` answers for `RegExp.prototype` too, which is not a regular expression.
  return hasBrand(regExpSource, value) && value !== regExpPrototype
}

/** The primitive in a boxed one; `undefined` for every other object. */
export function unboxed(value: object): unknown {
  if (hasBrand(numberValueOf, value)) return numberValueOf(value)
  if (hasBrand(stringValueOf, value)) return stringValueOf(value)
  if (hasBrand(booleanValueOf, value)) return booleanValueOf(value)
  if (hasBrand(bigintValueOf, value)) return bigintValueOf(value)
  return undefined
}

const PROBE = record()

/** Whether an object is of a kind that cannot cross. */
export function isUnsendable(value: object): boolean {
  if (isPromiseLike(value)) return true
  return hasBrand(v => weakMapHas(v, PROBE), value) || hasBrand(v => weakSetHas(v, PROBE), value)
}

/** The name of a value that cannot cross, in the message of its refusal. */
export function kindOf(value: unknown): string {
  if (typeof value === 'symbol') return 'symbol (' + symbolToString(value) + ')'
  if (typeof value === 'function') return 'function'
  return isPromiseLike(value as object) ? 'promise' : 'weak collection'
}
