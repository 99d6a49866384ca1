/**
 * A text of JSON that is put together from many pieces.
 *
 * Pieces of one byte for each character are collected in a buffer. What needs two goes into the text
 * as a string. A long text of ASCII is handed over as the buffer.
 */

import { isAscii } from 'node:buffer'
import { AsciiText } from '../../boundary/ascii-text.ts'
import { LONG_CHARS } from '../../boundary/lane-frames.ts'

/** A name with what stands around it: bytes, or a string when it has characters beyond Latin-1. */
export type NameText = Uint8Array | string

const BUFFER_BYTES = 65_536
/** Of what is in the buffer, and characters of what has gone into the text. */
const MAX_BYTES = 16 * 1024 * 1024
/** Buffers up to this size are kept for the next text. */
const MAX_KEPT_BYTES = 2 * 1024 * 1024
/** Beyond what is needed, and the length of the last text that was handed over: the next is about as long. */
const SPARE_BYTES = 4096
/** More than the longest number and the short texts of JSON have. */
const NUMBER_CHARS = 32
/** Of one character: `\u0000`. */
const MAX_ESCAPE_CHARS = 6
/** Longer names are put into the text as strings. */
const MAX_NAME_BYTES = 1024

const QUOTE = 0x22
const BACKSLASH = 0x5c
const MINUS = 0x2d
const POINT = 0x2e
const ZERO = 0x30

/** By byte: 1 for those that JSON escapes inside of a string. */
const isEscaped = new Uint8Array(256)
isEscaped.fill(1, 0, 0x20)
isEscaped[QUOTE] = 1
isEscaped[BACKSLASH] = 1

/** The bits in which a byte of a word shows that it is one of those sought. */
const HIGH_BITS = 0x80808080 | 0
const ONES = 0x01010101
const SPACES = 0x20202020
const QUOTES = 0x22222222
const BACKSLASHES = 0x5c5c5c5c

/** From so many bytes on the machine's own search for a byte is worth its call. */
const LONG_BYTES = 512

/**
 * Whether JSON escapes any of some bytes of Latin-1. They are looked at by fours, as `hasless` and
 * `haszero` of Bit Twiddling Hacks (Sean Eron Anderson) do: four times as fast as one by one.
 *
 * @param words of the memory that the bytes are in
 */
export function isAnyEscaped(
  bytes: Buffer,
  words: Uint32Array,
  from: number,
  end: number,
): boolean {
  const aligned = Math.min((from + 3) & ~3, end)
  const tail = aligned + ((end - aligned) & ~3)
  for (let at = from; at < aligned; at++) if (isEscaped[bytes[at] as number] === 1) return true
  for (let at = tail; at < end; at++) if (isEscaped[bytes[at] as number] === 1) return true
  if (tail - aligned < LONG_BYTES) return isEscapedInWords(words, aligned >>> 2, tail >>> 2)
  const long = bytes.subarray(aligned, tail)
  if (long.includes(QUOTE) || long.includes(BACKSLASH)) return true
  return isControlInWords(words, aligned >>> 2, tail >>> 2)
}

function isEscapedInWords(words: Uint32Array, from: number, end: number): boolean {
  for (let i = from; i < end; i++) {
    const word = (words[i] as number) | 0
    const quote = word ^ QUOTES
    const backslash = word ^ BACKSLASHES
    const found =
      ((word - SPACES) & ~word) | ((quote - ONES) & ~quote) | ((backslash - ONES) & ~backslash)
    if ((found & HIGH_BITS) !== 0) return true
  }
  return false
}

/** Whether any byte is below the space; four words for each branch. */
function isControlInWords(words: Uint32Array, from: number, end: number): boolean {
  let i = from
  for (; i + 4 <= end; i += 4) {
    const a = (words[i] as number) | 0
    const b = (words[i + 1] as number) | 0
    const c = (words[i + 2] as number) | 0
    const d = (words[i + 3] as number) | 0
    const found =
      ((a - SPACES) & ~a) | ((b - SPACES) & ~b) | ((c - SPACES) & ~c) | ((d - SPACES) & ~d)
    if ((found & HIGH_BITS) !== 0) return true
  }
  return isEscapedInWords(words, i, end)
}

const BEYOND_LATIN1 = /[^\0-\xff]/

/** One for the thread: a text is put together in one go. */
let buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES)
let lastBytes = 0

/** Takes memory for the next text, when it is larger than what there is. */
export function takeSpare(spare: ArrayBuffer | undefined): void {
  if (spare !== undefined && spare.byteLength > buffer.length) buffer = Buffer.from(spare)
}

/** The text is longer than its bound. */
export class TooLong extends Error {}
/** One for all: it has no stack to be read. */
const tooLong = new TooLong('too long')

/** Collects one text at a time. What writes to it throws {@link TooLong} beyond the bound. */
export class TextOutput {
  #text = ''
  #length = 0

  /** Begins a text. */
  begin(text: string): void {
    this.clear()
    this.ascii(text)
  }

  /** The text. */
  take(): string | AsciiText {
    if (this.#text === '' && this.#length > LONG_CHARS) {
      const bytes = buffer.subarray(0, this.#length)
      if (isAscii(bytes)) return this.#handOver(bytes)
    }
    this.#flush()
    return this.#text
  }

  /** Forgets the text. */
  clear(): void {
    this.#text = ''
    this.#length = 0
    if (buffer.length > MAX_KEPT_BYTES) buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES)
  }

  #handOver(bytes: Buffer): AsciiText {
    lastBytes = Math.min(bytes.length, MAX_KEPT_BYTES)
    buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES)
    return new AsciiText(bytes)
  }

  /** Writes a few characters of ASCII. */
  ascii(text: string): void {
    const out = this.#reserve(NUMBER_CHARS)
    const at = this.#length
    for (let i = 0; i < text.length; i++) out[at + i] = text.charCodeAt(i)
    this.#length = at + text.length
  }

  /** Writes a finite number. */
  number(value: number): void {
    const hundredths = Math.round(value * 100)
    if ((value | 0) === value) this.integer(value)
    else if ((hundredths | 0) === hundredths && hundredths / 100 === value)
      this.#decimal(hundredths)
    else this.ascii(`${value}`)
  }

  /**
   * Writes a number that has one or two decimals. No shorter text stands for it: texts of so few digits stand
   * for a number each.
   */
  #decimal(hundredths: number): void {
    // For the whole number too: that takes another buffer when this one has no room.
    const out = this.#reserve(2 * NUMBER_CHARS)
    if (hundredths < 0) out[this.#length++] = MINUS
    const all = Math.abs(hundredths)
    const whole = (all / 100) | 0
    this.integer(whole)
    const rest = all - 100 * whole
    const tenths = (rest / 10) | 0
    out[this.#length++] = POINT
    out[this.#length++] = ZERO + tenths
    if (rest > 10 * tenths) out[this.#length++] = ZERO + rest - 10 * tenths
  }

  /** Writes a whole number of 32 bits. */
  integer(value: number): void {
    const out = this.#reserve(NUMBER_CHARS)
    let from = this.#length
    // The processor divides a number that is known to have 32 bits several times faster.
    let rest = value | 0
    if (rest < 0) {
      out[from++] = MINUS
      rest = -rest | 0
    }
    let end = from + digitsOf(rest)
    this.#length = end
    // The least number has no opposite of 32 bits, and its digits are negative.
    do {
      const tenth = (rest / 10) | 0
      out[--end] = ZERO + Math.abs(rest - 10 * tenth)
      rest = tenth
    } while (end > from)
  }

  /** The form of a name that {@link name} takes. */
  nameText(text: string): NameText {
    const isString = text.length > MAX_NAME_BYTES || BEYOND_LATIN1.test(text)
    return isString ? text : Buffer.from(text, 'latin1')
  }

  /** Writes a name as it is. */
  name(name: NameText): void {
    if (typeof name === 'string') {
      this.#append(name)
      return
    }
    const { length } = name
    const out = this.#reserve(length)
    const at = this.#length
    for (let i = 0; i < length; i++) out[at + i] = name[i] as number
    this.#length = at + length
  }

  /** Writes a string of any length. */
  string(text: string): void {
    this.#append(JSON.stringify(text))
  }

  /** Writes a string of any length that has no character beyond Latin-1. */
  latin1(text: string): void {
    const json = JSON.stringify(text)
    this.#reserve(json.length)
    this.#length += buffer.write(json, this.#length, 'latin1')
  }

  /** Writes a string of any length that is there as bytes of Latin-1, none of which is escaped. */
  unescaped(bytes: Uint8Array): void {
    const out = this.#reserve(bytes.length + 2)
    const at = this.#length
    out[at] = QUOTE
    out.set(bytes, at + 1)
    out[at + 1 + bytes.length] = QUOTE
    this.#length = at + bytes.length + 2
  }

  /** Writes a short string that is there as bytes of Latin-1. */
  bytes(bytes: Uint8Array, from: number, length: number): void {
    const out = this.#reserve(MAX_ESCAPE_CHARS * length + 2)
    let at = this.#length
    out[at++] = QUOTE
    for (let i = from; i < from + length; i++) {
      const byte = bytes[i] as number
      if (isEscaped[byte] === 1) {
        this.#escaped(bytes, from, length)
        return
      }
      out[at++] = byte
    }
    out[at++] = QUOTE
    this.#length = at
  }

  #escaped(bytes: Uint8Array, from: number, length: number): void {
    const text = String.fromCharCode(...bytes.subarray(from, from + length))
    this.#length += buffer.write(JSON.stringify(text), this.#length, 'latin1')
  }

  #append(text: string): void {
    this.#flush()
    this.#text += text
    if (this.#text.length > MAX_BYTES) throw tooLong
  }

  /** Makes room, and returns where the bytes go. @throws {TooLong} beyond the bound */
  #reserve(bytes: number): Buffer {
    const needed = this.#length + bytes
    if (needed <= buffer.length) return buffer
    if (needed > MAX_BYTES) throw tooLong
    const wanted = Math.max(2 * buffer.length, needed + SPARE_BYTES, lastBytes + SPARE_BYTES)
    const larger = Buffer.allocUnsafeSlow(Math.min(wanted, MAX_BYTES))
    buffer.copy(larger, 0, 0, this.#length)
    buffer = larger
    return larger
  }

  #flush(): void {
    if (this.#length > 0) this.#text += buffer.toString('latin1', 0, this.#length)
    this.#length = 0
  }
}

/** Digits of a whole number of 32 bits. */
function digitsOf(value: number): number {
  if (value >= 0 && value < 1000) return value < 10 ? 1 : value < 100 ? 2 : 3
  let digits = 3
  for (let rest = (value / 1000) | 0; rest !== 0; rest = (rest / 10) | 0) digits++
  return digits
}
