/** Turns the arguments of a tool's call into its input: a record of its schema, or a list. */

import { nameDistance } from '../../../protocol/tool/near-names.ts'
import { encode, encodePrimitives, encodeRecord } from '../codec/encode.ts'
import type { EncodedText } from '../codec/engine-text.ts'
import {
  append,
  arrayJoin,
  hidden,
  isArray,
  objectHasOwn,
  objectIs,
  objectKeys,
  objectPrototype,
  RegExpOf,
  reflectDefineProperty,
  reflectGetPrototypeOf,
  regExpExec,
  TypeErrorOf,
} from '../primordials.ts'

/**
 * The rules that decide whether a single object is the input. They are a tuple, since a program may
 * have put anything on `Object.prototype`. See `ArgumentRules` in
 * `protocol/tool/argument-rules.ts`.
 */
export type GuestRules = readonly [
  isOpen: boolean,
  takesObject: boolean,
  needsObject: boolean,
  required: readonly string[],
  others: readonly string[],
  /** Keys of `patternProperties` that are regular expressions of this language. */
  patterns: readonly string[],
]

/** The facts about a tool by which its arguments are read. */
export interface Signature {
  readonly name: string
  /** Properties of the input schema in declared order; `null`: positional arguments as they are. */
  readonly parameters: readonly string[] | null
  /**
   * Absent of a list of tools that an earlier version wrote: an object of declared keys is the
   * input.
   */
  readonly rules: GuestRules | undefined
}

/**
 * Encodes the arguments of a call.
 *
 * @throws {TypeError} for too many of them, or a value that cannot cross
 */
export function encodeInput(signature: Signature, args: ArrayLike<unknown>): EncodedText {
  const { parameters, rules } = signature
  let count = isElementCallback(args) ? 1 : args.length
  if (parameters === null) return encodeList(args, count)
  // A trailing `undefined` counts as absent.
  while (count > 0 && args[count - 1] === undefined) count--
  if (count === 1) {
    const only = args[0]
    if (isPlainObject(only) && isInput(only, parameters, rules)) {
      const isLinked = reflectGetPrototypeOf(only) === objectPrototype
      return isLinked ? encodeRecord(only, 'args[0]') : encode(only, 'args[0]')
    }
    // It can only be the input. The host reports its faults.
    if (parameters.length === 0 && rules !== undefined && rules[0]) return encode(only, 'args[0]')
  }
  if (count > parameters.length) throw tooMany(signature.name, parameters, count)
  const text = encodePrimitives(args, count, parameters)
  if (text !== undefined) return text
  const input = {}
  for (let i = 0; i < count; i++)
    if (args[i] !== undefined)
      reflectDefineProperty(input, parameters[i] as string, hidden(args[i], true))
  return encode(input, parameters)
}

function encodeList(args: ArrayLike<unknown>, count: number): EncodedText {
  const text = encodePrimitives(args, count)
  if (text !== undefined) return text
  const list: unknown[] = []
  for (let i = 0; i < count; i++) append(list, args[i])
  return encode(list, 'args')
}

function tooMany(name: string, parameters: readonly string[], count: number): Error {
  const takes =
    parameters.length === 0 ? 'no arguments' : '(' + arrayJoin(parameters as string[], ', ') + ')'
  return new TypeErrorOf(name + ' takes ' + takes + ', got ' + count + ' arguments')
}

/** Whether these are the arguments of an array method's callback: element, index, array. */
function isElementCallback(args: ArrayLike<unknown>): boolean {
  if (args.length !== 3) return false
  const index = args[1]
  const list = args[2]
  if (typeof index !== 'number' || !isArray(list)) return false
  // Every array reads as `undefined` beyond its end and at a key that is not an index.
  return index >>> 0 === index && index < list.length && objectIs(list[index], args[0])
}

function isPlainObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  const prototype = reflectGetPrototypeOf(value)
  return prototype === objectPrototype || prototype === null
}

/** Whether an object is the whole input; otherwise it is the value of the first property. */
function isInput(
  value: object,
  parameters: readonly string[],
  rules: GuestRules | undefined,
): boolean {
  const keys = objectKeys(value)
  if (rules === undefined) return keys.length > 0 && unknownKeys(keys, parameters, []).length === 0
  const isOpen = rules[0]
  const needsObject = rules[2]
  const others = rules[4]
  if (keys.length === 0) return !needsObject
  const unknown = unknownKeys(keys, parameters, others)
  if (unknown.length === 0) return true
  const isAccepted = isOpen || fitsPattern(unknown, rules[5])
  if (isAccepted && (unknown.length < keys.length || hasAll(value, rules[3]))) return true
  const takesObject = rules[1]
  return !takesObject || isNearAny(unknown, parameters) || isNearAny(unknown, others)
}

function unknownKeys(
  keys: readonly string[],
  parameters: readonly string[],
  others: readonly string[],
): string[] {
  const unknown: string[] = []
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i] as string
    if (!includes(parameters, key) && !includes(others, key)) append(unknown, key)
  }
  return unknown
}

function hasAll(value: object, names: readonly string[]): boolean {
  for (let i = 0; i < names.length; i++) if (!objectHasOwn(value, names[i] as string)) return false
  return true
}

function fitsPattern(keys: readonly string[], patterns: readonly string[]): boolean {
  for (let i = 0; i < patterns.length; i++) {
    const pattern = compile(patterns[i] as string)
    if (pattern === undefined) continue
    for (let j = 0; j < keys.length; j++)
      if (regExpExec(pattern, keys[j] as string) !== null) return true
  }
  return false
}

function compile(pattern: string): RegExp | undefined {
  try {
    return new RegExpOf(pattern, 'u')
  } catch {
    // It may be one of the lenient syntax.
  }
  try {
    return new RegExpOf(pattern)
  } catch {
    // The host's engine accepts this pattern, this engine does not. Then the other rules decide.
    return undefined
  }
}

function isNearAny(keys: readonly string[], names: readonly string[]): boolean {
  for (let i = 0; i < keys.length; i++)
    for (let j = 0; j < names.length; j++)
      if (nameDistance(keys[i] as string, names[j] as string) !== undefined) return true
  return false
}

function includes(list: readonly string[], text: string): boolean {
  for (let i = 0; i < list.length; i++) if (list[i] === text) return true
  return false
}
