/** One page of a list. */

export interface Page<T> {
  readonly data: readonly T[]
  /** Where the next page starts; absent on the last one. */
  readonly nextCursor?: string
}
