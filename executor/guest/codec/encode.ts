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
import { type Encoded, type EncodeMode, Walk } from './encode-walk.ts'
import { engineText } from './engine-text.ts'

export type { Encoded, EncodeMode } from './encode-walk.ts'

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
): Encoded {
  const text = primitiveText(value)
  if (text !== undefined) return { text: PLAIN + text, isPlain: true }
  const written = engineText(value)
  if (written !== undefined) return { text: written, isPlain: true }
  const walk = new Walk(root, mode, read)
  walk.start(value)
  if (walk.refusal === undefined) return walk.result()
  // Thrown from here, few frames below the program's own: a stack holds ten.
  throw refusalError(walk)
}

const AWAIT_FIRST = 'Await the promise first; await Promise.all(list) gives the values of a list.'

/** The error of a value of which a part cannot cross. */
export function refusalError({ refusal, isAwaitable }: Walk): Error {
  const error = new TypeErrorOf(refusal)
  reflectDefineProperty(error, 'code', hidden('VALUE_NOT_TRANSFERABLE', true))
  if (isAwaitable) reflectDefineProperty(error, 'hint', hidden(AWAIT_FIRST))
  return error
}

/** {@link encode} for a record of `Object.prototype` that a tool takes as its input. */
export function encodeRecord(value: object, root: string): string {
  const keys = objectKeys(value)
  const values = unlinkedList<unknown>()
  for (let i = 0; i < keys.length; i++)
    values[i] = (value as Record<string, unknown>)[keys[i] as string]
  const text = encodePrimitives(values, keys.length, keys)
  // The walk takes the properties that were read: a getter runs once.
  return text ?? encode(value, root, REFUSE, { of: value, keys, values }).text
}

/**
 * Encodes a list, or with `keys` a record, of primitives that JSON holds. The arguments of most
 * calls are of this kind, and it takes a small part of the time of the walk. Returns `undefined`
 * for any other value.
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
