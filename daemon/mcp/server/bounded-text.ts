/** Texts for a model: of a long one the head and the tail, and how to read the rest. */

/** A third of a cut text comes from its start: what matters is usually at the end. */
const HEAD_SHARE = 1 / 3
/** A model's tokens are estimated as so many bytes each. */
export const BYTES_PER_TOKEN = 4

/**
 * A text of at most about so many bytes, without a cut inside a character.
 *
 * @param rest makes the line in place of the part between two places, in UTF-16 units
 */
export function boundedText(
  text: string,
  maxBytes: number,
  rest: (from: number, to: number) => string,
): string {
  // A UTF-16 unit takes at most three bytes.
  if (text.length * 3 <= maxBytes || Buffer.byteLength(text) <= maxBytes) return text
  const from = placeAfter(text, Math.floor(maxBytes * HEAD_SHARE))
  const to = placeBefore(text, Math.ceil(maxBytes * (1 - HEAD_SHARE)))
  return `${text.slice(0, from)}\n… ${rest(from, to)} …\n${text.slice(to)}`
}

/** The first so many bytes of a text from a place on: where they end. */
export function placeAfter(text: string, maxBytes: number, from = 0): number {
  let bytes = 0
  let place = from
  while (place < text.length) {
    const code = text.codePointAt(place) as number
    bytes += bytesOf(code)
    if (bytes > maxBytes) break
    place += code > 0xffff ? 2 : 1
  }
  return place
}

function placeBefore(text: string, maxBytes: number): number {
  let bytes = 0
  let place = text.length
  while (place > 0) {
    const isPair = /[\uDC00-\uDFFF]/.test(text[place - 1] as string) && place > 1
    const code = text.codePointAt(isPair ? place - 2 : place - 1) as number
    bytes += bytesOf(code)
    if (bytes > maxBytes) break
    place -= code > 0xffff ? 2 : 1
  }
  return place
}

const bytesOf = (code: number) => (code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4)
