/**
 * Texts for a model, no longer than it should read: their start and their end, with a line between
 * that says what is missing.
 */

/** Bytes of UTF-8 that count as a token: models' own counts are mostly lower. */
export const BYTES_PER_TOKEN = 4
/** Tokens of one answer to a model, unless the app says otherwise. */
export const DEFAULT_ANSWER_TOKENS = 10_000
/** The least that leaves room for what every answer has. */
export const LEAST_ANSWER_TOKENS = 256

/** A third of a cut text comes from its start: the failure is usually at the end. */
const HEAD_SHARE = 1 / 3
/** The line of a cut text, the longest way to say how to read the rest included. */
const MARK_BYTES = 256

/** Bounds of one text. */
export interface TextBounds {
  /** Bytes of UTF-8, the line about the missing part included. */
  readonly maxBytes: number
  /** UTF-16 units of the two ends together; absent: as many as there is room for. */
  readonly maxChars?: number
  /** Whether the text stands in JSON, whose escapes count. */
  readonly isJson?: boolean
}

/** Says how to read the missing part: units `from` to `to`, without `to`. */
export type RestHint = (from: number, to: number) => string

/**
 * A string within its bounds: itself, or its start and its end. Neither ends within a character.
 *
 * @param rest says how to read the part that is left out; absent: it cannot be read
 */
export function boundedText(text: string, bounds: TextBounds, rest?: RestHint): string {
  const { maxBytes, maxChars = Number.POSITIVE_INFINITY, isJson = false } = bounds
  if (text.length <= maxChars && fits(text, maxBytes, isJson)) return text
  const room = Math.max(0, maxBytes - MARK_BYTES)
  const head = headEnd(text, room * HEAD_SHARE, Math.floor(maxChars * HEAD_SHARE), isJson)
  const left = room - bytesOf(text.slice(0, head), isJson)
  const tail = tailStart(text, head, left, maxChars - head, isJson)
  const how = rest === undefined ? '' : `; ${rest(head, tail)}`
  return `${text.slice(0, head)}\n… ${tail - head} characters left out${how} …\n${text.slice(tail)}`
}

/** Whether a string has at most `maxBytes`; looks at no more of it than that. */
export function fits(text: string, maxBytes: number, isJson = false): boolean {
  if (text.length > maxBytes) return false
  return headEnd(text, maxBytes, text.length, isJson) === text.length
}

/** How many units of a string, from its start, have at most `maxBytes`. No character is cut. */
export function fittingLength(text: string, maxBytes: number, isJson = false): number {
  return headEnd(text, maxBytes, text.length, isJson)
}

/** The bytes of a string, in UTF-8 or as JSON writes it between its quotes. */
export function bytesOf(text: string, isJson = false): number {
  let bytes = 0
  for (const character of text) bytes += costOf(character, isJson)
  return bytes
}

function headEnd(text: string, maxBytes: number, maxChars: number, isJson: boolean): number {
  let bytes = 0
  let end = 0
  while (end < text.length) {
    const character = String.fromCodePoint(text.codePointAt(end) as number)
    bytes += costOf(character, isJson)
    if (bytes > maxBytes || end + character.length > maxChars) break
    end += character.length
  }
  return end
}

function tailStart(
  text: string,
  from: number,
  maxBytes: number,
  maxChars: number,
  isJson: boolean,
): number {
  let bytes = 0
  let start = text.length
  while (start > from) {
    const length = isPair(text, start) ? 2 : 1
    bytes += costOf(text.slice(start - length, start), isJson)
    if (bytes > maxBytes || text.length - start + length > maxChars) break
    start -= length
  }
  return Math.max(start, from)
}

/** Whether a surrogate pair ends there. */
const isPair = (text: string, end: number): boolean =>
  end >= 2 && (text.codePointAt(end - 2) as number) > 0xffff

function costOf(character: string, isJson: boolean): number {
  const code = character.codePointAt(0) as number
  if (isJson) {
    if (character === '"' || character === '\\') return 2
    if (code < 0x20) return '\b\f\n\r\t'.includes(character) ? 2 : 6
    // Half of a pair is written as an escape.
    if (code >= 0xd800 && code <= 0xdfff) return 6
  }
  return code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4
}
