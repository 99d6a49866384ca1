/**
 * The marks of the value codec, read by the host's half (`values.ts`) and the guest's
 * (`executor/guest/`). Numbers and strings only: the guest loads this file.
 */

/** JSON follows: primitives and trees of plain objects and arrays, nothing referenced twice. */
export const PLAIN = 'j'
/** devalue's format follows. */
export const EXACT = 'd'
/** JSON of a {@link ThrownText} follows: the call throws. */
export const THROWN = 'e'
/** The number of a stream that the call opened follows. */
export const STREAM = 's'
/** The stream has no further item. */
export const DONE = 'x'
/** Bytes of a file in base64 follow. */
export const BYTES = 'b'
/**
 * JSON of a `FileRange` follows: in a journal, in place of the bytes of a file that a program has
 * read. No guest sees it.
 */
export const FILE_RANGE = 'f'

/** Sentinels of devalue's format, in place of an index. */
export const UNDEFINED = -1
/** An empty slot of an array. */
export const HOLE = -2
/** `NaN`. */
export const NOT_A_NUMBER = -3
/** `Infinity`. */
export const POSITIVE_INFINITY = -4
/** `-Infinity`. */
export const NEGATIVE_INFINITY = -5
/** `-0`. */
export const NEGATIVE_ZERO = -6
/** Begins an array with holes: its length follows, then pairs of index and value. */
export const SPARSE = -7

/** The error that a call throws in the guest. */
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
