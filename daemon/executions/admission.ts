/** Whether a caller may have another execution: its own limits, and its part of the queue. */

import type { GuestPool } from '../../executor/boundary/guest-pool.ts'
import { OwnerCounts } from '../../protocol/base/owner-counts.ts'
import { LatchdError } from '../../protocol/errors.ts'
import type { Language } from '../../protocol/execution/execution.ts'
import type { Caller } from '../auth/caller.ts'
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
  readonly pool: Pick<GuestPool, 'hasFree' | 'reserve'>
  /** Counts the executions of callers at other daemons; absent: there are no other daemons. */
  readonly store?: { readonly sharing?: Pick<Sharing, 'elsewhere'> | undefined }
}

/** The part of the options that the configuration gives. */
export type AdmissionBounds = Omit<AdmissionOptions, 'pool' | 'store'>

/** What is to have a worker. */
export interface Arriving {
  readonly language: Language
  /** The session that it runs in; absent: none. */
  readonly sessionId?: string | undefined
}

/** An execution that was admitted, and is not counted elsewhere yet. */
export interface Arrival {
  /** Call it when the execution waits for a worker, has one, or needs none; more calls do nothing. */
  readonly onQueued: () => void
  /** Call it when the execution is among the active ones, or is over; more calls do nothing. */
  readonly onActive: () => void
}

/** Counts work as it is admitted, and refuses work beyond the bounds. */
export class Admission {
  #options: AdmissionOptions
  #active: ActiveExecutions
  /** Executions that are being admitted: they count before they are active. */
  #arriving = new OwnerCounts()
  /** Those of them that found no free worker: they count before the pool's queue has them. */
  #queueing = new OwnerCounts()
  /** The sessions of executions that count for a worker, and are not in the queue yet. */
  #sessions = new Set<string>()

  constructor(options: AdmissionOptions, active: ActiveExecutions) {
    this.#options = options
    this.#active = active
  }

  /**
   * Counts one more of a caller.
   *
   * @throws {LatchdError} `QUEUE_FULL`, `TOKEN_LIMIT_EXCEEDED`, `WORKER_ABUSE`
   */
  enter(caller: Caller, arriving: Arriving): Arrival {
    const isFree = this.#options.pool.hasFree(caller.name, arriving.language)
    // Of one session an execution at a time takes a worker: the others wait for the session.
    const { sessionId } = arriving
    const follows = sessionId !== undefined && this.#sessions.has(sessionId)
    this.#refuseBeyondLimits(caller, isFree, follows ? new OwnerCounts() : this.#queueing)
    const onQueued = follows ? () => {} : this.#count(caller.name, arriving, isFree)
    return { onQueued, onActive: this.#arriving.add(caller.name) }
  }

  /** Counts a worker that is to be had, or a place in the queue. */
  #count(owner: string, { language, sessionId }: Arriving, isFree: boolean): () => void {
    const uncount = isFree ? this.#options.pool.reserve(owner, language) : this.#queueing.add(owner)
    if (sessionId === undefined) return uncount
    this.#sessions.add(sessionId)
    let isCounted = true
    return () => {
      if (isCounted) this.#sessions.delete(sessionId)
      isCounted = false
      uncount()
    }
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

  /** @param queueing executions that are about to wait for a worker */
  #refuseBeyondLimits({ name, limits = {} }: Caller, isFree: boolean, queueing: OwnerCounts): void {
    this.#options.admitCaller?.(name)
    const { maxQueue, callers } = this.#options
    const { maxExecutions = Infinity, maxQueued = Infinity } = limits
    const arriving = this.#arriving.of(name)
    // Asked for only when it matters: it reads what all the others have reported.
    const isLimited = maxExecutions < Infinity || maxQueued < Infinity
    const elsewhere = isLimited ? this.#options.store?.sharing?.elsewhere(name) : undefined
    const own = this.#active.sizeOf(name) + arriving + (elsewhere?.executions ?? 0)
    if (own >= maxExecutions)
      throw beyondLimit('are under way', own, 'maxExecutions', maxExecutions)
    if (isFree) return
    const ownQueued = this.#active.queuedOf(name) + queueing.of(name)
    const allQueued = ownQueued + (elsewhere?.queued ?? 0)
    if (allQueued >= maxQueued) throw beyondLimit('wait', allQueued, 'maxQueued', maxQueued)
    const queued = this.#active.queued + queueing.total
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
