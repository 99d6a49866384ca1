/** Texts that a model reads, no longer than it should. */

/** A third of a shortened text comes from its start: the failure is usually at the end. */
const HEAD_SHARE = 1 / 3

/**
 * A text of at most about `maxChars` characters: its start and its end, and the length of the
 * omitted part.
 */
export function shorten(text: string, maxChars: number): string {
  if (text.length <= maxChars) return text
  const head = wholeCharacters(text.slice(0, Math.floor(maxChars * HEAD_SHARE)))
  const tail = wholeCharacters(text.slice(text.length - (maxChars - head.length)))
  const left = text.length - head.length - tail.length
  return `${head}\n… ${left} characters left out …\n${tail}`
}

/** Without the half of a surrogate pair at a cut. */
function wholeCharacters(text: string): string {
  return text.replace(/^[\uDC00-\uDFFF]|[\uD800-\uDBFF]$/g, '')
}
