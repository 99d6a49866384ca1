/** One page of a list. */

/** Some entries of a list, and the cursor of those that follow. */
export interface Page<T> {
  readonly data: readonly T[]
  /** Where the next page starts; absent on the last one. */
  readonly nextCursor?: string
}

/** A place in a list: the page goes on after the entry with this instant and id. */
export interface Place {
  readonly createdAtMs: number
  readonly id: string
}
