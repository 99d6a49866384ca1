/**
 * Text as `inspect` writes it: quoted, escaped, measured in columns, cut to a number of bytes.
 * The rules are those of Node's `strEscape` and `getStringWidth`:
 * https://github.com/nodejs/node/blob/v26.x/lib/internal/util/inspect.js
 */

import {
  numberToString,
  regExpExec,
  stringCharCodeAt,
  stringIndexOf,
  stringRepeat,
  stringSlice,
} from '../primordials.ts'

// Global, so that a search goes on from `lastIndex`, an own property that no program can reach.
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const ESCAPED = /[\0-\x1f'\\\x7f-\x9f\ud800-\udfff]/g
const NOT_IDENTIFIER = /[^a-zA-Z_0-9]|^[0-9]|^$/
const NOT_PRINTABLE_ASCII = /[^\x20-\x7e]/
const NOT_ASCII = /[^\0-\x7f]/
const HEX = '0123456789ABCDEF'

/** The text in place of output that would exceed its bound. */
export const MORE = '… more'

/** `text` between the quotes that need the fewest escapes (`'`, else `"`, else `` ` ``). */
export function quote(text: string): string {
  ESCAPED.lastIndex = 0
  if (regExpExec(ESCAPED, text) === null) return "'" + text + "'"
  let mark = "'"
  if (stringIndexOf(text, "'") !== -1) {
    if (stringIndexOf(text, '"') === -1) mark = '"'
    else if (stringIndexOf(text, '`') === -1 && stringIndexOf(text, '${') === -1) mark = '`'
  }
  return mark + escapeText(text, mark === "'") + mark
}

/**
 * `text` with its control characters, backslashes and lone surrogates escaped, and `'` if asked.
 */
export function escapeText(text: string, escapesSingleQuote: boolean): string {
  let escaped = ''
  let from = 0
  let search = 0
  while (true) {
    ESCAPED.lastIndex = search
    const match = regExpExec(ESCAPED, text)
    if (match === null) break
    const at = match.index
    const code = stringCharCodeAt(text, at)
    search = at + 1
    if (code === 39 && !escapesSingleQuote) continue
    if (code >= 0xd800 && code <= 0xdbff) {
      const next = stringCharCodeAt(text, search)
      if (next >= 0xdc00 && next <= 0xdfff) {
        search += 1
        continue
      }
    }
    escaped += stringSlice(text, from, at) + escapeCode(code)
    from = search
  }
  return from === 0 ? text : escaped + stringSlice(text, from)
}

function escapeCode(code: number): string {
  switch (code) {
    case 8:
      return '\\b'
    case 9:
      return '\\t'
    case 10:
      return '\\n'
    case 12:
      return '\\f'
    case 13:
      return '\\r'
    case 39:
      return "\\'"
    case 92:
      return '\\\\'
    default:
      if (code > 255) return '\\u' + numberToString(code, 16)
      return (
        '\\x' +
        stringSlice(HEX, code >> 4, (code >> 4) + 1) +
        stringSlice(HEX, code & 15, (code & 15) + 1)
      )
  }
}

/** Whether a property of that name is written without quotes. */
export function isPlainKey(key: string): boolean {
  return regExpExec(NOT_IDENTIFIER, key) === null
}

/** `text` with `indentation` spaces after each of its line breaks. */
export function indent(text: string, indentation: number): string {
  let at = stringIndexOf(text, '\n')
  if (indentation === 0 || at === -1) return text
  const spaces = stringRepeat(' ', indentation)
  let indented = ''
  let from = 0
  while (at !== -1) {
    indented += stringSlice(text, from, at + 1) + spaces
    from = at + 1
    at = stringIndexOf(text, '\n', from)
  }
  return indented + stringSlice(text, from)
}

/** How many columns a terminal takes for `text`. */
export function columnsOf(text: string): number {
  if (regExpExec(NOT_PRINTABLE_ASCII, text) === null) return text.length
  let columns = 0
  for (let at = 0; at < text.length; at++) {
    let code = stringCharCodeAt(text, at)
    if (code >= 0xd800 && code <= 0xdbff) {
      const next = stringCharCodeAt(text, at + 1)
      if (next >= 0xdc00 && next <= 0xdfff) {
        code = (code - 0xd800) * 0x400 + (next - 0xdc00) + 0x10000
        at += 1
      }
    }
    columns += isZeroWidth(code) ? 0 : isFullWidth(code) ? 2 : 1
  }
  return columns
}

// The ranges are those of Node's build without ICU, with the newer emoji blocks.
const isZeroWidth = (code: number): boolean =>
  code <= 0x1f ||
  (code >= 0x7f && code <= 0x9f) ||
  (code >= 0x300 && code <= 0x36f) ||
  (code >= 0x200b && code <= 0x200f) ||
  (code >= 0x20d0 && code <= 0x20ff) ||
  (code >= 0xfe00 && code <= 0xfe0f) ||
  (code >= 0xfe20 && code <= 0xfe2f) ||
  (code >= 0xe0100 && code <= 0xe01ef)

const isFullWidth = (code: number): boolean =>
  code >= 0x1100 &&
  (code <= 0x115f ||
    code === 0x2329 ||
    code === 0x232a ||
    code === 0x2705 ||
    code === 0x274c ||
    code === 0x2728 ||
    code === 0x2753 ||
    code === 0x2757 ||
    code === 0x26a1 ||
    code === 0x2b50 ||
    (code >= 0x2e80 && code <= 0x3247 && code !== 0x303f) ||
    (code >= 0x3250 && code <= 0x4dbf) ||
    (code >= 0x4e00 && code <= 0xa4c6) ||
    (code >= 0xa960 && code <= 0xa97c) ||
    (code >= 0xac00 && code <= 0xd7a3) ||
    (code >= 0xf900 && code <= 0xfaff) ||
    (code >= 0xfe10 && code <= 0xfe19) ||
    (code >= 0xfe30 && code <= 0xfe6b) ||
    (code >= 0xff01 && code <= 0xff60) ||
    (code >= 0xffe0 && code <= 0xffe6) ||
    (code >= 0x1b000 && code <= 0x1b001) ||
    (code >= 0x1f200 && code <= 0x1f251) ||
    (code >= 0x1f300 && code <= 0x1f64f) ||
    (code >= 0x1f680 && code <= 0x1f6ff) ||
    (code >= 0x1f900 && code <= 0x1faff) ||
    (code >= 0x20000 && code <= 0x3fffd))

/** `text`, or as much of its beginning as fits into `maxBytes` of UTF-8, then {@link MORE}. */
export function cutToBytes(text: string, maxBytes: number): string {
  // A UTF-16 unit takes at most 3 bytes.
  if (text.length * 3 <= maxBytes) return text
  let end = text.length
  if (regExpExec(NOT_ASCII, text) === null) {
    if (end <= maxBytes) return text
    end = maxBytes
  } else {
    let bytes = 0
    for (let at = 0; at < text.length; at++) {
      const code = stringCharCodeAt(text, at)
      // Each half of a surrogate pair stands for two of its four bytes.
      bytes += code < 0x80 ? 1 : code < 0x800 || (code >= 0xd800 && code <= 0xdfff) ? 2 : 3
      if (bytes > maxBytes) {
        // A low surrogate is cut together with its high one.
        end = code >= 0xdc00 && code <= 0xdfff && at > 0 ? at - 1 : at
        break
      }
    }
    if (end === text.length) return text
  }
  return stringSlice(text, 0, end) + MORE
}
