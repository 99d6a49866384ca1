/** The kind of a value in the words of JSON Schema, and its form in messages. */

import { FileReference, isFileLike } from '../values/file-reference.ts'

/** The types that a schema may name. */
export const jsonTypes: ReadonlySet<string> = new Set([
  'string',
  'number',
  'integer',
  'boolean',
  'null',
  'array',
  'object',
])

/**
 * The kind of a value: a JSON type, or the name of what JSON does not hold (`Date`, `NaN`). A whole
 * number is a `number` as well.
 */
export function kindOf(value: unknown): string {
  switch (typeof value) {
    case 'string':
    case 'boolean':
    case 'bigint':
    case 'undefined':
    case 'function':
    case 'symbol':
      return typeof value
    case 'number':
      return Number.isFinite(value) ? 'number' : String(value)
    default:
      return value === null ? 'null' : objectKind(value as object)
  }
}

/** The kind of a file, whatever is known of it. */
export const FILE_KIND = 'File'

/** Built-in objects that are not records of properties, although JavaScript calls them `object`. */
const builtIns = [
  Date,
  Map,
  Set,
  RegExp,
  Error,
  URL,
  URLSearchParams,
  ArrayBuffer,
  Promise,
  String,
  Number,
  Boolean,
  BigInt,
] as const

function objectKind(value: object): string {
  if (Array.isArray(value)) return 'array'
  const prototype = Object.getPrototypeOf(value)
  if (prototype === Object.prototype || prototype === null) return 'object'
  if (value instanceof FileReference || isFileLike(value)) return FILE_KIND
  if (ArrayBuffer.isView(value)) {
    return value instanceof DataView
      ? 'DataView'
      : Object.prototype.toString.call(value).slice(8, -1)
  }
  return builtIns.find(builtIn => value instanceof (builtIn as never))?.name ?? 'object'
}

/** A record of properties, as a schema's `properties` speaks of it. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && kindOf(value) === 'object'
}

/** Longest text of a value in a message. */
const MAX_SHOWN = 60

/** A value as a message shows it: a scalar as it is written, anything else by its kind. */
export function shown(value: unknown): string {
  const kind = kindOf(value)
  if (kind === 'string') {
    const text = value as string
    const isLong = text.length > MAX_SHOWN
    return isLong ? `${JSON.stringify(text.slice(0, MAX_SHOWN))}…` : JSON.stringify(text)
  }
  return kind === 'number' || kind === 'boolean' ? String(value) : kind
}

/** The first values of a list as text. */
export function shownList(values: readonly unknown[]): string {
  const list = values.slice(0, 20).map(shown).join(', ')
  return values.length > 20 ? `${list} and ${values.length - 20} more` : list
}
