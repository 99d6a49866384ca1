/**
 * What was thrown, in words. Anything may be thrown: no error, an error of another realm, or an
 * object whose getters throw. Nothing here throws.
 */

import { withArticle } from './kind-words.ts'

/** A property of what was thrown; `undefined` when it cannot be read. */
export function partOf(thrown: unknown, key: string): unknown {
  if ((typeof thrown !== 'object' && typeof thrown !== 'function') || thrown === null) {
    return undefined
  }
  try {
    return (thrown as Record<string, unknown>)[key]
  } catch {
    // A getter of the thrower's own: the other parts must do.
    return undefined
  }
}

/** Whether a value is an error, of this realm or of another, or has the message of one. */
export function isErrorLike(thrown: unknown): boolean {
  return isError(thrown) || typeof partOf(thrown, 'message') === 'string'
}

/** Whether a value is an error of this realm. */
export function isError(thrown: unknown): thrown is Error {
  try {
    return thrown instanceof Error
  } catch {
    // A proxy whose trap throws.
    return false
  }
}

/** The message of an error, or the text of another value. */
export function errorText(thrown: unknown): string {
  const message = partOf(thrown, 'message')
  if (typeof message === 'string') return message === '' ? innerText(thrown) : message
  if (message !== undefined && isError(thrown)) return valueText(message)
  return valueText(thrown)
}

/** What an error without a message has inside: `AggregateError` of a connection is such a one. */
function innerText(thrown: unknown): string {
  const errors = partOf(thrown, 'errors')
  const inner = Array.isArray(errors) ? errors : [partOf(thrown, 'cause')]
  const texts = inner.map(one => partOf(one, 'message')).filter(text => typeof text === 'string')
  return [...new Set(texts)].slice(0, MAX_INNER).join('; ')
}

/** At most so many errors of one are put into words. */
const MAX_INNER = 5

function valueText(value: unknown): string {
  if (typeof value === 'function') return 'a function'
  if (typeof value !== 'object' || value === null) return String(value)
  const json = attempt(() => JSON.stringify(value) as unknown)
  if (typeof json === 'string' && (json !== '{}' || isPlain(value))) return json
  const text = attempt(() => String(value))
  if (text !== undefined && !text.startsWith('[object ')) return text
  const keys = attempt(() => Object.keys(value).join(', '))
  if (isPlain(value)) return keys ? `an object with ${keys}` : 'an object'
  return withArticle(attempt(() => Object.prototype.toString.call(value).slice(8, -1)) ?? 'object')
}

const isPlain = (value: object) =>
  attempt(() => [Object.prototype, null].includes(Object.getPrototypeOf(value))) === true

function attempt<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    // Code of the thrower's own runs in there: a cycle, a `toJSON`, a trap.
    return undefined
  }
}
