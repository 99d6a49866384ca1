/** How deep a JSON text nests and how much it holds, read without parsing it. */

/**
 * Objects and arrays inside each other that a JSON text of a caller may have. Readers of JSON recurse:
 * SQLite stops at 1000, structured clones at some 2000, the stack of a walk at a few thousand.
 */
export const MAX_NESTING = 512

/** Whether objects and arrays of a JSON text are nested deeper than {@link MAX_NESTING}. */
export function isNestedTooDeep(text: string): boolean {
  // Each level takes a character to open.
  return text.length > MAX_NESTING && !isWithin(text, MAX_NESTING, Infinity)
}

/**
 * Whether a JSON text surely has no more levels and values than these. An empty object or array counts as
 * two values.
 */
export function isWithin(text: string, maxNesting: number, maxValues: number): boolean {
  let depth = 0
  let values = 1
  for (let i = 0; i < text.length; i++) {
    switch (text.charCodeAt(i)) {
      case QUOTE:
        i = endOfString(text, i)
        break
      case OPEN_ARRAY:
      case OPEN_OBJECT:
        if (++depth > maxNesting || ++values > maxValues) return false
        break
      case COMMA:
        if (++values > maxValues) return false
        break
      case CLOSE_ARRAY:
      case CLOSE_OBJECT:
        depth--
        break
    }
  }
  return true
}

const QUOTE = 0x22
const COMMA = 0x2c
const OPEN_ARRAY = 0x5b
const BACKSLASH = 0x5c
const CLOSE_ARRAY = 0x5d
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d

/** The index of the quote that ends a string; the text's length without one. */
function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1)
  while (end !== -1 && isEscaped(text, end)) end = text.indexOf('"', end + 1)
  return end === -1 ? text.length : end
}

/** Whether an odd number of backslashes stands before a quote. */
function isEscaped(text: string, quote: number): boolean {
  let first = quote
  while (text.charCodeAt(first - 1) === BACKSLASH) first--
  return (quote - first) % 2 === 1
}
