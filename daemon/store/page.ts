/** One page of a list. */

/** Some entries of a list, and the cursor of those that follow. */
export interface Page<T> {
  readonly data: readonly T[]
  /** Where the next page starts; absent on the last one. */
  readonly nextCursor?: string
}
