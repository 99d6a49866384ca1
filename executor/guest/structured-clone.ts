/** `structuredClone`: out through the codec and in again. */

import { decode } from './decode.ts'
import { type EncodeMode, encode } from './encode.ts'
import { hidden, reflectDefineProperty } from './primordials.ts'

const DataCloneError = (globalThis as { DOMException?: typeof DOMException })
  .DOMException as typeof DOMException

const MODE = { __proto__: null, toJSON: false } as EncodeMode

/** Defines `structuredClone`; what cannot be cloned throws a `DataCloneError`, as in Node. */
export function installStructuredClone(target: object): void {
  reflectDefineProperty(
    target,
    'structuredClone',
    hidden(function structuredClone(value: unknown) {
      let text: string
      try {
        text = encode(value, 'value', MODE).text
      } catch (error) {
        if ((error as { code?: unknown } | null)?.code !== 'VALUE_NOT_TRANSFERABLE') throw error
        throw new DataCloneError((error as Error).message, 'DataCloneError')
      }
      return decode(text)
    }),
  )
}
