/**
 * Callers that cost workers: each loss costs a new thread, and time of all executions beside it.
 */

import { LatchdError } from '../../protocol/errors.ts'

/** Workers that a caller may lose within the window before it has to wait. */
const MAX_LOSSES = 8
/** Losses are forgotten after this long. */
const WINDOW_MS = 10 * 60_000
/** A caller with too many losses waits this long after its last one. */
const PAUSE_MS = 60_000

/**
 * Counts the workers that the programs of each caller have cost. A caller with {@link MAX_LOSSES}
 * within {@link WINDOW_MS} is refused until {@link PAUSE_MS} after the last.
 */
export class WorkerLosses {
  readonly #now: () => number
  /** When each caller lost its last workers, oldest first. */
  #lost = new Map<string, number[]>()

  /** @param now milliseconds of a clock that never goes back */
  constructor(now: () => number) {
    this.#now = now
  }

  /** A program of the caller has cost a worker. */
  add(caller: string): void {
    const times = this.#recent(caller)
    this.#lost.set(caller, [...times, this.#now()].slice(-MAX_LOSSES))
  }

  /** @throws {LatchdError} `WORKER_ABUSE` while the caller has to wait */
  admit(caller: string): void {
    if (this.#lost.size === 0) return
    const times = this.#recent(caller)
    const restMs = (times.at(-1) ?? 0) + PAUSE_MS - this.#now()
    if (times.length < MAX_LOSSES || restMs <= 0) return
    const message = `Cannot take an execution: programs of the caller have cost ${times.length} workers within ${WINDOW_MS / 60_000} minutes`
    const retryAfterSeconds = Math.ceil(restMs / 1000)
    throw new LatchdError('WORKER_ABUSE', message, { retryAfterSeconds })
  }

  #recent(caller: string): number[] {
    const since = this.#now() - WINDOW_MS
    const times = (this.#lost.get(caller) ?? []).filter(atMs => atMs > since)
    if (times.length === 0) this.#lost.delete(caller)
    return times
  }
}
