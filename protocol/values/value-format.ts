/**
 * The marks of the value codec, read by the host's half (`values.ts`) and the guest's
 * (`executor/guest/`). Numbers and strings only: the guest loads this file.
 */

/** What follows is JSON: primitives and trees of plain objects and arrays, nothing referenced twice. */
export const PLAIN = 'j'
/** What follows is devalue's format. */
export const EXACT = 'd'
/** What follows is JSON of a {@link ThrownText}: the call throws. */
export const THROWN = 'e'
/** What follows is the number of a stream that the call opened. */
export const STREAM = 's'
/** The stream has no further item. */
export const DONE = 'x'

/** Sentinels of devalue's format, in place of an index. */
export const UNDEFINED = -1
export const HOLE = -2
export const NOT_A_NUMBER = -3
export const POSITIVE_INFINITY = -4
export const NEGATIVE_INFINITY = -5
export const NEGATIVE_ZERO = -6
export const SPARSE = -7

/** What a call throws in the guest. */
export interface ThrownText {
  readonly name: string
  readonly message: string
  readonly code?: string
  readonly tool?: string
  /** One sentence that helps a model to repair its program. */
  readonly hint?: string
  /** Further properties of the tool's error that are plain JSON. */
  readonly details?: Readonly<Record<string, unknown>>
}
