/**
 * Messages of caught errors in V8's words: the engine's leave out what was called or read.
 *
 * The compiler puts a call into each `catch` (`executor/compile/rewrite/caught-errors.ts`). The host
 * reads the source for the words, so only the first errors of a program get them.
 */

import { engineStack, originalMessage } from './error-stack.ts'
import {
  hidden,
  isErrorBrand,
  jsonStringify,
  reflectDefineProperty,
  reflectGetOwnPropertyDescriptor,
  reflectGetPrototypeOf,
  standardErrors,
  stringStartsWith,
} from './primordials.ts'

/** So many errors of a program are looked up. Programs of sessions do not call this. */
let left = 100

/** Beginnings of the engine's messages that V8 words otherwise. */
const TERSE = [
  'not a ',
  'cannot ',
  'Cannot convert undefined',
  'value is not ',
  'object is not ',
  "'",
  'invalid ',
  'no setter ',
  'class constructors ',
  'empty array',
]

/** Makes the helper. @param ask JSON of an engine's stack, name and message to V8's message or '' */
export function caughtHelper(ask: (request: string) => unknown): (error: unknown) => void {
  return error => {
    // Before anything is allocated: the error may say that there is no room.
    if (left === 0 || typeof error !== 'object' || error === null || !isErrorBrand(error)) return
    if (reflectGetPrototypeOf(error) !== standardErrors.TypeError?.prototype) return
    try {
      putIntoWords(error, ask)
    } catch {
      // Without room, or stack, the message stays as it is.
    }
  }
}

function putIntoWords(error: Error, ask: (request: string) => unknown): void {
  const message = reflectGetOwnPropertyDescriptor(error, 'message')?.value as unknown
  if (typeof message !== 'string' || !isTerse(message)) return
  if (originalMessage(error, message) !== message) return
  left--
  const words = ask(jsonStringify([engineStack(error), 'TypeError', message]))
  if (typeof words !== 'string' || words === '' || words === message) return
  originalMessage(error, message, words)
  reflectDefineProperty(error, 'message', hidden(words))
}

function isTerse(message: string): boolean {
  for (let i = 0; i < TERSE.length; i++)
    if (stringStartsWith(message, TERSE[i] as string)) return true
  return false
}
