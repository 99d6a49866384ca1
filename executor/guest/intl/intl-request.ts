/**
 * Requests to the worker's own Intl, as text.
 *
 * A request is two lines of JSON. The first, the *head*, names a service with its locales and
 * options, `["NumberFormat",["de"],{"style":"percent"}]`. The guest writes it once, when the
 * service is constructed, and the worker keeps the service that it made. The second line is the
 * method with its arguments, `["format",0.5]`. Numbers that JSON lacks, big integers and
 * `undefined` travel tagged. The answer is `{"ok":value}` or `{"error":{"name","message"}}`; `null`
 * stands for `undefined`.
 *
 * Only text crosses, and the worker may forget every head. So a guest that was restored from a
 * snapshot in another worker can go on.
 */

import {
  bigintToString,
  ErrorOf,
  isFinite,
  jsonParse,
  jsonStringify,
  numberToString,
  objectHasOwn,
  RangeErrorOf,
  reflectApply,
  symbolToPrimitive,
  TypeErrorOf,
  toNumber,
} from '../primordials.ts'

let askWorker: (request: string) => string

/** Sets the function that sends a request to the worker. */
export function connectIntl(ask: (request: string) => string): void {
  askWorker = ask
}

/**
 * Sends one request.
 *
 * @param argumentTexts the arguments as {@link numberText} and the like wrote them, joined by
 *   commas
 * @throws the error of the worker's Intl: a `RangeError` or `TypeError` with its message
 */
export function askIntl(head: string, method: string, argumentTexts = ''): unknown {
  const call =
    argumentTexts === '' ? '["' + method + '"]' : '["' + method + '",' + argumentTexts + ']'
  const answer = jsonParse(askWorker(head + '\n' + call)) as Answer
  if (!objectHasOwn(answer, 'error')) return answer.ok === null ? undefined : answer.ok
  const { name, message } = answer.error
  if (name === 'RangeError') throw new RangeErrorOf(message)
  if (name === 'TypeError') throw new TypeErrorOf(message)
  throw new ErrorOf(message)
}

interface Answer {
  readonly ok: unknown
  readonly error: { readonly name: string; readonly message: string }
}

/** A string as an argument of a request. */
export function textText(value: string): string {
  return jsonStringify(value)
}

/** `undefined` as an argument of a request. */
export const UNDEFINED_TEXT = '["undefined"]'

/** A number as an argument of a request: JSON, tagged where JSON lacks it; `-0` keeps its sign. */
export function numberText(value: number): string {
  if (!isFinite(value)) return '["number","' + numberToString(value) + '"]'
  return value === 0 && 1 / value < 0 ? '-0' : numberToString(value)
}

/** A number, a big integer or a decimal text of any precision, as `NumberFormat` takes them. */
export function numericText(value: unknown): string {
  const primitive = toPrimitive(value)
  switch (typeof primitive) {
    case 'number':
      return numberText(primitive)
    case 'bigint':
      return '["bigint","' + bigintToString(primitive) + '"]'
    case 'string':
      return jsonStringify(primitive)
    default:
      return numberText(toNumber(primitive))
  }
}

/** As {@link numericText}. `undefined`, which a range may not have, stays `undefined`. */
export function boundText(value: unknown): string {
  return value === undefined ? UNDEFINED_TEXT : numericText(value)
}

/** `ToPrimitive` of the language. */
export function toPrimitive(value: unknown, hint: 'number' | 'default' = 'number'): unknown {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return value
  const object = value as Record<PropertyKey, unknown>
  const convert = object[symbolToPrimitive]
  if (convert !== undefined && convert !== null) {
    if (typeof convert !== 'function') throw new TypeErrorOf('Symbol.toPrimitive is not a function')
    const primitive = reflectApply(convert, object, [hint])
    if (isPrimitive(primitive)) return primitive
    throw new TypeErrorOf('Cannot convert object to primitive value')
  }
  const { valueOf } = object
  if (typeof valueOf === 'function') {
    const primitive = reflectApply(valueOf, object, [])
    if (isPrimitive(primitive)) return primitive
  }
  const { toString } = object
  if (typeof toString === 'function') {
    const primitive = reflectApply(toString, object, [])
    if (isPrimitive(primitive)) return primitive
  }
  throw new TypeErrorOf('Cannot convert object to primitive value')
}

const isPrimitive = (value: unknown) =>
  value === null || (typeof value !== 'object' && typeof value !== 'function')

/** A list of texts as an argument. */
export function textsText(list: readonly string[]): string {
  return taggedList(listText(list))
}

/** A list of texts that is JSON already, as an argument. */
export function taggedList(json: string): string {
  return '["list",' + json + ']'
}

/** A list of texts as JSON, by index. */
export function listText(list: readonly string[]): string {
  let text = '['
  for (let i = 0; i < list.length; i++) text += (i === 0 ? '' : ',') + jsonStringify(list[i])
  return text + ']'
}
