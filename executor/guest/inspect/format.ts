/**
 * `format`: a line of the console, as Node's `util.format` writes it.
 * https://github.com/nodejs/node/blob/v26.x/lib/internal/util/inspect.js
 */

import {
  jsonStringify,
  NumberOf,
  objectHasOwn,
  parseFloatOf,
  parseIntOf,
  reflectGetPrototypeOf,
  StringOf,
  stringCharCodeAt,
  stringIndexOf,
  stringSlice,
  symbolToPrimitive,
} from '../primordials.ts'
import { defaultMaxBytes, inspect } from './inspect.ts'
import { isWellKnownPrototype } from './inspect-kind.ts'
import { numberText } from './inspect-state.ts'
import { MORE } from './inspect-text.ts'

// A chain of proxies may go on for ever.
const maxPrototypes = 1000

/**
 * The text of `args` from index `from`. A first string is a format with
 * `%s %d %i %f %j %o %O %c %%`. Further strings stand as they are, everything else is inspected.
 * Unlike Node's it never throws: a value that its placeholder cannot convert is inspected.
 */
export function format(args: ArrayLike<unknown>, from = 0): string {
  const { length } = args
  if (from >= length) return ''
  const first = args[from]
  if (typeof first !== 'string') return joined(inspect(first), args, from + 1, length)
  if (length - from === 1) return first
  if (stringIndexOf(first, '%') === -1) return joined(first, args, from + 1, length)
  return withPlaceholders(first, args, from, length)
}

function withPlaceholders(
  template: string,
  args: ArrayLike<unknown>,
  from: number,
  length: number,
): string {
  let text = ''
  let next = from + 1
  let copied = 0
  let at = stringIndexOf(template, '%')
  while (at !== -1 && at < template.length - 1) {
    const kind = stringCharCodeAt(template, at + 1)
    // The end of the last `%` that was read. A placeholder takes two characters.
    const after = at + 2
    if (kind === 37) {
      text += stringSlice(template, copied, at + 1)
      copied = after
    } else if (next < length && isPlaceholder(kind)) {
      text += stringSlice(template, copied, at) + converted(kind, args[next])
      next += 1
      copied = after
    }
    at = stringIndexOf(template, '%', after)
  }
  // Node keeps a format of which nothing was replaced as it is.
  if (copied === 0) return joined(template, args, from + 1, length)
  return joined(text + stringSlice(template, copied), args, next, length)
}

/** `text`, then the values from `from` on, each after a space. */
function joined(text: string, args: ArrayLike<unknown>, from: number, length: number): string {
  let line = text
  for (let at = from; at < length; at++) {
    const value = args[at]
    if (line.length > defaultMaxBytes) return line + ' ' + MORE
    line += typeof value === 'string' ? ' ' + value : ' ' + inspect(value)
  }
  return line
}

const isPlaceholder = (code: number): boolean =>
  code === 115 || // s
  code === 100 || // d
  code === 105 || // i
  code === 102 || // f
  code === 106 || // j
  code === 79 || // O
  code === 111 || // o
  code === 99 // c

function converted(kind: number, value: unknown): string {
  try {
    switch (kind) {
      case 115:
        return asString(value)
      case 100:
        return typeof value === 'bigint'
          ? value + 'n'
          : typeof value === 'symbol'
            ? 'NaN'
            : numberText(NumberOf(value))
      case 105:
        return typeof value === 'bigint'
          ? value + 'n'
          : typeof value === 'symbol'
            ? 'NaN'
            : numberText(parseIntOf(value as string))
      case 102:
        return typeof value === 'symbol' ? 'NaN' : numberText(parseFloatOf(value as string))
      case 106:
        return asJson(value)
      case 111:
        return inspect(value, { showHidden: true, depth: 4 })
      case 99:
        return ''
      default:
        return inspect(value)
    }
  } catch {
    // The program's own `toString`, `valueOf` or `toJSON` threw.
    return inspect(value, { depth: 0 })
  }
}

function asString(value: unknown): string {
  if (typeof value === 'number') return numberText(value)
  if (typeof value === 'bigint') return value + 'n'
  if (typeof value !== 'object' || value === null || !hasBuiltInText(value)) return StringOf(value)
  return inspect(value, { depth: 0 })
}

function asJson(value: unknown): string {
  try {
    return '' + jsonStringify(value)
  } catch (error) {
    // A cycle, or an error of the program's `toJSON`.
    if (isCycle(error)) return '[Circular]'
    throw error
  }
}

function isCycle(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false
  const { message } = error as { message?: unknown }
  return typeof message === 'string' && stringIndexOf(message, 'circular') !== -1
}

/** Whether an object's text would be one of a built-in class, and so say nothing. */
function hasBuiltInText(value: object): boolean {
  const hasText = typeof (value as { toString: unknown }).toString === 'function'
  const hasPrimitive =
    typeof (value as Record<symbol, unknown>)[symbolToPrimitive as symbol] === 'function'
  if (!hasText && !hasPrimitive) return true
  let at: object | null = value
  for (let steps = 0; at !== null && steps < maxPrototypes; steps++) {
    if (
      (hasText && objectHasOwn(at, 'toString')) ||
      (hasPrimitive && objectHasOwn(at, symbolToPrimitive))
    ) {
      return isWellKnownPrototype(at)
    }
    at = reflectGetPrototypeOf(at)
  }
  return true
}
