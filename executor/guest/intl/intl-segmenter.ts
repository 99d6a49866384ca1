/** `Intl.Segmenter`. The worker returns the boundaries of a whole text on the first request. */

import {
  hidden,
  isNaN,
  iteratorPrototype,
  reflectDefineProperty,
  reflectDeleteProperty,
  reflectSetPrototypeOf,
  stringSlice,
  symbolIterator,
  symbolToStringTag,
  toNumber,
  toText,
  trunc,
} from '../primordials.ts'
import { keepPrototype, open } from './intl-options.ts'
import { askIntl, textText } from './intl-request.ts'

/** The guest's `Intl.Segmenter`; the worker's own finds the boundaries. */
export class Segmenter {
  #head: string

  constructor(locales?: unknown, options?: unknown) {
    keepPrototype(this, new.target, Segmenter)
    this.#head = open('Segmenter', locales, options)
  }

  segment(input: unknown): Segments {
    return new Segments(this.#head, toText(input))
  }

  resolvedOptions() {
    return askIntl(this.#head, 'resolvedOptions')
  }
}

interface Segment {
  segment: string
  index: number
  input: string
  isWordLike?: boolean
}

/** The ends of the segments. For words each is doubled, plus 1 when the segment is like a word. */
interface Boundaries {
  readonly isWord: boolean
  readonly ends: readonly number[]
}

class Segments {
  #head: string
  #input: string
  #boundaries: Boundaries | undefined

  constructor(head: string, input: string) {
    this.#head = head
    this.#input = input
  }

  containing(index?: unknown): Segment | undefined {
    const { length } = this.#input
    const number = toNumber(index)
    const at = isNaN(number) ? 0 : trunc(number)
    if (at < 0 || at >= length) return undefined
    const boundaries = this.#ask()
    let low = 0
    let high = boundaries.ends.length - 1
    while (low < high) {
      const middle = (low + high) >>> 1
      if (endOf(boundaries, middle) > at) high = middle
      else low = middle + 1
    }
    return segmentAt(this.#input, boundaries, low)
  }

  #ask(): Boundaries {
    this.#boundaries ??= askIntl(this.#head, 'boundaries', textText(this.#input)) as Boundaries
    return this.#boundaries
  }

  [symbolIterator](): SegmentIterator {
    return new SegmentIterator(this.#input, this.#ask())
  }
}

class SegmentIterator {
  #input: string
  #boundaries: Boundaries
  #next = 0

  constructor(input: string, boundaries: Boundaries) {
    this.#input = input
    this.#boundaries = boundaries
  }

  next(): { value: Segment | undefined; done: boolean } {
    if (this.#next >= this.#boundaries.ends.length) return { value: undefined, done: true }
    return { value: segmentAt(this.#input, this.#boundaries, this.#next++), done: false }
  }
}

function endOf(boundaries: Boundaries, position: number): number {
  const end = boundaries.ends[position] as number
  return boundaries.isWord ? end >>> 1 : end
}

function segmentAt(input: string, boundaries: Boundaries, position: number): Segment {
  const index = position === 0 ? 0 : endOf(boundaries, position - 1)
  const segment = stringSlice(input, index, endOf(boundaries, position))
  if (!boundaries.isWord) return { segment, index, input }
  return { segment, index, input, isWordLike: ((boundaries.ends[position] as number) & 1) === 1 }
}

reflectDeleteProperty(Segments.prototype, 'constructor')
reflectDeleteProperty(SegmentIterator.prototype, 'constructor')
reflectSetPrototypeOf(SegmentIterator.prototype, iteratorPrototype)
reflectDefineProperty(SegmentIterator.prototype, symbolToStringTag, {
  ...hidden('Segmenter String Iterator'),
  writable: false,
})
