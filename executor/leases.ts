/**
 * Who has a worker and who waits for one: parked executions before new ones, callers by turns.
 */

import { LatchdError } from '../protocol/errors.ts'
import { FairQueue } from './fair-queue.ts'

interface Waiting {
  readonly start: () => void
  readonly refuse: (error: Error) => void
}

/** Resumed executions that go before a new one that waits as well: they have waited longer. */
const RESUMES_PER_START = 3

export class Leases {
  #workers: number
  #onPressure: (waiting: number) => void
  #starts = new FairQueue<object, Waiting>()
  #resumes = new FairQueue<object, Waiting>()
  #resumesInRow = 0
  /** Workers that were given away. */
  #leased = 0
  #isClosed = false

  /** @param onPressure told how many wait, whenever that may have changed */
  constructor(workers: number, onPressure: (waiting: number) => void) {
    this.#workers = workers
    this.#onPressure = onPressure
  }

  /** New executions that wait. */
  get queued(): number {
    return this.#starts.size
  }

  /** New executions of an owner that wait. */
  queuedOf(owner: string): number {
    return this.#starts.sizeOf(owner)
  }

  /** Parked executions that wait to go on. */
  get resuming(): number {
    return this.#resumes.size
  }

  /** Executions that hold a worker. */
  get active(): number {
    return this.#leased
  }

  /** Whether anybody waits. */
  get isPressed(): boolean {
    return this.#starts.size + this.#resumes.size > 0
  }

  /**
   * Resolves when a worker is held, to be given back by {@link release}.
   *
   * @param owner name of who asked for the execution
   * @throws {LatchdError} `EXECUTOR_CLOSED`
   * @throws the reason of `cancelled`, when aborted before
   */
  async take(owner: string, isResume: boolean, cancelled: AbortSignal): Promise<void> {
    cancelled.throwIfAborted()
    if (this.#isClosed) throw new LatchdError('EXECUTOR_CLOSED', 'The executor is closed')
    if (this.#leased < this.#workers && !this.isPressed) {
      this.#leased++
      return
    }
    const queue = isResume ? this.#resumes : this.#starts
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const place = {}
    queue.push(owner, place, { start: resolve, refuse: reject })
    this.#tellPressure()
    const onCancel = () => queue.take(owner, place)?.refuse(cancelled.reason)
    cancelled.addEventListener('abort', onCancel, { once: true })
    try {
      await promise
    } finally {
      cancelled.removeEventListener('abort', onCancel)
    }
  }

  /** Gives a worker back, to whoever is next. */
  release(): void {
    this.#leased--
    if (this.#leased < this.#workers) {
      const next = this.#next()
      if (next !== undefined) {
        this.#leased++
        next.start()
      }
    }
    this.#tellPressure()
  }

  /** Refuses those that wait and whoever comes. */
  close(): void {
    this.#isClosed = true
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      next.refuse(new LatchdError('EXECUTOR_CLOSED', 'The executor was closed'))
    }
  }

  #next(): Waiting | undefined {
    const isStartsTurn = this.#resumesInRow >= RESUMES_PER_START && this.#starts.size > 0
    const resumed = isStartsTurn ? undefined : this.#resumes.shift()
    this.#resumesInRow = resumed === undefined ? 0 : this.#resumesInRow + 1
    return resumed ?? this.#starts.shift()
  }

  #tellPressure(): void {
    this.#onPressure(this.#starts.size + this.#resumes.size)
  }
}
