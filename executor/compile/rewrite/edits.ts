import MagicString from 'magic-string'

interface Insertion {
  readonly at: number
  readonly text: string
  /** The other end of an enclosing insertion. It encloses every other insertion within. */
  readonly other: number
  readonly order: number
  readonly range?: OutputRange | undefined
}

/** Where a range of the text is after all changes; filled in by {@link Edits.apply}. */
export interface OutputRange {
  start: number
  end: number
}

interface Replacement {
  readonly start: number
  readonly end: number
  readonly text: string
}

/**
 * Changes to a text by position, collected in any order and applied from left to right (applying
 * them as they come would search the text for each, and cost its square).
 */
export class Edits {
  readonly #opening: Insertion[] = []
  readonly #closing: Insertion[] = []
  readonly #replacements: Replacement[] = []
  #count = 0

  /** Encloses a range. Of two with the same range the first is the outer one. */
  wrap(start: number, end: number, before: string, after: string): void {
    const order = this.#count++
    if (before) this.#opening.push({ at: start, text: before, other: end, order })
    if (after) this.#closing.push({ at: end, text: after, other: start, order })
  }

  /**
   * As {@link wrap} with two texts.
   *
   * @returns the final place of the range, with both texts
   */
  wrapAndFind(start: number, end: number, before: string, after: string): OutputRange {
    const order = this.#count++
    const range = { start: 0, end: 0 }
    this.#opening.push({ at: start, text: before, other: end, order, range })
    this.#closing.push({ at: end, text: after, other: start, order, range })
    return range
  }

  /** Replaces a range, in which nothing else changes. `text` has no line end. */
  replace(start: number, end: number, text: string): void {
    this.#replacements.push({ start, end, text })
  }

  /** The text with all changes made. */
  apply(text: string): MagicString {
    const magic = new MagicString(text)
    const opening = this.#opening.sort(
      (a, b) => a.at - b.at || b.other - a.other || a.order - b.order,
    )
    const closing = this.#closing.sort(
      (a, b) => a.at - b.at || b.other - a.other || b.order - a.order,
    )
    const replacements = this.#replacements.sort((a, b) => a.start - b.start)
    let [o, c, r] = [0, 0, 0]
    /** By how much the text before the current change has grown. */
    let growth = 0
    for (;;) {
      const nextOpening = opening[o]
      const nextClosing = closing[c]
      const nextReplacement = replacements[r]
      const at = Math.min(
        nextOpening?.at ?? Infinity,
        nextClosing?.at ?? Infinity,
        nextReplacement?.start ?? Infinity,
      )
      if (at === Infinity) return magic
      // An insertion that ends here ends before another one begins here.
      if (nextClosing?.at === at) {
        magic.appendLeft(at, nextClosing.text)
        growth += nextClosing.text.length
        if (nextClosing.range) nextClosing.range.end = at + growth
        c++
      } else if (nextOpening?.at === at) {
        if (nextOpening.range) nextOpening.range.start = at + growth
        magic.appendLeft(at, nextOpening.text)
        growth += nextOpening.text.length
        o++
      } else if (nextReplacement) {
        const { start, end, text } = nextReplacement
        magic.update(start, end, text)
        growth += text.length - (end - start)
        r++
      }
    }
  }
}
