const WHITESPACE = /\s/

/**
 * The offset of the next character that is not in whitespace or a comment, `text.length` if none.
 */
export function skipTrivia(text: string, from: number): number {
  let at = from
  while (at < text.length) {
    if (WHITESPACE.test(text.charAt(at))) at++
    else if (text.startsWith('//', at)) at = endOfLine(text, at)
    else if (text.startsWith('/*', at)) at = endOfBlock(text, at)
    else break
  }
  return at
}

/**
 * As {@link skipTrivia}, and past the parentheses that close around the expression ended at `from`.
 */
export function skipClosing(text: string, from: number): number {
  let at = skipTrivia(text, from)
  while (text.charAt(at) === ')') at = skipTrivia(text, at + 1)
  return at
}

/** A name as written, which may have escapes. */
const NAME = /(?:\\u\{[^}]*\}|\\u[\da-fA-F]{4}|[\p{ID_Continue}$\u200c\u200d])+/uy

/** The offset after the name that begins at `start`. */
export function endOfName(text: string, start: number): number {
  NAME.lastIndex = start
  return NAME.test(text) ? NAME.lastIndex : start
}

function endOfLine(text: string, from: number): number {
  const end = text.slice(from).search(/[\r\n\u2028\u2029]/)
  return end < 0 ? text.length : from + end
}

function endOfBlock(text: string, from: number): number {
  const end = text.indexOf('*/', from + 2)
  return end < 0 ? text.length : end + 2
}
