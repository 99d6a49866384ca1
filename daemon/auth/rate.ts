/** How much comes in a second: a bucket that fills at an even rate and holds what comes in one. */

export class Rate {
  readonly #perSecond: number
  readonly #now: () => number
  #level: number
  #atMs: number

  /** @param now milliseconds of a clock that never goes back */
  constructor(perSecond: number, now: () => number) {
    this.#perSecond = perSecond
    this.#now = now
    this.#level = perSecond
    this.#atMs = now()
  }

  /**
   * Takes an amount if there is enough; of one that is more than the bucket holds, when it is full:
   * then it owes the rest.
   *
   * @returns seconds after which it is worth another try; 0 when it was taken
   */
  take(amount: number): number {
    const now = this.#now()
    const come = ((now - this.#atMs) / 1000) * this.#perSecond
    this.#level = Math.min(this.#perSecond, this.#level + come)
    this.#atMs = now
    const missing = Math.min(amount, this.#perSecond) - this.#level
    if (missing > 0) return missing / this.#perSecond
    this.#level -= amount
    return 0
  }

  /** Takes an amount that is here already, owing what is missing. */
  charge(amount: number): void {
    this.#level -= amount
  }

  /** Seconds until what is owed has come; 0 when nothing is. */
  owedSeconds(): number {
    this.take(0)
    return Math.max(0, -this.#level / this.#perSecond)
  }
}
