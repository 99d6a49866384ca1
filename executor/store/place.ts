/** Places in lists that go from the newest to the oldest. */

/** A place in a list: the page goes on after the entry with this instant and id. */
export interface Place {
  readonly createdAtMs: number
  readonly id: string
}

/** Whether `a` comes before `b`: it is newer, or of the same millisecond and has the greater id. */
export function isBefore(a: Place, b: Place): boolean {
  return a.createdAtMs === b.createdAtMs ? a.id > b.id : a.createdAtMs > b.createdAtMs
}

/** The entries of a list after a place, newest first, at most `limit`. */
export function newestFirst<T>(
  all: Iterable<T>,
  placeOf: (one: T) => Place,
  after: Place | undefined,
  limit: number,
): T[] {
  const placed = Array.from(all, one => ({ one, place: placeOf(one) }))
  return placed
    .filter(({ place }) => after === undefined || isBefore(after, place))
    .sort((a, b) => (isBefore(a.place, b.place) ? -1 : 1))
    .slice(0, limit)
    .map(({ one }) => one)
}
