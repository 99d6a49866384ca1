/**
 * UTF-8 at the engine's speed: whole texts go through native functions that happen to convert
 * (an interpreted loop is 40 times slower, measured), malformed bytes through the algorithm of
 * https://encoding.spec.whatwg.org/#utf-8-decoder.
 */

import {
  asciiToBinary,
  base64ToBytes,
  binaryToAscii,
  bytesToBase64,
  decodeComponent,
  encodeComponent,
  escapeOf,
  regExpExec,
  stringCharCodeAt,
  stringFromCharCode,
  stringToWellFormed,
  Uint8ArrayOf,
  unescapeOf,
} from '../primordials.ts'

const NOT_ASCII = /[^\0-\x7f]/

/** Encodes a text; lone surrogates become U+FFFD. */
export function encodeUTF8(text: string): Uint8Array<ArrayBuffer> {
  if (text === '') return new Uint8ArrayOf(0)
  const binary =
    regExpExec(NOT_ASCII, text) === null
      ? text
      : unescapeOf(encodeComponent(stringToWellFormed(text)))
  return base64ToBytes(binaryToAscii(binary))
}

/** The bytes as one character each, 0 to 255. */
export function binaryText(bytes: Uint8Array): string {
  const encoded = bytesToBase64(bytes)
  return encoded === '' ? '' : asciiToBinary(encoded)
}

/**
 * Decodes a binary text ({@link binaryText}); a byte order mark stays.
 *
 * @returns the text, with U+FFFD for each malformed sequence, or `undefined` if `isFatal` and there
 *   is one
 */
export function decodeUTF8(binary: string, isFatal = false): string | undefined {
  if (regExpExec(NOT_ASCII, binary) === null) return binary
  try {
    return decodeComponent(escapeOf(binary))
  } catch {
    // Malformed: which sequences are replaced only the loop knows.
    return isFatal ? undefined : decodeMalformed(binary)
  }
}

const REPLACEMENT = '\ufffd'

function decodeMalformed(binary: string): string {
  let text = ''
  let codePoint = 0
  let needed = 0
  let lower = 0x80
  let upper = 0xbf
  for (let i = 0; i < binary.length; i++) {
    const byte = stringCharCodeAt(binary, i)
    if (needed === 0) {
      if (byte <= 0x7f) text += stringFromCharCode(byte)
      else if (byte < 0xc2 || byte > 0xf4) text += REPLACEMENT
      else {
        needed = sequenceLength(byte) - 1
        lower = lowerBound(byte)
        upper = upperBound(byte)
        codePoint = byte & (needed === 1 ? 0x1f : needed === 2 ? 0xf : 0x7)
      }
    } else if (byte < lower || byte > upper) {
      // The byte that does not continue the sequence is read again as the start of another.
      text += REPLACEMENT
      needed = 0
      lower = 0x80
      upper = 0xbf
      i--
    } else {
      lower = 0x80
      upper = 0xbf
      codePoint = (codePoint << 6) | (byte & 0x3f)
      if (--needed === 0) text += characterOf(codePoint)
    }
  }
  return needed === 0 ? text : text + REPLACEMENT
}

function characterOf(codePoint: number): string {
  if (codePoint < 0x10000) return stringFromCharCode(codePoint)
  const offset = codePoint - 0x10000
  return stringFromCharCode(0xd800 + (offset >>> 10), 0xdc00 + (offset & 0x3ff))
}

const sequenceLength = (lead: number) => (lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4)
/** Least second byte: less would be an overlong form. */
const lowerBound = (lead: number) => (lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80)
/** Greatest second byte: more would be a surrogate, or beyond U+10FFFF. */
const upperBound = (lead: number) => (lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf)

/** How many bytes at the end begin a sequence that more bytes may complete: 0 to 3. */
export function incompleteLength(binary: string): number {
  for (let length = 1; length <= 3 && length <= binary.length; length++) {
    const start = binary.length - length
    const lead = stringCharCodeAt(binary, start)
    if (lead >= 0x80 && lead <= 0xbf) continue
    if (lead < 0xc2 || lead > 0xf4 || sequenceLength(lead) <= length) return 0
    if (length === 1) return 1
    const second = stringCharCodeAt(binary, start + 1)
    return second >= lowerBound(lead) && second <= upperBound(lead) ? length : 0
  }
  return 0
}
