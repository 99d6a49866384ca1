/**
 * Guest values to text: the guest's half of the codec of `protocol/values/values.ts`.
 *
 * The format is devalue's.
 */

import { PLAIN } from '../../../protocol/values/value-format.ts'
import { storedFacts } from '../files/blob.ts'
import {
  hidden,
  jsonStringify,
  objectKeys,
  reflectDefineProperty,
  TypeErrorOf,
  unlinkedList,
} from '../primordials.ts'
import type { ReadProperties } from './encode-forms.ts'
import { primitiveText } from './encode-primitive.ts'
import { type EncodeMode, Walk } from './encode-walk.ts'
import { type EncodedText, KEPT, keepsPlain } from './engine-text.ts'

export type { EncodeMode } from './encode-walk.ts'

/** Longer strings are left to the engine where it can take them. */
const LONG_CHARS = 512

const REFUSE = { __proto__: null, factsOf: storedFacts } as EncodeMode

/**
 * Encodes one value.
 *
 * @param root the name of the value in the message of an error; for a synthetic record of arguments
 *   the names of its properties, in order
 * @throws {TypeError} with `code` `VALUE_NOT_TRANSFERABLE`, naming the path of a part that cannot
 *   cross. Errors of getters, traps and `toJSON` pass through.
 */
export function encode(
  value: unknown,
  root: string | readonly string[],
  mode: EncodeMode = REFUSE,
  read?: ReadProperties,
): EncodedText {
  if (isLong(value) && keepsPlain(value)) return KEPT
  const text = primitiveText(value)
  if (text !== undefined) return PLAIN + text
  if (keepsPlain(value)) return KEPT
  const walk = new Walk(root, mode, read)
  walk.start(value)
  if (walk.refusal === undefined) return walk.result().text
  // Thrown from here, few frames below the program's own: a stack holds ten.
  throw refusalError(walk)
}

/** Whether a value is a string that the engine reads in less time. */
export const isLong = (value: unknown): boolean =>
  typeof value === 'string' && value.length > LONG_CHARS

const AWAIT_FIRST = 'Await the promise first; await Promise.all(list) gives the values of a list.'

/** The error of a value of which a part cannot cross. */
export function refusalError({ refusal, isAwaitable }: Walk): Error {
  const error = new TypeErrorOf(refusal)
  reflectDefineProperty(error, 'code', hidden('VALUE_NOT_TRANSFERABLE', true))
  if (isAwaitable) reflectDefineProperty(error, 'hint', hidden(AWAIT_FIRST))
  return error
}

/** {@link encode} for a record of `Object.prototype` that a tool takes as its input. */
export function encodeRecord(value: object, root: string): EncodedText {
  const keys = objectKeys(value)
  const values = unlinkedList<unknown>()
  for (let i = 0; i < keys.length; i++)
    values[i] = (value as Record<string, unknown>)[keys[i] as string]
  const text = encodePrimitives(values, keys.length, keys)
  // The walk takes the properties that were read: a getter runs once.
  return text ?? encode(value, root, REFUSE, { of: value, keys, values })
}

/**
 * Encodes a list, or with `keys` a record, of primitives that JSON holds. The arguments of most
 * calls are of this kind, and it takes a small part of the time of the walk. Returns `undefined`
 * for any other value, and for long strings.
 */
export function encodePrimitives(
  values: ArrayLike<unknown>,
  count: number,
  keys?: readonly string[],
): string | undefined {
  let text = keys === undefined ? PLAIN + '[' : PLAIN + '{'
  for (let i = 0; i < count; i++) {
    const value = values[i]
    const item = isLong(value) ? undefined : primitiveText(value)
    if (item === undefined) return undefined
    if (i > 0) text += ','
    if (keys !== undefined) text += jsonStringify(keys[i]) + ':'
    text += item
  }
  return keys === undefined ? text + ']' : text + '}'
}
