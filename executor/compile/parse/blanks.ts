/**
 * Ranges of a text that become spaces. Line ends stay, so that all other characters keep their
 * places.
 *
 * Without a range, the text before it may join the text after it. There a character of the range
 * becomes a `;` or a parenthesis instead.
 */
export class Blanks {
  readonly #text: string
  readonly #ranges: { start: number; end: number }[] = []
  readonly #marks: { at: number; character: string }[] = []
  /** End of a range to its start. */
  readonly #ends = new Map<number, number>()

  constructor(text: string) {
    this.#text = text
  }

  /** Blanks a range; ranges may overlap. */
  blank(start: number, end: number): void {
    this.#ranges.push({ start, end })
    this.#ends.set(end, start)
  }

  /** Puts one character in place of another. */
  mark(at: number, character: string): void {
    this.#marks.push({ at, character })
  }

  /** Where the blanked range begins that ends here, if one does. */
  startOfRangeTo(end: number): number | undefined {
    return this.#ends.get(end)
  }

  /** Whether a range holds a line end, before which a statement might end too early. */
  hasLineEnd(start: number, end: number): boolean {
    return /[\r\n\u2028\u2029]/.test(this.#text.slice(start, end))
  }

  /** The text with its blanks. */
  apply(): string {
    const parts: string[] = []
    let at = 0
    const ranges = this.#ranges.sort((a, b) => a.start - b.start)
    for (const { start, end } of ranges) {
      if (end <= at) continue
      const from = Math.max(start, at)
      parts.push(this.#text.slice(at, from), spaces(this.#text.slice(from, end)))
      at = end
    }
    parts.push(this.#text.slice(at))
    return withMarks(parts.join(''), this.#marks)
  }
}

const spaces = (text: string): string => text.replace(/[^\r\n\u2028\u2029]/g, ' ')

function withMarks(text: string, marks: { at: number; character: string }[]): string {
  const parts: string[] = []
  let at = 0
  for (const mark of marks.sort((a, b) => a.at - b.at)) {
    if (mark.at < at) continue
    parts.push(text.slice(at, mark.at), mark.character)
    at = mark.at + 1
  }
  parts.push(text.slice(at))
  return parts.join('')
}
