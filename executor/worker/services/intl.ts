/**
 * Answers a guest's questions to Intl (the requests of executor/guest/intl/intl-request.ts) with
 * the V8 of this thread. The text comes from a hostile program: only the services and methods of
 * intl-services.ts exist, all arguments are plain values, all sizes are bounded, nothing throws.
 */

import { RecentlyUsed } from '../../../protocol/base/recently-used.ts'
import { type Methods, serviceMakers } from './intl-services.ts'

/** One request; segmenting a text of this length takes 0.7 s, the longest that can be asked. */
const MAX_REQUEST_CHARS = 4_194_304
/** The locales and options of one service. */
const MAX_HEAD_CHARS = 65_536
/** Heads beyond this are answered without being kept. */
const MAX_KEPT_HEAD_CHARS = 2_048
/** Formatting a big integer takes time with the square of its digits, 1.4 ms for these. */
const MAX_BIGINT_DIGITS = 10_000
const MAX_ANSWER_CHARS = 33_554_432
/** An error's message, which may quote the program. */
const MAX_MESSAGE_CHARS = 1_024
/** Services kept: some 10 to 50 KB each, constructed in up to 0.12 ms. */
const MAX_SERVICES = 128

const services = new RecentlyUsed<string, Methods>(MAX_SERVICES)

/**
 * Answers one request.
 *
 * @returns `{"ok":value}`, where `null` stands for `undefined`, or `{"error":{"name","message"}}`
 */
export function answerIntl(request: string): string {
  try {
    checkLength('request', request, MAX_REQUEST_CHARS)
    const end = request.indexOf('\n')
    const methods = serviceOf(request.slice(0, end))
    const call = JSON.parse(request.slice(end + 1)) as unknown[]
    const method = methods.get(call[0] as string)
    if (method === undefined) throw new TypeError(`Intl has no method ${call[0]} here`)
    const value = method(...call.slice(1).map(decode))
    const answer = JSON.stringify({ ok: value ?? null })
    checkLength('answer', answer, MAX_ANSWER_CHARS)
    return answer
  } catch (error) {
    // What went wrong is the program's to handle; no stack goes with it.
    return failure(error)
  }
}

function failure(error: unknown): string {
  const { name, message } = error instanceof Error ? error : new Error('Intl cannot answer')
  return JSON.stringify({ error: { name, message: message.slice(0, MAX_MESSAGE_CHARS) } })
}

function checkLength(what: string, text: string, maxChars: number): void {
  if (text.length <= maxChars) return
  throw new RangeError(`Cannot ask Intl: ${what} of ${text.length} characters, limit ${maxChars}`)
}

function serviceOf(head: string): Methods {
  const kept = services.get(head)
  if (kept !== undefined) return kept
  checkLength('locales and options', head, MAX_HEAD_CHARS)
  const [name, locales, options] = JSON.parse(head) as unknown[]
  const make = serviceMakers.get(name as string)
  if (make === undefined) throw new TypeError(`Intl has no ${name} here`)
  const methods = make((locales ?? []) as string[], decode(options))
  if (head.length <= MAX_KEPT_HEAD_CHARS) services.set(head, methods)
  return methods
}

/** A plain value from its text: a primitive, a record of primitives, or one of the tags. */
function decode(given: unknown): unknown {
  if (typeof given !== 'object' || given === null) return given
  if (Array.isArray(given)) return decodeTagged(given[0], given[1])
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => [name, decodePrimitive(value)]),
  )
}

function decodePrimitive(value: unknown): unknown {
  return typeof value === 'object' && value !== null
    ? decodeTagged(...(value as [unknown, unknown]))
    : value
}

function decodeTagged(tag: unknown, value: unknown): unknown {
  switch (tag) {
    case 'number':
      return Number(value)
    case 'bigint':
      checkLength('big integer', String(value), MAX_BIGINT_DIGITS)
      return BigInt(String(value))
    case 'list':
      return (value as unknown[]).map(String)
    case 'record':
      return decode(value)
    default:
      return undefined
  }
}
