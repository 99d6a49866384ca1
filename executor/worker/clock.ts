/**
 * The guest's clock: it stands still between deliveries, moves to the time of each, and ticks with
 * each read, so that a replay sees the same times and a busy wait comes to its end at once.
 */

/**
 * How far one read moves the clock: a wait of a second is 10 000 reads, some milliseconds of CPU.
 */
export const TICK_MS = 0.1

/** The clock of one guest, in epoch milliseconds. */
export class GuestClock {
  #nowMs: number
  #reads = 0

  constructor(startedAtMs: number) {
    this.#nowMs = startedAtMs
  }

  /** Epoch milliseconds as the guest reads them. */
  read(): number {
    this.#reads++
    this.#nowMs += TICK_MS
    return this.#nowMs
  }

  /** Epoch milliseconds without a tick. */
  get nowMs(): number {
    return this.#nowMs
  }

  /** How often the guest has looked: many reads mean that it waits by looking. */
  get reads(): number {
    return this.#reads
  }

  /** Moves to the time of a delivery; never back. */
  advanceTo(atMs: number): void {
    if (atMs > this.#nowMs) this.#nowMs = atMs
  }
}
