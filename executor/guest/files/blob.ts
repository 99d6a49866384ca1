/**
 * `Blob` and `File`, after https://w3c.github.io/FileAPI, with reading methods that block as calls
 * of tools do. Bytes come into the guest when a program reads them.
 */

import { kindWords } from '../../../protocol/base/kind-words.ts'
import type { FileFacts } from '../../../protocol/values/file-reference.ts'
import { fileOperations } from '../../files/file-operations.ts'
import { errorWithCode } from '../errors.ts'
import { clockMs } from '../host/clock.ts'
import {
  append,
  arrayBufferByteLength,
  arrayFrom,
  hasBrand,
  isBuffer,
  jsonParse,
  jsonStringify,
  max,
  min,
  objectHasOwn,
  regExpExec,
  stringSlice,
  stringToLowerCase,
  stringToWellFormed,
  symbolIterator,
  TypeErrorOf,
  toNumber,
  toText,
  trunc,
  typedArrayBuffer,
  unlinkedList,
} from '../primordials.ts'
import { isPromiseLike } from '../promise-state.ts'
import { binaryText, decodeUTF8 } from '../web/utf8.ts'
import { defineInterface } from '../web/web-interface.ts'
import { jsonOfValue } from './json-of-value.ts'
import {
  joined,
  ofBuffer,
  ofText,
  ofView,
  partsText,
  readAll,
  type Segment,
  sizeOf,
  sliced,
} from './segments.ts'

/** Sends a request about a file; returns the decoded reply. @throws the host's error */
export type AskFile = (operation: number, input: string) => unknown

let ask: AskFile

const READ = fileOperations.indexOf('read')
const STORE = fileOperations.indexOf('store')
const EMIT = fileOperations.indexOf('emit')

/** Keeps programs from the constructor's other form. */
const KEY = {}

interface Inside {
  readonly segments: readonly Segment[]
  readonly type: string
  /** `undefined`: it is a `Blob`. Always own, as `Object.prototype` is the program's. */
  readonly name: string | undefined
  readonly lastModified: number
  /** `undefined` until it is stored. */
  readonly facts: FileFacts | undefined
}

interface Hooks {
  isBlob(value: unknown): value is Blob
  /** @throws {TypeError} for any other value */
  insideOf(blob: Blob): Inside
  /** The facts of a file, which is stored first if it is not. */
  storedFacts(blob: Blob): FileFacts
}

let hooks: Hooks

/** The guest's `Blob`. */
export class Blob {
  #inside: Inside
  #size: number

  static {
    hooks = {
      isBlob: (value): value is Blob =>
        typeof value === 'object' && value !== null && #inside in value,
      insideOf: blob => blob.#inside,
      storedFacts: blob => blob.#stored(),
    }
  }

  constructor(...given: unknown[]) {
    const isOurs = given.length > 0 && given[0] === KEY
    this.#inside = isOurs ? (given[1] as Inside) : readArguments(given, undefined)
    this.#size = sizeOf(this.#inside.segments)
  }

  get size(): number {
    return this.#size
  }

  get type(): string {
    return this.#inside.type
  }

  bytes(): Uint8Array<ArrayBuffer> {
    return readAll(this.#inside.segments, readStored)
  }

  arrayBuffer(): ArrayBuffer {
    return typedArrayBuffer(readAll(this.#inside.segments, readStored))
  }

  text(): string {
    const text = decodeUTF8(binaryText(readAll(this.#inside.segments, readStored))) as string
    return text[0] === '\ufeff' ? stringSlice(text, 1) : text
  }

  json(): unknown {
    return jsonParse(textOf(this))
  }

  slice(...given: unknown[]): Blob {
    const from = place(given.length > 0 ? given[0] : undefined, 0, this.#size)
    const to = place(given.length > 1 ? given[1] : undefined, this.#size, this.#size)
    const segments = sliced(this.#inside.segments, from, max(from, to))
    const type = typeText(given.length > 2 ? given[2] : undefined)
    return make({ segments, type, name: undefined, lastModified: 0, facts: undefined })
  }

  #stored(): FileFacts {
    const inside = this.#inside
    if (inside.facts !== undefined) return inside.facts
    const parts = partsText(inside.segments, storePiece)
    const facts = ask(STORE, requestText(parts, inside)) as FileFacts
    this.#inside = { ...inside, facts }
    return facts
  }
}

const textOf = Function.prototype.call.bind(Blob.prototype.text) as (blob: Blob) => string

/** The guest's `File`. */
export class File extends Blob {
  constructor(...given: unknown[]) {
    if (given.length > 0 && given[0] === KEY) super(KEY, given[1])
    else {
      if (given.length < 2) throw missing(given.length === 0 ? 'fileBits' : 'fileName')
      super(KEY, readArguments(given, stringToWellFormed(toText(given[1]))))
    }
  }

  get name(): string {
    return hooks.insideOf(this).name as string
  }

  get lastModified(): number {
    return hooks.insideOf(this).lastModified
  }
}

const make = (inside: Inside): Blob =>
  inside.name === undefined ? new Blob(KEY, inside) : new File(KEY, inside)

export const { isBlob, storedFacts } = hooks

/** A copy with another identity, over the same content. */
export const cloned = (blob: Blob): Blob => make(hooks.insideOf(blob))

/** A file of the host's, from its facts. */
export function makeFile(facts: FileFacts): Blob {
  const { fileId, size, type, lastModified } = facts
  const segments = unlinkedList<Segment>()
  if (size > 0) segments[0] = { fileId, from: 0, to: size, size }
  const name = objectHasOwn(facts, 'name') ? facts.name : undefined
  return make({ segments, type, name, lastModified, facts })
}

/**
 * Gives a file out: `emit(file)`, or `emit(value, name)` for JSON of a value.
 *
 * @throws {TypeError} for a value that JSON cannot write
 */
export function emit(...given: unknown[]): void {
  const value = given.length > 0 ? given[0] : undefined
  const name = given.length > 1 && given[1] !== undefined ? toText(given[1]) : undefined
  const file = isBlob(value) ? named(value, name) : fileOfValue(value, name ?? 'value.json')
  ask(EMIT, '[' + jsonStringify(storedFacts(file).fileId) + ']')
}

/** Emits a file that the program returns. The host does so once for each file. */
export function emitReturned(file: Blob): FileFacts {
  const facts = storedFacts(file)
  ask(EMIT, '[' + jsonStringify(facts.fileId) + ']')
  return facts
}

function named(blob: Blob, name: string | undefined): Blob {
  if (name === undefined) return blob
  const { segments, type } = hooks.insideOf(blob)
  return newFile(segments, type, name)
}

function newFile(segments: readonly Segment[], type: string, name: string): Blob {
  return new File(KEY, { segments, type, name, lastModified: clockMs(), facts: undefined })
}

function fileOfValue(value: unknown, name: string): Blob {
  const isBytes =
    isBuffer(value) || (typeof value === 'object' && hasBrand(arrayBufferByteLength, value))
  if (isBytes) {
    const segments = unlinkedList<Segment>()
    segments[0] = isBuffer(value) ? ofView(value) : ofBuffer(value as ArrayBuffer)
    return newFile(segments, 'application/octet-stream', name)
  }
  if (typeof value === 'object' && value !== null && isPromiseLike(value)) {
    throw new TypeErrorOf('Cannot emit a promise: await it first')
  }
  const text = jsonOfValue(value, isBlob)
  if (text === undefined) {
    throw new TypeErrorOf('Cannot emit ' + kindWords(value) + ': JSON has no form for it')
  }
  const segments = unlinkedList<Segment>()
  segments[0] = ofText(text)
  return newFile(segments, 'application/json', name)
}

const readStored = (fileId: string, from: number, to: number): Uint8Array =>
  ask(READ, '[' + jsonStringify(fileId) + ',' + from + ',' + to + ']') as Uint8Array

const storePiece = (parts: string): string =>
  (ask(STORE, '{"type":"","lastModified":0,"isPiece":true,"parts":' + parts + '}') as FileFacts)
    .fileId

function requestText(parts: string, inside: Inside): string {
  const { name, type, lastModified } = inside
  const named = name === undefined ? '' : '"name":' + jsonStringify(name) + ','
  const rest = '"type":' + jsonStringify(type) + ',"lastModified":' + lastModified
  return '{' + named + rest + ',"parts":' + parts + '}'
}

function readArguments(given: readonly unknown[], name: string | undefined): Inside {
  const options =
    given.length > (name === undefined ? 1 : 2) ? given[name === undefined ? 1 : 2] : undefined
  if (options !== undefined && options !== null && typeof options !== 'object') {
    const message = 'The "options" argument must be of type object.'
    throw errorWithCode(TypeErrorOf, message, 'ERR_INVALID_ARG_TYPE')
  }
  const { type, lastModified } = (options ?? {}) as { type?: unknown; lastModified?: unknown }
  const parts = given.length > 0 ? given[0] : undefined
  return {
    segments: parts === undefined ? unlinkedList<Segment>() : readParts(parts),
    type: typeText(type),
    name,
    lastModified: lastModified === undefined ? clockMs() : trunc(toNumber(lastModified)) || 0,
    facts: undefined,
  }
}

function readParts(given: unknown): Segment[] {
  const isList = typeof given === 'object' && given !== null && symbolIterator in given
  if (!isList) {
    const message = 'The parts of a Blob or File must be a list: new File([text], name)'
    throw errorWithCode(TypeErrorOf, message, 'ERR_INVALID_ARG_TYPE')
  }
  const parts = arrayFrom(given as Iterable<unknown>)
  const segments: Segment[] = []
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i]
    if (isBlob(part)) {
      const inner = hooks.insideOf(part).segments
      for (let j = 0; j < inner.length; j++) append(segments, inner[j] as Segment)
    } else if (isBuffer(part)) append(segments, ofView(part))
    else if (typeof part === 'object' && part !== null && hasBrand(arrayBufferByteLength, part))
      append(segments, ofBuffer(part as ArrayBuffer))
    else append(segments, ofText(toText(part)))
  }
  return joined(segments)
}

const NOT_PRINTABLE = /[^\x20-\x7e]/

function typeText(given: unknown): string {
  const text = given === undefined ? '' : toText(given)
  return regExpExec(NOT_PRINTABLE, text) === null ? stringToLowerCase(text) : ''
}

/** A place in a content; below zero it counts from the end. */
function place(given: unknown, absent: number, size: number): number {
  if (given === undefined) return absent
  const at = trunc(toNumber(given)) || 0
  return at < 0 ? max(size + at, 0) : min(at, size)
}

function missing(name: string): Error {
  const message = 'The "' + name + '" argument must be specified'
  return errorWithCode(TypeErrorOf, message, 'ERR_MISSING_ARGS')
}

/** Defines `Blob`, `File` and `emit` on `target`. @param given sends requests about files */
export function installFiles(target: object, given: AskFile): void {
  ask = given
  defineInterface(target, Blob, 0)
  defineInterface(target, File, 2)
}
