/**
 * Writes JSON in the binary form from which the engine makes a value (`JS_ReadObject`): a third of the
 * time that the engine's own reader of JSON takes, and text crosses as one copy.
 *
 * | what | bytes |
 * | --- | --- |
 * | head | the version, four bytes 0xff in place of a checksum, the count of names |
 * | each name | 1, a string |
 * | a string | twice its length, plus 1 when it is wide; a byte or two for each character |
 * | an object | its tag, the count of properties, for each its name and its value |
 * | a name | twice its place among the names, from 1; of an index twice that and 1 |
 * | an array | its tag, the count of elements, the elements |
 * | a number | a tag, and the whole number of 32 bits folded to be positive, or eight bytes |
 *
 * Counts and whole numbers are LEB128. The version that package.json pins reads this form;
 * `heap-layout.ts` tries it. The value arrives in an array of one.
 */

import { type AsciiText, isAscii } from '../../boundary/ascii-text.ts'
import { MAX_DEPTH } from '../../boundary/plain-json.ts'

const NULL = 1
const FALSE = 3
const TRUE = 4
const INT32 = 5
const FLOAT64 = 6
const STRING = 7
const OBJECT = 8
const ARRAY = 9
const VERSION = 0x1c
const NAME = 1

const QUOTE = 0x22
const COMMA = 0x2c
const MINUS = 0x2d
const POINT = 0x2e
const ZERO = 0x30
const NINE = 0x39
const OPEN_ARRAY = 0x5b
const BACKSLASH = 0x5c
const CLOSE_ARRAY = 0x5d
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d
const LETTER_F = 0x66
const LETTER_N = 0x6e
const LETTER_T = 0x74

/** Strings that are longer are searched for their end and copied by the platform. */
const SHORT_CHARS = 64
/** Strings of ASCII that are longer are parsed by the platform when something in them is escaped. */
const MEDIUM_CHARS = 1024
/** By the character behind a backslash: what both stand for; 0 for `\u`, and where JSON has none. */
const escaped = new Uint8Array(0x80)
for (const [letter, character] of ['""', '\\\\', '//', 'b\b', 'f\f', 'n\n', 'r\r', 't\t'])
  escaped[(letter as string).charCodeAt(0)] = (character as string).charCodeAt(0)
/** Bytes of a count that is only known when its container ends: LEB128 with padding. */
const COUNT_BYTES = 5
/** More than a number and its tag take. */
const NUMBER_BYTES = 16
/** The greatest name that the engine takes for an index. */
const MAX_INDEX = 0x7fffffff
/** Digits of a whole number that surely has no more than 32 bits. */
const SAFE_DIGITS = 9
/** Numbers of so many digits, and such powers of ten, are exact: their quotient is the nearest there is. */
const EXACT_DIGITS = 15
const POWERS_OF_TEN = Array.from({ length: EXACT_DIGITS }, (_, power) => 10 ** power)
/** The engine refuses more names than a million, and a value with so many is a table. */
const MAX_NAMES = 65_536
/** Steps through names that have the same place, for each name; keys can be chosen to have it. */
const MAX_CLASHES = 16
/** Buffers up to this size are kept for the next value. */
const MAX_KEPT_BYTES = 2 * 1024 * 1024

/** The value has no such form within the bounds, or the text is not JSON. */
class NoForm extends Error {}
const noForm = new NoForm('no binary form')

const doubles = new Float64Array(1)
const doubleBytes = new Uint8Array(doubles.buffer)

/** Bytes that are written one after the other. */
class Bytes {
  #bytes = Buffer.allocUnsafeSlow(4096)
  length = 0

  get written(): Uint8Array {
    return this.#bytes.subarray(0, this.length)
  }

  /** Makes room, and returns where the bytes go. */
  reserve(count: number): Buffer {
    if (this.length + count <= this.#bytes.length) return this.#bytes
    const larger = Buffer.allocUnsafeSlow(Math.max(2 * this.#bytes.length, this.length + count))
    larger.set(this.written)
    this.#bytes = larger
    return larger
  }

  clear(): void {
    this.length = 0
    if (this.#bytes.length > MAX_KEPT_BYTES) this.#bytes = Buffer.allocUnsafeSlow(4096)
  }

  byte(value: number): void {
    this.reserve(1)[this.length++] = value
  }

  leb128(value: number): void {
    const bytes = this.reserve(COUNT_BYTES)
    if (value < 0x80) bytes[this.length++] = value
    else this.length = writeLeb128(value, bytes, this.length)
  }

  /** Writes what comes first. */
  head(names: number): void {
    this.length = writeHead(this.reserve(STRING_HEAD_BYTES), this.length, names)
  }

  /** Leaves room for a count. Returns its place. */
  openCount(): number {
    this.reserve(COUNT_BYTES)
    this.length += COUNT_BYTES
    return this.length - COUNT_BYTES
  }

  closeCount(place: number, count: number): void {
    const bytes = this.#bytes
    let rest = count
    for (let i = 0; i < COUNT_BYTES - 1; i++) {
      bytes[place + i] = (rest & 0x7f) | 0x80
      rest >>>= 7
    }
    bytes[place + COUNT_BYTES - 1] = rest
  }

  /** Writes a string of units that lie in a list. @param isWide whether one of them is beyond Latin-1 */
  units(codes: Codes, from: number, length: number, isWide: boolean): void {
    this.leb128(2 * length + (isWide ? 1 : 0))
    const bytes = this.reserve(isWide ? 2 * length : length)
    let at = this.length
    if (isWide) {
      for (let i = from; i < from + length; i++) {
        const unit = codes[i] as number
        bytes[at++] = unit & 0xff
        bytes[at++] = unit >>> 8
      }
    } else if (length > SHORT_CHARS) {
      bytes.set(codes.subarray(from, from + length), at)
      at += length
    } else {
      for (let i = from; i < from + length; i++) bytes[at++] = codes[i] as number
    }
    this.length = at
  }

  /**
   * Writes a short string of ASCII in which nothing is escaped.
   *
   * @param from behind its first quote
   * @returns where its last quote is; -1 for any other string, of which nothing is written
   */
  shortAscii(codes: Codes, from: number): number {
    const bytes = this.reserve(SHORT_CHARS)
    // A length below this takes one byte.
    const most = from + SHORT_CHARS - 1
    let at = this.length
    let end = from
    let code = codes[end] as number
    for (; end < most && code !== QUOTE && code < 0x80 && code !== BACKSLASH; ) {
      bytes[++at] = code
      code = codes[++end] as number
    }
    if (code !== QUOTE) return -1
    bytes[this.length] = 2 * (end - from)
    this.length = at + 1
    return end
  }

  /**
   * Writes a string of ASCII that is not long, in which something may be escaped, behind a length of two
   * bytes.
   *
   * @param from behind its first quote
   * @returns where its last quote is; -1 for any other string, of which nothing is written
   */
  escapedAscii(codes: Codes, from: number): number {
    const bytes = this.reserve(2 + MEDIUM_CHARS)
    const start = this.length + 2
    const most = start + MEDIUM_CHARS
    let at = start
    let end = from
    let code = codes[end] as number
    while (at < most && code !== QUOTE && code < 0x80) {
      if (code === BACKSLASH) {
        code = escaped[codes[++end] as number] ?? 0
        if (code === 0) return -1
      }
      bytes[at++] = code
      code = codes[++end] as number
    }
    if (code !== QUOTE) return -1
    const length = 2 * (at - start)
    bytes[this.length] = (length & 0x7f) | 0x80
    bytes[this.length + 1] = length >>> 7
    this.length = at
    return end
  }

  /** Writes a string by copies of the platform. */
  string(text: string): void {
    const bytes = this.reserve(COUNT_BYTES + WIDE_BYTES * text.length)
    this.length = writeUnits(text, bytes, this.length)
  }

  /** Writes a whole number with its tag. */
  int32(value: number): void {
    const bytes = this.reserve(NUMBER_BYTES)
    bytes[this.length] = INT32
    this.length = writeLeb128(((value << 1) ^ (value >> 31)) >>> 0, bytes, this.length + 1)
  }

  /** Writes a number with its tag. */
  double(value: number): void {
    doubles[0] = value
    const bytes = this.reserve(NUMBER_BYTES)
    bytes[this.length] = FLOAT64
    const at = this.length + 1
    for (let i = 0; i < doubleBytes.length; i++) bytes[at + i] = doubleBytes[i] as number
    this.length = at + doubleBytes.length
  }
}

/** The units of a text: bytes when all of it is ASCII. */
type Codes = Uint8Array | Uint16Array

/** One for the thread: a large one that is new costs more than what is done with it. */
let kept = Buffer.alloc(0)

function keptBytes(length: number): Buffer {
  if (kept.length < length) kept = Buffer.alloc(Math.min(MAX_KEPT_BYTES, 2 * length))
  return kept
}

function codesOf(text: string): Codes {
  if (!isAscii(text)) return unitsOf(text)
  const bytes = text.length <= MAX_KEPT_BYTES ? keptBytes(text.length) : Buffer.alloc(text.length)
  return bytes.subarray(0, bytes.write(text, 'latin1'))
}

function writeLeb128(value: number, to: Buffer, at: number): number {
  let end = at
  let rest = value
  while (rest >= 0x80) {
    to[end++] = (rest & 0x7f) | 0x80
    rest >>>= 7
  }
  to[end++] = rest
  return end
}

/** Writes a string behind its length, by copies of the platform. Returns where it ends. */
function writeUnits(text: string, to: Buffer, at: number): number {
  const from = writeLeb128(2 * text.length, to, at)
  const end = from + to.write(text, from, 'latin1')
  // Units beyond Latin-1 have changed on the way to bytes and back.
  if (isAscii(text) || to.toString('latin1', from, end) === text) return end
  to[at] = (to[at] as number) | 1
  return from + to.write(text, from, 'utf16le')
}

/** Bytes of a unit beyond Latin-1. */
export const WIDE_BYTES = 2
/** More than there is before the units of {@link writeString}. */
export const STRING_HEAD_BYTES = 16

/** Writes the form of an array of one, a string. Returns where it ends. */
export function writeString(text: string | AsciiText, to: Buffer, at: number): number {
  let end = writeHead(to, at, 0)
  for (const byte of [ARRAY, 1, STRING]) to[end++] = byte
  if (typeof text === 'string') return writeUnits(text, to, end)
  end = writeLeb128(2 * text.length, to, end)
  to.set(text.bytes, end)
  return end + text.length
}

/** Writes what comes first. Returns where it ends. */
function writeHead(to: Buffer, at: number, names: number): number {
  to[at] = VERSION
  to.fill(0xff, at + 1, at + 5)
  return writeLeb128(names, to, at + 5)
}

/** The units of a text, of two bytes each. */
function unitsOf(text: string): Uint16Array {
  const bytes = Buffer.from(text, 'utf16le')
  // A buffer of the pool may begin at an odd place.
  return bytes.byteOffset % 2 === 0
    ? new Uint16Array(bytes.buffer, bytes.byteOffset, text.length)
    : new Uint16Array(new Uint8Array(bytes).buffer)
}

/** Writes one value at a time. */
export class BinaryWriter {
  #text = ''
  #codes: Codes = new Uint8Array()
  #at = 0
  /** Where the next backslash is, from the last search on. */
  #backslash = 0
  #body = new Bytes()
  #names = new Bytes()
  #head = new Bytes()
  /** Names by hash: places from 1; and where each is in the text, with its length. */
  #table = new Uint32Array(256)
  #nameAt: number[] = []
  /** By the place of a name: the one that came after it, and comes most likely again. */
  #followers: number[] = []
  #clashes = 0

  /**
   * The binary form of the JSON that a text has behind its mark, in parts that belong behind each
   * other and hold until the next value; `undefined` when it has none within the bounds.
   */
  write(text: string): readonly Uint8Array[] | undefined {
    this.#text = text
    this.#codes = codesOf(text)
    this.#at = 1
    this.#backslash = 0
    this.#nameAt = []
    this.#followers = []
    this.#clashes = 0
    this.#table.fill(0)
    for (const part of [this.#head, this.#names, this.#body]) part.clear()
    try {
      this.#body.byte(ARRAY)
      this.#body.leb128(1)
      this.#value(0)
      if (this.#at !== text.length) return undefined
      this.#head.head(this.#nameAt.length / 2)
      return [this.#head.written, this.#names.written, this.#body.written]
    } catch (error) {
      if (error !== noForm) throw error
      return undefined
    } finally {
      this.#text = ''
      this.#codes = new Uint8Array()
    }
  }

  #value(depth: number): void {
    switch (this.#codes[this.#at]) {
      case QUOTE:
        this.#body.byte(STRING)
        this.#string(this.#body)
        return
      case OPEN_OBJECT:
        this.#object(depth + 1)
        return
      case OPEN_ARRAY:
        this.#array(depth + 1)
        return
      case LETTER_T:
        this.#word('true', TRUE)
        return
      case LETTER_F:
        this.#word('false', FALSE)
        return
      case LETTER_N:
        this.#word('null', NULL)
        return
      default:
        this.#number()
    }
  }

  #word(word: string, tag: number): void {
    if (!this.#text.startsWith(word, this.#at)) throw noForm
    this.#at += word.length
    this.#body.byte(tag)
  }

  #array(depth: number): void {
    if (depth > MAX_DEPTH) throw noForm
    this.#body.byte(ARRAY)
    const place = this.#body.openCount()
    let count = 0
    if (this.#codes[++this.#at] === CLOSE_ARRAY) this.#at++
    else {
      do {
        this.#value(depth)
        count++
      } while (this.#goesOn(CLOSE_ARRAY))
    }
    this.#body.closeCount(place, count)
  }

  #object(depth: number): void {
    if (depth > MAX_DEPTH) throw noForm
    this.#body.byte(OBJECT)
    const place = this.#body.openCount()
    let count = 0
    if (this.#codes[++this.#at] === CLOSE_OBJECT) this.#at++
    else {
      let before = 0
      do {
        const name = this.#nameOrIndex(before)
        if (name % 2 === 0) before = name / 2
        this.#body.leb128(name)
        // Past the colon.
        this.#at++
        this.#value(depth)
        count++
      } while (this.#goesOn(CLOSE_OBJECT))
    }
    this.#body.closeCount(place, count)
  }

  /** Passes a comma, or the end of a container. */
  #goesOn(close: number): boolean {
    const code = this.#codes[this.#at++]
    if (code === COMMA) return true
    if (code !== close) throw noForm
    return false
  }

  /** Passes a name. Returns what stands for it. @param before the place of the one before it; 0: none */
  #nameOrIndex(before: number): number {
    const guess = this.#followers[before]
    if (guess !== undefined && this.#isHere(guess)) return 2 * guess
    const codes = this.#codes
    const from = this.#at + 1
    let at = from
    let index = 0
    for (let code = codes[at] as number; code >= ZERO && code <= NINE; ) {
      index = 10 * index + code - ZERO
      code = codes[++at] as number
    }
    const isDecimal = at > from && (codes[from] !== ZERO || at === from + 1)
    if (isDecimal && codes[at] === QUOTE && index <= MAX_INDEX) {
      this.#at = at + 1
      return 2 * index + 1
    }
    const place = this.#name()
    this.#followers[before] = place
    return 2 * place
  }

  /** Passes a name if it is this one. */
  #isHere(place: number): boolean {
    const codes = this.#codes
    const at = this.#at
    const length = this.#nameAt[2 * place - 1] as number
    if (codes[at] !== QUOTE || codes[at + length] !== QUOTE) return false
    if (!this.#isName(place, at, length)) return false
    this.#at = at + length + 1
    return true
  }

  /** The place of a name among all, from 1. */
  #name(): number {
    const codes = this.#codes
    const from = this.#at
    if (codes[from] !== QUOTE) throw noForm
    let hash = 0
    let at = from + 1
    for (; codes[at] !== QUOTE; at++) {
      if (at >= codes.length) throw noForm
      // The unit behind it, which may be a quote, is part of the name.
      if (codes[at] === BACKSLASH) at++
      hash = (Math.imul(hash, 31) + (codes[at] as number)) | 0
    }
    const length = at - from
    this.#at = at + 1
    const mask = this.#table.length - 1
    let slot = Math.imul(hash, 0x9e3779b1) >>> 7
    for (;;) {
      slot &= mask
      const known = this.#table[slot] as number
      if (known === 0) break
      if (this.#isName(known, from, length)) return known
      if (++this.#clashes > MAX_CLASHES * (this.#nameAt.length + SHORT_CHARS)) throw noForm
      slot++
    }
    return this.#addName(from, length, slot)
  }

  #isName(known: number, from: number, length: number): boolean {
    if (this.#nameAt[2 * known - 1] !== length) return false
    const codes = this.#codes
    const other = this.#nameAt[2 * known - 2] as number
    for (let i = 1; i < length; i++) if (codes[from + i] !== codes[other + i]) return false
    return true
  }

  #addName(from: number, length: number, slot: number): number {
    this.#nameAt.push(from, length)
    const place = this.#nameAt.length / 2
    if (place > MAX_NAMES) throw noForm
    this.#table[slot] = place
    const end = this.#at
    this.#at = from
    this.#names.byte(NAME)
    // JSON escapes no digit. An index among the names would be lost.
    if (this.#text.startsWith('\\u003', from + 1)) throw noForm
    this.#string(this.#names)
    this.#at = end
    if (4 * place > this.#table.length) this.#growTable()
    return place
  }

  #growTable(): void {
    const old = this.#nameAt
    this.#table = new Uint32Array(4 * this.#table.length)
    const end = this.#at
    this.#nameAt = []
    for (let i = 0; i < old.length; i += 2) this.#placeAgain(old[i] as number, old[i + 1] as number)
    this.#at = end
  }

  #placeAgain(from: number, length: number): void {
    let hash = 0
    const codes = this.#codes
    for (let at = from + 1; at < from + length; at++) {
      if (codes[at] === BACKSLASH) at++
      hash = (Math.imul(hash, 31) + (codes[at] as number)) | 0
    }
    const mask = this.#table.length - 1
    let slot = (Math.imul(hash, 0x9e3779b1) >>> 7) & mask
    while (this.#table[slot] !== 0) {
      if (++this.#clashes > MAX_CLASHES * (this.#nameAt.length + SHORT_CHARS)) throw noForm
      slot = (slot + 1) & mask
    }
    this.#nameAt.push(from, length)
    this.#table[slot] = this.#nameAt.length / 2
  }

  /** Writes the string that begins here, and passes it. */
  #string(to: Bytes): void {
    const codes = this.#codes
    const from = this.#at + 1
    const last = to.shortAscii(codes, from)
    if (last >= 0) {
      this.#at = last + 1
      return
    }
    const short = Math.min(from + SHORT_CHARS, codes.length)
    let end = from
    let all = 0
    for (; end < short && codes[end] !== QUOTE; end++) {
      if (codes[end] === BACKSLASH) {
        this.#escaped(to)
        return
      }
      all |= codes[end] as number
    }
    if (end === short) {
      end = this.#text.indexOf('"', from)
      if (end < 0) throw noForm
      if (this.#nextBackslash(from) < end) {
        this.#escaped(to)
        return
      }
      if (codes instanceof Uint16Array) {
        to.string(this.#text.slice(from, end))
        this.#at = end + 1
        return
      }
    }
    to.units(codes, from, end - from, all > 0xff)
    this.#at = end + 1
  }

  #nextBackslash(from: number): number {
    if (this.#backslash < from) {
      const found = this.#text.indexOf('\\', from)
      this.#backslash = found < 0 ? this.#text.length : found
    }
    return this.#backslash
  }

  #escaped(to: Bytes): void {
    const last = to.escapedAscii(this.#codes, this.#at + 1)
    if (last >= 0) {
      this.#at = last + 1
      return
    }
    let end = this.#text.indexOf('"', this.#at + 1)
    while (end > 0 && this.#isEscaped(end)) end = this.#text.indexOf('"', end + 1)
    if (end < 0) throw noForm
    to.string(JSON.parse(this.#text.slice(this.#at, end + 1)) as string)
    this.#at = end + 1
  }

  /** Whether an odd number of backslashes stands before a quote. */
  #isEscaped(quote: number): boolean {
    let first = quote
    while (this.#codes[first - 1] === BACKSLASH) first--
    return (quote - first) % 2 === 1
  }

  #number(): void {
    const codes = this.#codes
    const from = this.#at
    const isNegative = codes[from] === MINUS
    let at = isNegative ? from + 1 : from
    const first = at
    let whole = 0
    for (let code = codes[at] as number; code >= ZERO && code <= NINE; ) {
      whole = 10 * whole + code - ZERO
      code = codes[++at] as number
    }
    if (at === first) throw noForm
    const isWhole = at - first <= SAFE_DIGITS && !isNumberCode(codes[at])
    if (isWhole && !(isNegative && whole === 0)) {
      this.#at = at
      const value = isNegative ? -whole : whole
      this.#body.int32(value)
      return
    }
    const decimal = this.#decimal(at, at - first, whole)
    if (decimal !== undefined) {
      this.#body.double(isNegative ? -decimal : decimal)
      return
    }
    while (
      isNumberCode(codes[at]) ||
      ((codes[at] as number) >= ZERO && (codes[at] as number) <= NINE)
    )
      at++
    const value = Number(this.#text.slice(from, at))
    if (Number.isNaN(value)) throw noForm
    this.#at = at
    this.#body.double(value)
  }

  /**
   * Passes the decimals of a number that has so few digits that a division is exact, and no exponent.
   *
   * @param point where they begin
   * @param digits before them, and the number that these are
   * @returns `undefined` for any other number
   */
  #decimal(point: number, digits: number, whole: number): number | undefined {
    const codes = this.#codes
    if (codes[point] !== POINT) return undefined
    let at = point + 1
    let all = whole
    for (let code = codes[at] as number; code >= ZERO && code <= NINE; ) {
      all = 10 * all + code - ZERO
      code = codes[++at] as number
    }
    const decimals = at - point - 1
    if (decimals === 0 || digits + decimals > EXACT_DIGITS || isNumberCode(codes[at]))
      return undefined
    this.#at = at
    return all / (POWERS_OF_TEN[decimals] as number)
  }
}

/** Whether a unit goes on a number that has more than digits: `.`, `e`, `E`, `+` or `-`. */
function isNumberCode(code: number | undefined): boolean {
  return code === 0x2e || code === 0x65 || code === 0x45 || code === 0x2b || code === MINUS
}
