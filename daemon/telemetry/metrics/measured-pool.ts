/**
 * A pool of workers that measures how long executions wait for one, and how long workers are held.
 */

import {
  ForgedMessage,
  type GuestPool,
  type PoolRun,
  SharedLoss,
  ThreadEnded,
} from '../../../executor/boundary/guest-pool.ts'
import type { GuestReport } from '../../../executor/boundary/messages.ts'
import { LatchdError } from '../../../protocol/errors.ts'
import type { Language } from '../../../protocol/execution/execution.ts'

/** Why a run has lost its worker; `docs/operations.md` says what each means. */
export type LossReason = 'ended' | 'forged' | 'shared' | 'lost'

/** Receives the runs of a pool. */
export interface PoolObserver {
  /** A run got a worker. */
  onLease(waitedMs: number, isResume: boolean): void
  /** A run has lost its worker. */
  onLoss(reason: LossReason): void
}

/** Wraps a {@link GuestPool}, and measures the waits for workers and the time they are held. */
export class MeasuredPool implements GuestPool {
  #pool: GuestPool
  #observer: PoolObserver
  /** Milliseconds that workers were held, less the starts of the runs that hold one now. */
  #heldMs = 0
  #holding = 0

  constructor(pool: GuestPool, observer: PoolObserver) {
    this.#pool = pool
    this.#observer = observer
  }

  /** Milliseconds that workers were held, added up; runs under way count until now. */
  get heldMs(): number {
    return this.#heldMs + this.#holding * performance.now()
  }

  get isolation() {
    return this.#pool.isolation
  }

  get workers() {
    return this.#pool.workers
  }

  get queued() {
    return this.#pool.queued
  }

  queuedOf(owner: string): number {
    return this.#pool.queuedOf(owner)
  }

  hasFree(owner: string, language: Language): boolean {
    return this.#pool.hasFree(owner, language)
  }

  reserve(owner: string, language: Language): () => void {
    return this.#pool.reserve(owner, language)
  }

  get resuming() {
    return this.#pool.resuming
  }

  get active() {
    return this.#pool.active
  }

  get isPressed() {
    return this.#pool.isPressed
  }

  get pids() {
    return this.#pool.pids
  }

  start() {
    return this.#pool.start()
  }

  statistics() {
    return this.#pool.statistics()
  }

  collect() {
    return this.#pool.collect()
  }

  async run(run: PoolRun): Promise<GuestReport> {
    const askedAtMs = performance.now()
    let isHeld = false
    try {
      return await this.#pool.run({
        ...run,
        begin: link => {
          const now = performance.now()
          isHeld = true
          this.#holding++
          this.#heldMs -= now
          this.#observer.onLease(now - askedAtMs, run.isResume)
          return run.begin(link)
        },
      })
    } catch (error) {
      if (isHeld && !(error instanceof LatchdError)) this.#observer.onLoss(reasonOf(error))
      throw error
    } finally {
      if (isHeld) {
        this.#holding--
        this.#heldMs += performance.now()
      }
    }
  }

  close() {
    return this.#pool.close()
  }
}

function reasonOf(error: unknown): LossReason {
  if (error instanceof ThreadEnded) return 'ended'
  if (error instanceof ForgedMessage) return 'forged'
  return error instanceof SharedLoss ? 'shared' : 'lost'
}
