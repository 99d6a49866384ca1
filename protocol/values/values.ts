/**
 * How values cross between host and guest, as text: the host's half of the codec.
 *
 * The first character selects the format: {@link PLAIN} is JSON, {@link EXACT} is devalue's format
 * with additions: `["Error", {name, message, …}]`, and for an object with a key `__proto__`, which
 * devalue refuses, `["Entries", [key, value, …]]`, or `["NullEntries", …]` when it has no
 * prototype, and `["File", facts]` for a stored file. The guest has an encoder of its own (`executor/guest/codec/encode.ts`), which works
 * under the guest's limits and patched built-ins.
 */

import * as devalue from 'devalue'
import { kindWords, withArticle } from '../base/kind-words.ts'
import {
  type FileFacts,
  type FileLike,
  FileReference,
  isFileFacts,
  isFileLike,
  MAX_FILES_OF_VALUE,
  UnstoredFiles,
} from './file-reference.ts'
import { EXACT, PLAIN } from './value-format.ts'

/** Constructors that an error gets back by its name, so that `instanceof` holds on the other side. */
const errorConstructors: Record<string, ErrorConstructor> = {
  // A guest chooses the name: nothing but these may be found by it.
  __proto__: null as never,
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
}

type ErrorParts = Record<string, unknown> & { name: string; message: string }

function errorParts(error: Error): ErrorParts {
  // The stack stays on its side of the boundary: it names files of that side.
  const parts: ErrorParts = { name: error.name, message: error.message }
  if (Object.hasOwn(error, 'cause')) parts.cause = error.cause
  if (error instanceof AggregateError) parts.errors = error.errors
  for (const [key, value] of Object.entries(error)) {
    if (key !== 'stack' && key !== '__proto__') parts[key] = value
  }
  return parts
}

/** An object with an own key `__proto__`, which devalue refuses, as its keys and values in turn. */
function entriesOfProto(prototype: object | null): (value: unknown) => unknown[] | false {
  return value => {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, '__proto__'))
      return false
    if ((Object.getPrototypeOf(value) === null) !== (prototype === null)) return false
    return Object.entries(value).flat(1)
  }
}

function entriesReviver(prototype: object | null): (entries: unknown[]) => object {
  const made = new Map<unknown[], object>()
  return entries => {
    const object = made.get(entries) ?? Object.create(prototype)
    made.set(entries, object)
    // Inside a cycle the list is not filled to its end; the outer turn does the rest.
    for (let i = 0; i + 1 in entries; i += 2) setOwn(object, entries[i] as string, entries[i + 1])
    return object
  }
}

function setOwn(object: object, key: string, value: unknown, enumerable = true): void {
  Object.defineProperty(object, key, { value, enumerable, writable: true, configurable: true })
}

/** Revivers of one decoding: an error inside a cycle is revived twice and must be one object. */
function errorReviver(): (parts: ErrorParts) => Error {
  const made = new Map<ErrorParts, Error>()
  return parts => {
    let error = made.get(parts)
    if (error === undefined) {
      error =
        parts.name === 'AggregateError'
          ? new AggregateError([], parts.message)
          : new (errorConstructors[parts.name] ?? Error)(parts.message)
      made.set(parts, error)
    }
    for (const [key, value] of Object.entries(parts)) {
      const enumerable = !['name', 'message', 'cause', 'errors'].includes(key)
      if (key === 'name' && value === error.name) continue
      setOwn(error, key, value, enumerable)
    }
    return error
  }
}

/**
 * The form in which a host object crosses: its own when its kind crosses as it is, else that of its
 * `toJSON`.
 */
function crossing(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  const { toJSON } = value as { toJSON?: unknown }
  return typeof toJSON === 'function' && !hasOwnForm(value) ? toJSON.call(value, '') : value
}

/** Kinds that cross as they are, whether they have `toJSON` or not. */
const ownForms = [Array, Date, Error, Map, RegExp, Set, URL, URLSearchParams, ArrayBuffer]

function hasOwnForm(value: object): boolean {
  return ArrayBuffer.isView(value) || ownForms.some(kind => value instanceof kind)
}

function* crossingAll(values: Iterable<unknown>): Generator<unknown> {
  for (const value of values) yield crossing(value)
}

function* crossingEntries(entries: Iterable<[unknown, unknown]>): Generator<[unknown, unknown]> {
  for (const [key, value] of entries) yield [crossing(key), crossing(value)]
}

const weakKinds = /^\[object (WeakMap|WeakSet|WeakRef)\]$/

const operations = {
  get: (value: Record<PropertyKey, unknown>, key: PropertyKey) => crossing(value[key]),
  valuesOf: crossingAll,
  entriesOf: crossingEntries,
  shapeOf: (value: object) => {
    if (weakKinds.test(Object.prototype.toString.call(value))) return { kind: 'not-plain' as const }
    const kind = Object.getPrototypeOf(value) === null ? 'null-proto' : 'plain'
    return { kind, keys: Object.keys(value) } as const
  },
}

/**
 * Writes a host value for the guest.
 *
 * @param root what the value is called in the message of an error, such as `result`
 * @param stored the facts of its files; absent: references cross as they are
 * @throws {TypeError} with `code` `VALUE_NOT_TRANSFERABLE` when a part cannot cross (functions,
 *   symbols, promises, weak collections); the message names its path.
 * @throws {UnstoredFiles} for files that are not among the stored ones
 */
export function encodeValue(
  value: unknown,
  root = 'value',
  stored?: ReadonlyMap<object, FileFacts>,
): string {
  if (isPlainTree(value, new Set())) return PLAIN + JSON.stringify(value)
  try {
    const unstored = new Set<FileLike | FileReference>()
    const reducers = {
      File: (part: unknown) => {
        if (!isFile(part)) return false
        const facts = factsOf(part, stored)
        if (facts === undefined) unstored.add(part as FileLike)
        return facts ?? true
      },
      Error: (part: unknown) => part instanceof Error && errorParts(part),
      Entries: entriesOfProto(Object.prototype),
      NullEntries: entriesOfProto(null),
    }
    const text = devalue.stringify(crossing(value), reducers, { operations } as never)
    if (unstored.size > MAX_FILES_OF_VALUE) throw tooManyFiles(root, unstored.size)
    if (unstored.size > 0) throw new UnstoredFiles(root, [...unstored])
    return EXACT + text
  } catch (error) {
    if (!(error instanceof devalue.DevalueError)) throw error
    const what = kindOf(error.value)
    throw Object.assign(new TypeError(`Cannot send ${root}${error.path}: ${what} cannot cross`), {
      code: 'VALUE_NOT_TRANSFERABLE',
      cause: error,
    })
  }
}

function kindOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return kindWords(value)
  return withArticle(Object.prototype.toString.call(value).slice(8, -1))
}

const isFile = (part: unknown) => part instanceof FileReference || isFileLike(part)

/** @param stored absent: a reference has its facts with it */
function factsOf(
  part: unknown,
  stored: ReadonlyMap<object, FileFacts> | undefined,
): FileFacts | undefined {
  if (stored !== undefined) return stored.get(part as object)
  return part instanceof FileReference ? { ...part } : undefined
}

function tooManyFiles(root: string, count: number): TypeError {
  const message = `Cannot send ${root}: it has ${count} files, limit ${MAX_FILES_OF_VALUE}`
  return Object.assign(new TypeError(message), { code: 'VALUE_NOT_TRANSFERABLE' })
}

/** Makes what a decoded value has in place of a file. */
export type ReviveFile = (file: FileReference) => unknown

/**
 * Reads a value that the guest, or {@link encodeValue}, wrote.
 *
 * @param file what stands in place of a file; by default its reference
 * @throws {TypeError} for a file without its facts
 */
export function decodeValue(text: string, file?: ReviveFile): unknown {
  if (text[0] !== PLAIN) return decodeExact(text.slice(1), file)
  return text.length > LONG_CHARS ? decodeLong(text) : JSON.parse(text.slice(1))
}

/** Shorter texts are parsed at once. */
const LONG_CHARS = 4096

/**
 * As `JSON.parse` of a long plain text. A single string in which nothing is escaped, by itself or in a
 * list, stands in the text as it is.
 */
function decodeLong(text: string): unknown {
  const isListed = text.startsWith('["', 1)
  const from = isListed ? 3 : 2
  const end = text.length - (isListed ? 2 : 1)
  const isSingle = text[from - 1] === '"' && text.indexOf('"', from) === end
  const isClosed = !isListed || text.endsWith(']')
  if (!isSingle || !isClosed || text.includes('\\')) return JSON.parse(text.slice(1))
  const string = text.slice(from, end)
  return isListed ? [string] : string
}

/** Reads devalue's format, as `output.encoded` holds it; as {@link decodeValue}. */
export function decodeExact(text: string, file: ReviveFile = reference => reference): unknown {
  return devalue.parse(text, {
    File: (facts: unknown) => {
      if (!isFileFacts(facts)) throw new TypeError('Cannot read a file: its facts are not there')
      return file(new FileReference(facts))
    },
    Error: errorReviver(),
    Entries: entriesReviver(Object.prototype),
    NullEntries: entriesReviver(null),
  })
}

/**
 * Whether JSON writes the value as the exact form would. The walk refuses an object that occurs twice:
 * JSON would copy it. Symbols and hidden properties cross in neither form, and no getter runs.
 */
function isPlainTree(value: unknown, seen: Set<object>): boolean {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return true
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0)
    case 'object':
      break
    default:
      return false
  }
  if (value === null) return true
  if (seen.has(value) || 'toJSON' in value) return false
  seen.add(value)
  if (Array.isArray(value)) {
    // A hole reads as `undefined`, which is not plain.
    for (let i = 0; i < value.length; i++) if (!isPlainTree(value[i], seen)) return false
    return true
  }
  if (Object.getPrototypeOf(value) !== Object.prototype) return false
  for (const key of Object.keys(value)) {
    const property = Object.getOwnPropertyDescriptor(value, key)
    if (property === undefined || !('value' in property)) return false
    if (!isPlainTree(property.value, seen)) return false
  }
  return true
}
