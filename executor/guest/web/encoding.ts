/** `TextEncoder` and `TextDecoder`, after https://encoding.spec.whatwg.org. */

import { errorWithCode } from '../errors.ts'
import {
  arrayBufferByteLength,
  dataViewBuffer,
  dataViewByteLength,
  dataViewByteOffset,
  hasBrand,
  isBuffer,
  RangeErrorOf,
  reflectDefineProperty,
  stringCharCodeAt,
  stringFromCharCode,
  stringIsWellFormed,
  stringSlice,
  stringToLowerCase,
  stringToWellFormed,
  stringTrim,
  TypeErrorOf,
  toText,
  typedArrayBuffer,
  typedArrayByteLength,
  typedArrayByteOffset,
  typedArrayName,
  typedArraySet,
  Uint8ArrayOf,
} from '../primordials.ts'
import { type EncodingName, encodings, WINDOWS_1252 } from './encoding-labels.ts'
import { decodeLegacy, legacyEncoding, NO_REST, setDecoder } from './legacy-encodings.ts'
import { binaryText, decodeUTF8, encodeUTF8, incompleteLength } from './utf8.ts'
import { defineInterface, readOnly } from './web-interface.ts'

/** Defines `TextEncoder` and `TextDecoder` on `target`; `ask` is of {@link setDecoder}. */
export function installEncoding(target: object, ask: (request: string) => string): void {
  setDecoder(ask)
  defineInterface(target, TextEncoder, 0)
  reflectDefineProperty(TextDecoder.prototype.decode, 'length', readOnly(0))
  defineInterface(target, TextDecoder, 0)
}

class TextEncoder {
  #isEncoder = true

  get encoding() {
    return this.#isEncoder ? 'utf-8' : ''
  }

  encode(input: unknown = ''): Uint8Array {
    this.#isEncoder
    return encodeUTF8(toText(input))
  }

  encodeInto(source: unknown, destination: unknown): { read: number; written: number } {
    this.#isEncoder
    if (typeof source !== 'string') throw invalid('The "src" argument must be of type string.')
    if (typedArrayName(destination) !== 'Uint8Array') {
      throw invalid('The "dest" argument must be an instance of Uint8Array.')
    }
    const room = typedArrayByteLength(destination)
    // A unit takes a byte at least: a text that cannot fit is not encoded.
    const read = fitting(source, room)
    const bytes = encodeUTF8(stringSlice(source, 0, read))
    typedArraySet(destination as Uint8Array, bytes)
    return { read, written: typedArrayByteLength(bytes) }
  }
}

/** How many units of a text encode to at most `room` bytes, whole characters only. */
function fitting(text: string, room: number): number {
  // The longest unit takes three bytes.
  if (text.length * 3 <= room) return text.length
  let bytes = 0
  let read = 0
  while (read < text.length) {
    const unit = stringCharCodeAt(text, read)
    const isPair =
      unit >= 0xd800 && unit <= 0xdbff && (stringCharCodeAt(text, read + 1) & 0xfc00) === 0xdc00
    bytes += unit < 0x80 ? 1 : unit < 0x800 ? 2 : isPair ? 4 : 3
    if (bytes > room) break
    read += isPair ? 2 : 1
  }
  return read
}

class TextDecoder {
  #encoding: string
  #isFatal: boolean
  #keepsMark: boolean
  /** Bytes of an unfinished character, one character each. */
  #pending = ''
  #isStarted = false
  /** The same of an encoding that the worker decodes. */
  #rest = NO_REST

  constructor(label: unknown = 'utf-8', options?: unknown) {
    const text = toText(label)
    const name = encodings[stringToLowerCase(stringTrim(text))] ?? legacyEncoding(text)
    if (name === undefined) {
      const message = 'The "' + text + '" encoding is not supported'
      throw errorWithCode(RangeErrorOf, message, 'ERR_ENCODING_NOT_SUPPORTED')
    }
    const given = optionsOf(options)
    this.#encoding = name
    this.#isFatal = !!given?.fatal
    this.#keepsMark = !!given?.ignoreBOM
  }

  get encoding() {
    return this.#encoding
  }

  get fatal() {
    return this.#isFatal
  }

  get ignoreBOM() {
    return this.#keepsMark
  }

  decode(input?: unknown, options?: unknown): string {
    const bytes = this.#pending + (input === undefined ? '' : binaryText(bytesOf(input)))
    const isStream = !!optionsOf(options)?.stream
    if (!isOwn(this.#encoding)) return this.#decodeLegacy(bytes, isStream)
    const held = isStream ? unfinishedLength(this.#encoding, bytes) : 0
    const whole = held === 0 ? bytes : stringSlice(bytes, 0, bytes.length - held)
    const isStart = !this.#isStarted
    this.#pending = stringSlice(bytes, bytes.length - held)
    this.#isStarted = isStream && (this.#isStarted || whole !== '')
    const text = decodeWhole(this.#encoding, whole, this.#isFatal)
    if (text === undefined) throw malformed(this.#encoding)
    const hasMark = isStart && !this.#keepsMark && stringCharCodeAt(text, 0) === 0xfeff
    return hasMark ? stringSlice(text, 1) : text
  }

  /** No mark of the byte order is taken off: these encodings have none. */
  #decodeLegacy(bytes: string, isStream: boolean): string {
    const rest = this.#rest
    this.#rest = NO_REST
    const decoded = decodeLegacy(this.#encoding, rest, bytes, this.#isFatal, isStream)
    if (decoded === undefined) throw malformed(this.#encoding)
    this.#rest = decoded
    return decoded.text
  }
}

const isOwn = (encoding: string): encoding is EncodingName => encodings[encoding] !== undefined

function malformed(encoding: string): Error {
  const message = 'The encoded data was not valid for encoding ' + encoding
  return errorWithCode(TypeErrorOf, message, 'ERR_ENCODING_INVALID_ENCODED_DATA')
}

type DecoderOptions = { fatal?: unknown; ignoreBOM?: unknown; stream?: unknown }

function optionsOf(options: unknown): DecoderOptions | undefined {
  if (options === undefined || options === null) return undefined
  if (typeof options === 'object' || typeof options === 'function') return options
  throw invalid('The "options" argument must be of type object.')
}

function bytesOf(input: unknown): Uint8Array {
  if (hasBrand(arrayBufferByteLength, input)) return new Uint8ArrayOf(input as ArrayBuffer)
  if (!isBuffer(input)) {
    throw invalid('The "list" argument must be an instance of ArrayBuffer or ArrayBufferView.')
  }
  if (typedArrayName(input) === undefined) {
    return new Uint8ArrayOf(
      dataViewBuffer(input),
      dataViewByteOffset(input),
      dataViewByteLength(input),
    )
  }
  return new Uint8ArrayOf(
    typedArrayBuffer(input),
    typedArrayByteOffset(input),
    typedArrayByteLength(input),
  )
}

/** How many bytes at the end wait for more, when more may come. */
function unfinishedLength(encoding: EncodingName, bytes: string): number {
  if (encoding === 'windows-1252') return 0
  if (encoding === 'utf-8') return incompleteLength(bytes)
  const odd = bytes.length % 2
  const last = bytes.length - odd - 2
  return last >= 0 && isLead(unitAt(bytes, last, encoding)) ? odd + 2 : odd
}

const isLead = (unit: number) => (unit & 0xfc00) === 0xd800

function decodeWhole(encoding: EncodingName, bytes: string, isFatal: boolean): string | undefined {
  switch (encoding) {
    case 'utf-8':
      return decodeUTF8(bytes, isFatal)
    case 'windows-1252':
      return decodeWindows1252(bytes)
    default:
      return decodeUTF16(encoding, bytes, isFatal)
  }
}

function decodeUTF16(encoding: EncodingName, bytes: string, isFatal: boolean): string | undefined {
  const odd = bytes.length % 2
  let text = ''
  for (let i = 0; i < bytes.length - odd; i += 2) {
    text += stringFromCharCode(unitAt(bytes, i, encoding))
  }
  // A cut-off unit after half a pair makes one malformed sequence with it.
  if (odd === 1 && !isLead(stringCharCodeAt(text, text.length - 1))) text += '\ud800'
  if (stringIsWellFormed(text)) return text
  return isFatal ? undefined : stringToWellFormed(text)
}

function unitAt(bytes: string, index: number, encoding: EncodingName): number {
  const first = stringCharCodeAt(bytes, index)
  const second = stringCharCodeAt(bytes, index + 1)
  return encoding === 'utf-16le' ? first | (second << 8) : (first << 8) | second
}

function decodeWindows1252(bytes: string): string {
  let text = ''
  for (let i = 0; i < bytes.length; i++) {
    const byte = stringCharCodeAt(bytes, i)
    text += (byte & 0xe0) === 0x80 ? WINDOWS_1252[byte & 0x1f] : (bytes[i] as string)
  }
  return text
}

function invalid(message: string): Error {
  return errorWithCode(TypeErrorOf, message, 'ERR_INVALID_ARG_TYPE')
}
