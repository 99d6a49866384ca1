/**
 * The text form of pairs, `application/x-www-form-urlencoded`:
 * https://url.spec.whatwg.org/#urlencoded-parsing.
 */

import {
  decodeComponent,
  encodeComponent,
  regExpExec,
  stringCharCodeAt,
  stringFromCharCode,
  stringIndexOf,
  stringSlice,
  unlinkedList,
} from '../primordials.ts'
import { binaryText, decodeUTF8, encodeUTF8 } from './utf8.ts'

/** Names and values in order. Both lists have the same length. */
export interface Pairs {
  readonly names: string[]
  readonly values: string[]
}

/** An empty list of pairs. */
export function noPairs(): Pairs {
  return { names: unlinkedList(), values: unlinkedList() }
}

/** Appends one pair. */
export function addPair(pairs: Pairs, name: string, value: string): void {
  pairs.names[pairs.names.length] = name
  pairs.values[pairs.values.length] = value
}

/** Parses a text, without a leading question mark, into pairs. */
export function parseForm(text: string): Pairs {
  const pairs = noPairs()
  let start = 0
  while (start < text.length) {
    const ampersand = stringIndexOf(text, '&', start)
    const end = ampersand < 0 ? text.length : ampersand
    if (end > start) parsePair(pairs, stringSlice(text, start, end))
    start = end + 1
  }
  return pairs
}

function parsePair(pairs: Pairs, text: string): void {
  const equals = stringIndexOf(text, '=')
  if (equals < 0) addPair(pairs, unescapeText(text), '')
  else
    addPair(
      pairs,
      unescapeText(stringSlice(text, 0, equals)),
      unescapeText(stringSlice(text, equals + 1)),
    )
}

const ESCAPED = /[+%]/

function unescapeText(text: string): string {
  if (regExpExec(ESCAPED, text) === null) return text
  const spaced = spacesForPluses(text)
  try {
    return decodeComponent(spaced)
  } catch {
    // A percent sign that escapes nothing, or bytes that are not UTF-8: taken as they come.
    return decodeUTF8(unescapeBytes(binaryText(encodeUTF8(spaced)))) as string
  }
}

function spacesForPluses(text: string): string {
  let spaced = ''
  let start = 0
  for (let plus = stringIndexOf(text, '+'); plus >= 0; plus = stringIndexOf(text, '+', start)) {
    spaced += stringSlice(text, start, plus) + ' '
    start = plus + 1
  }
  return spaced + stringSlice(text, start)
}

/** Replaces each `%XX` of a binary text by the byte. */
function unescapeBytes(binary: string): string {
  let bytes = ''
  for (let i = 0; i < binary.length; i++) {
    const high = binary[i] === '%' ? digit(binary, i + 1) : -1
    const low = high < 0 ? -1 : digit(binary, i + 2)
    if (low < 0) bytes += binary[i]
    else {
      bytes += stringFromCharCode(high * 16 + low)
      i += 2
    }
  }
  return bytes
}

/** The value of a hexadecimal digit, -1 for anything else. */
function digit(text: string, index: number): number {
  const code = stringCharCodeAt(text, index)
  if (code >= 0x30 && code <= 0x39) return code - 0x30
  const lower = code | 0x20
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1
}

/** Writes pairs as a text, without a leading question mark. */
export function writeForm(pairs: Pairs): string {
  let text = ''
  for (let i = 0; i < pairs.names.length; i++) {
    if (i > 0) text += '&'
    text += escapeText(pairs.names[i] as string) + '=' + escapeText(pairs.values[i] as string)
  }
  return text
}

/** Characters that `encodeURIComponent` does not escape as a form does. */
const SPECIAL = /[ !'()~]/
const SPECIALS = " !'()~"
const ESCAPES = ['+', '%21', '%27', '%28', '%29', '%7E']

function escapeText(text: string): string {
  if (regExpExec(SPECIAL, text) === null) return encodeComponent(text)
  let escaped = ''
  let start = 0
  for (let i = 0; i < text.length; i++) {
    const special = stringIndexOf(SPECIALS, text[i] as string)
    if (special < 0) continue
    escaped += encodeComponent(stringSlice(text, start, i)) + ESCAPES[special]
    start = i + 1
  }
  return escaped + encodeComponent(stringSlice(text, start))
}
