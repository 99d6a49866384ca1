/**
 * Lines of a text, found once.
 *
 * acorn counts the lines from the beginning of the input for each error. Its TypeScript plug-in
 * tries readings and throws an error for each that fails, so a source of n such places cost n².
 */

/** A place in a text: line from 1, column from 0, as acorn has them. */
export interface LinePlace {
  readonly line: number
  readonly column: number
}

/** The offsets at which the lines of one text start. */
export class LineStarts {
  #starts: readonly number[]

  constructor(text: string) {
    const starts = [0]
    for (const { index, 0: lineBreak } of text.matchAll(/\r\n?|[\n\u2028\u2029]/g)) {
      starts.push(index + lineBreak.length)
    }
    this.#starts = starts
  }

  /** The place of an offset, in a time that grows with the logarithm of the lines. */
  at(offset: number): LinePlace {
    let low = 0
    let high = this.#starts.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((this.#starts[middle] as number) <= offset) low = middle
      else high = middle - 1
    }
    return { line: low + 1, column: offset - (this.#starts[low] as number) }
  }
}
