/** The bound on the memory that executions and their readers hold together. */

import { getHeapStatistics } from 'node:v8'
import { LatchdError } from '../../protocol/errors.ts'

/** Seconds after which a refused caller should come again. */
const RETRY_AFTER_SECONDS = 5
/** A sum over all executions is reused for this long. */
const FRESH_MS = 100
/** The rest of the heap is for work on it: copies, answers, and V8 itself. */
const HEAP_SHARE = 0.5
/** What the executions of one caller may hold of it where there are several callers. */
const CALLER_SHARE = 0.75

/** The places that hold memory, each with its bytes at the moment. */
export type HeldMemory = Readonly<Record<string, () => number>>

/** Refuses new executions while those in memory hold `limitBytes` or more. */
export class MemoryGuard {
  readonly limitBytes: number
  #held: HeldMemory = {}
  readonly #now: () => number
  #sumBytes = 0
  #summedAtMs = Number.NEGATIVE_INFINITY

  /**
   * @param now milliseconds of a clock that never goes back
   * @param limitBytes half of what V8 may have in this process, when absent
   */
  constructor(now: () => number, limitBytes = HEAP_SHARE * getHeapStatistics().heap_size_limit) {
    this.#now = now
    this.limitBytes = limitBytes
  }

  /** Where memory is held. */
  get held(): HeldMemory {
    return this.#held
  }

  /** Counts these places from now on. */
  watch(held: HeldMemory): void {
    this.#held = { ...this.#held, ...held }
  }

  /** Whether there is room for more. */
  get hasRoom(): boolean {
    return this.#bytes() < this.limitBytes
  }

  /**
   * Refuses new work of a caller at the bound, and at its part of the bound where there are several
   * callers; work under way goes on.
   *
   * @param heldByCaller bytes that its executions hold
   * @param callers how many there are
   * @throws {LatchdError} `MEMORY_FULL`
   */
  admit(heldByCaller: () => number, callers: number): void {
    const partBytes = Math.floor(CALLER_SHARE * this.limitBytes)
    const bytes = this.#bytes()
    if (bytes < partBytes) return
    if (bytes >= this.limitBytes) throw full('in memory', bytes, this.limitBytes)
    const ownBytes = callers > 1 ? heldByCaller() : 0
    if (ownBytes >= partBytes) throw full('of the token', ownBytes, partBytes)
  }

  #bytes(): number {
    const now = this.#now()
    if (now - this.#summedAtMs < FRESH_MS) return this.#sumBytes
    this.#summedAtMs = now
    this.#sumBytes = Object.values(this.#held).reduce((sum, read) => sum + read(), 0)
    return this.#sumBytes
  }
}

function full(which: string, bytes: number, limit: number): LatchdError {
  const message = `Cannot take an execution: those ${which} hold ${bytes} bytes, limit ${limit}`
  return new LatchdError('MEMORY_FULL', message, { retryAfterSeconds: RETRY_AFTER_SECONDS })
}
