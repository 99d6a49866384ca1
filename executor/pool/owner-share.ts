/**
 * One owner's share of the workers: which of its executions wait, and how long it has had workers.
 *
 * Workers go to the owner that has had them for the least time. So an owner whose executions are
 * long does not slow the others down, as it would if owners took turns.
 */

import { Fifo } from '../../protocol/base/fifo.ts'

/** While a new execution waits, this many resumed ones go first: they have waited longer. */
const RESUMES_PER_START = 3

/** The queues of one owner, and the worker time in milliseconds that it has had. */
export class OwnerShare<T> {
  /** New executions that wait, by a key of each. */
  readonly starts = new Fifo<object, T>()
  /** Parked executions that wait to go on. */
  readonly resumes = new Fifo<object, T>()
  #resumesInRow = 0
  #held = 0
  /** Worker time of ended leases, minus the instant at which each lease that goes on began. */
  #balanceMs = 0

  get waiting(): number {
    return this.starts.size + this.resumes.size
  }

  /** Whether the owner has a worker. */
  get holdsAny(): boolean {
    return this.#held > 0
  }

  /** Whether the owner has no worker and waits for none. */
  get isAway(): boolean {
    return !this.holdsAny && this.waiting === 0
  }

  /** Worker time that the owner has had, with that of leases that go on. */
  hadMs(nowMs: number): number {
    return this.#balanceMs + this.#held * nowMs
  }

  /** An owner that was away saves nothing up: it comes back with the worker time of the others. */
  comeBack(othersHadMs: number): void {
    this.#balanceMs = Math.max(this.#balanceMs, othersHadMs)
  }

  begin(nowMs: number): void {
    this.#held++
    this.#balanceMs -= nowMs
  }

  end(nowMs: number): void {
    this.#held--
    this.#balanceMs += nowMs
  }

  /** Takes the next execution out of the queues. */
  next(): T | undefined {
    const isStartsTurn = this.#resumesInRow >= RESUMES_PER_START && this.starts.size > 0
    const resumed = isStartsTurn ? undefined : this.resumes.shift()
    this.#resumesInRow = resumed === undefined ? 0 : this.#resumesInRow + 1
    return resumed ?? this.starts.shift()
  }
}
