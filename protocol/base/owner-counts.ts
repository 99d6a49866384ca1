/** How many of something each owner has. */

/** Counters by owner. An owner whose count is 0 takes no memory. */
export class OwnerCounts {
  #counts = new Map<string, number>()
  #total = 0

  of(owner: string): number {
    return this.#counts.get(owner) ?? 0
  }

  /** Of all owners together. */
  get total(): number {
    return this.#total
  }

  /** The owners that have any, with their counts. */
  get all(): ReadonlyMap<string, number> {
    return this.#counts
  }

  /** The owners whose count is `count` or more. */
  atLeast(count: number): string[] {
    return [...this.#counts].filter(([, had]) => had >= count).map(([owner]) => owner)
  }

  /** Counts one or more units; returns a function that uncounts them, once. */
  add(owner: string, count = 1): () => void {
    this.#counts.set(owner, this.of(owner) + count)
    this.#total += count
    let isGone = false
    return () => {
      if (isGone) return
      isGone = true
      this.#total -= count
      const rest = this.of(owner) - count
      if (rest > 0) this.#counts.set(owner, rest)
      else this.#counts.delete(owner)
    }
  }
}
