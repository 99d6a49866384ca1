/** A rate per second: a bucket that fills evenly and holds the units of one second. */

/** A bucket: `perSecond` units flow in each second, it holds at most that many, and begins full. */
export class Rate {
  readonly #rate: () => number
  readonly #now: () => number
  #level: number
  #atMs: number

  /**
   * @param perSecond the rate, which may change
   * @param now milliseconds of a clock that never goes back
   */
  constructor(perSecond: number | (() => number), now: () => number) {
    this.#rate = typeof perSecond === 'number' ? () => perSecond : perSecond
    this.#now = now
    this.#level = this.#perSecond
    this.#atMs = now()
  }

  get #perSecond(): number {
    return this.#rate()
  }

  /**
   * Takes an amount if the level allows it. An amount above the capacity is taken from a full
   * bucket, which then owes the rest.
   *
   * @returns seconds until the next try; 0 when the amount was taken
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

  /** Takes an amount that has arrived already; the level may fall below 0. */
  charge(amount: number): void {
    this.#level -= amount
  }

  /** Seconds until the level is back at 0; 0 when it is not below. */
  owedSeconds(): number {
    this.take(0)
    return Math.max(0, -this.#level / this.#perSecond)
  }
}
