/** Whether a caller may have another execution: its own limits, and its part of the queue. */

import type { GuestPool } from '../../executor/boundary/guest-pool.ts'
import { LatchdError } from '../../protocol/errors.ts'
import type { Caller } from '../auth/caller.ts'
import { OwnerCounts } from '../auth/owner-counts.ts'
import type { TokenLimits } from '../auth/token-limits.ts'
import { RETRY_AFTER_SECONDS } from '../base/retry-after.ts'
import { sumOf } from '../store/daemon-load.ts'
import type { Sharing } from '../store/sharing.ts'
import type { Submission } from '../store/store.ts'
import type { ActiveExecutions } from './active.ts'

/** Bounds on the work of all callers together. */
export interface AdmissionOptions {
  /** Executions that may wait for a worker. */
  readonly maxQueue: number
  /** @throws {LatchdError} `WORKER_ABUSE` for a caller that has to wait */
  readonly admitCaller?: (caller: string) => void
  /** How many callers share the queue; one when absent. */
  readonly callers?: () => number
  readonly pool: Pick<GuestPool, 'hasFree'>
  /** Counts the executions of callers at other daemons; absent: there are no other daemons. */
  readonly store?: { readonly sharing?: Pick<Sharing, 'elsewhere'> | undefined }
}

/** The part of the options that the configuration gives. */
export type AdmissionBounds = Omit<AdmissionOptions, 'pool' | 'store'>

/** Counts work as it is admitted, and refuses work beyond the bounds. */
export class Admission {
  #options: AdmissionOptions
  #active: ActiveExecutions
  /** Executions that are being admitted: they count before they are active. */
  #arriving = new OwnerCounts()

  constructor(options: AdmissionOptions, active: ActiveExecutions) {
    this.#options = options
    this.#active = active
  }

  /**
   * Counts one more of a caller.
   *
   * @returns what to call when it is active, or over
   * @throws {LatchdError} `QUEUE_FULL`, `TOKEN_LIMIT_EXCEEDED`, `WORKER_ABUSE`
   */
  enter(caller: Caller): () => void {
    this.#refuseBeyondLimits(caller)
    return this.#arriving.add(caller.name)
  }

  /**
   * How many executions of a caller a shared store may have under way with another one: its limit,
   * without those that are in the memory of a daemon alone.
   */
  boundsOf({ name, limits }: Caller): Pick<Submission, 'maxUnderWay'> {
    const sharing = this.#options.store?.sharing
    if (sharing === undefined || limits?.maxExecutions === undefined) return {}
    const here = sumOf([this.#active.inMemory], name)
    const volatile = here.volatile + sharing.elsewhere(name).volatile
    return { maxUnderWay: Math.max(0, limits.maxExecutions - volatile) }
  }

  #refuseBeyondLimits({ name, limits = {} }: Caller): void {
    this.#options.admitCaller?.(name)
    const { pool, maxQueue, callers } = this.#options
    const { maxExecutions = Infinity, maxQueued = Infinity } = limits
    const arriving = this.#arriving.of(name)
    // Asked for only when it matters: it reads what all the others have reported.
    const isLimited = maxExecutions < Infinity || maxQueued < Infinity
    const elsewhere = isLimited ? this.#options.store?.sharing?.elsewhere(name) : undefined
    const own = this.#active.sizeOf(name) + arriving + (elsewhere?.executions ?? 0)
    if (own >= maxExecutions)
      throw beyondLimit('are under way', own, 'maxExecutions', maxExecutions)
    if (pool.hasFree(name)) return
    const ownQueued = this.#active.queuedOf(name)
    const allQueued = ownQueued + arriving + (elsewhere?.queued ?? 0)
    if (allQueued >= maxQueued) throw beyondLimit('wait', allQueued, 'maxQueued', maxQueued)
    const { queued } = this.#active
    // A caller that fills the queue leaves the other callers their part of it.
    if (queued < maxQueue || ownQueued < Math.floor(maxQueue / (callers?.() ?? 1))) return
    const message = `Cannot take an execution: ${queued} wait already, limit maxQueue ${maxQueue}`
    throw new LatchdError('QUEUE_FULL', message, { retryAfterSeconds: RETRY_AFTER_SECONDS })
  }
}

function beyondLimit(
  what: string,
  count: number,
  limit: keyof TokenLimits,
  bound: number,
): LatchdError {
  const message = `Cannot take an execution: ${count} of the token ${what}, limit ${limit} ${bound}`
  return new LatchdError('TOKEN_LIMIT_EXCEEDED', message, {
    retryAfterSeconds: RETRY_AFTER_SECONDS,
  })
}
