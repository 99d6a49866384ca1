/** Whose executions a claim takes: owners in turns, of each the first that can go on. */

/**
 * Chooses among executions that can go on.
 *
 * @param byOwner of each owner its executions, the first one first
 * @param after the owner of the last execution that was claimed
 * @param take takes one; `false` when it cannot be had after all
 */
export function takeInTurns<T>(
  byOwner: ReadonlyMap<string, readonly T[]>,
  after: string,
  max: number,
  take: (candidate: T) => boolean,
): void {
  const owners = [...byOwner.keys()].sort()
  const first = owners.findIndex(owner => owner > after)
  const turns = first < 0 ? owners : [...owners.slice(first), ...owners.slice(0, first)]
  let taken = 0
  for (let round = 0; ; round++) {
    let hasMore = false
    for (const owner of turns) {
      const candidate = byOwner.get(owner)?.[round]
      if (candidate === undefined) continue
      if (taken >= max) return
      hasMore = true
      if (take(candidate)) taken++
    }
    if (!hasMore) return
  }
}
