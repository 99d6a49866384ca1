/** Requests that were answered and acknowledged: repetitions by the network are dropped. */
export class RecentKeys {
  readonly #max: number
  #keys = new Map<string, string>()

  /** @param max how many are remembered; the oldest are forgotten first */
  constructor(max: number) {
    this.#max = max
  }

  add(id: string, key: string): void {
    this.#keys.delete(id)
    this.#keys.set(id, key)
    if (this.#keys.size <= this.#max) return
    for (const oldest of this.#keys.keys()) {
      this.#keys.delete(oldest)
      return
    }
  }

  has(id: string, key: string): boolean {
    return this.#keys.get(id) === key
  }
}
