/** A simulated clock, and a server of PostgreSQL that has so many cores. */

/** Calls what was planned, in the order of its instants. */
export class SimulatedClock {
  nowMs = 0
  #planned: { readonly atMs: number; readonly act: () => void }[] = []

  /** Plans something. */
  after(delayMs: number, act: () => void): void {
    const heap = this.#planned
    heap.push({ atMs: this.nowMs + delayMs, act })
    for (let i = heap.length - 1; i > 0; ) {
      const parent = (i - 1) >> 1
      if (this.#at(parent) <= this.#at(i)) break
      this.#swap(i, parent)
      i = parent
    }
  }

  /** Lets time pass until an instant, or until nothing is planned. */
  async run(untilMs: number): Promise<void> {
    while (this.#planned.length > 0 && this.#at(0) <= untilMs) {
      const { atMs, act } = this.#pop()
      this.nowMs = atMs
      act()
      // The scheduler of workers answers by promises.
      await undefined
      await undefined
    }
    this.nowMs = untilMs
  }

  #at(i: number): number {
    return this.#planned[i]?.atMs ?? Infinity
  }

  #swap(i: number, j: number): void {
    const heap = this.#planned
    const kept = heap[i] as (typeof heap)[0]
    heap[i] = heap[j] as (typeof heap)[0]
    heap[j] = kept
  }

  #pop() {
    const heap = this.#planned
    const first = heap[0] as (typeof heap)[0]
    const last = heap.pop() as (typeof heap)[0]
    if (heap.length === 0) return first
    heap[0] = last
    for (let i = 0; ; ) {
      const left = 2 * i + 1
      const least = this.#at(left) <= this.#at(left + 1) ? left : left + 1
      if (this.#at(least) >= this.#at(i)) return first
      this.#swap(i, least)
      i = least
    }
  }
}

/** A server whose cores take statements in the order in which they come. */
export class SimulatedServer {
  readonly #clock: SimulatedClock
  readonly #freeAtMs: number[]
  busyMs = 0
  /** Times from a statement's sending to its end. */
  readonly tookMs: number[] = []

  constructor(clock: SimulatedClock, cores: number) {
    this.#clock = clock
    this.#freeAtMs = Array.from({ length: cores }, () => 0)
  }

  /** Carries out a statement of so much CPU; calls `done` at its end. */
  serve(cpuMs: number, done: () => void): void {
    const { nowMs } = this.#clock
    let core = 0
    for (let i = 1; i < this.#freeAtMs.length; i++) {
      if ((this.#freeAtMs[i] as number) < (this.#freeAtMs[core] as number)) core = i
    }
    const endMs = Math.max(nowMs, this.#freeAtMs[core] as number) + cpuMs
    this.#freeAtMs[core] = endMs
    this.busyMs += cpuMs
    this.tookMs.push(endMs - nowMs)
    this.#clock.after(endMs - nowMs, done)
  }
}
