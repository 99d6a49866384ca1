/** Bounds on the sessions and the waiting messages to webhooks in the store. */

import { type ErrorCode, LatchdError } from '../../protocol/errors.ts'
import type { StoreShares } from '../store/store.ts'

/** Sessions of all callers together. */
export const MAX_SESSIONS = 100_000
/** Messages of all callers together that have not arrived. */
export const MAX_PENDING_WEBHOOKS = 100_000

/** Counts are reused for this long. */
const FRESH_MS = 1000
/** Seconds after which a refused caller should come again. */
const RETRY_AFTER_SECONDS = 30

const bounds = {
  sessions: { code: 'SESSIONS_FULL', what: 'make a session', limit: MAX_SESSIONS },
  webhooks: {
    code: 'WEBHOOKS_FULL',
    what: 'take an execution with a webhook',
    limit: MAX_PENDING_WEBHOOKS,
  },
} as const satisfies Record<keyof StoreShares, { code: ErrorCode; what: string; limit: number }>

/** The bounds, for documents and metrics. */
export const storeLimits: Readonly<Record<keyof StoreShares, number>> = {
  sessions: MAX_SESSIONS,
  webhooks: MAX_PENDING_WEBHOOKS,
}

/** What {@link StoreGuard} works with. */
export interface StoreGuardDependencies {
  readonly shares: () => Promise<StoreShares>
  /** How many callers share the store. */
  readonly callers: () => number
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number
  /** {@link storeLimits} when absent. */
  readonly limits?: Readonly<Record<keyof StoreShares, number>>
}

/**
 * Refuses sessions and webhooks while the store holds too many of them, each caller within its
 * part.
 */
export class StoreGuard {
  #deps: StoreGuardDependencies
  #read: Promise<StoreShares> | undefined
  #readAtMs = Number.NEGATIVE_INFINITY
  /** Admissions since the last reading, by kind and owner. */
  #admitted = { sessions: new Map<string, number>(), webhooks: new Map<string, number>() }

  constructor(deps: StoreGuardDependencies) {
    this.#deps = deps
  }

  /**
   * Admits one more of a kind. A caller that fills the store leaves the other callers their part of
   * it.
   *
   * @throws {LatchdError} `SESSIONS_FULL`, `WEBHOOKS_FULL`
   */
  async admit(kind: keyof StoreShares, owner: string): Promise<void> {
    const counts = (await this.#shares())[kind]
    const { callers, limits = storeLimits } = this.#deps
    const all = Object.values(counts).reduce((sum, one) => sum + one, this.#sinceRead(kind))
    const own = (counts[owner] ?? 0) + this.#sinceRead(kind, owner)
    if (all >= limits[kind] && own >= Math.floor(limits[kind] / Math.max(1, callers()))) {
      const { code, what } = bounds[kind]
      const message = `Cannot ${what}: there are ${all} ${kind}, limit ${limits[kind]}`
      throw new LatchdError(code, message, { retryAfterSeconds: RETRY_AFTER_SECONDS })
    }
    this.#admitted[kind].set(owner, this.#sinceRead(kind, owner) + 1)
  }

  #sinceRead(kind: keyof StoreShares, owner?: string): number {
    if (owner !== undefined) return this.#admitted[kind].get(owner) ?? 0
    return this.#admitted[kind].values().reduce((sum, count) => sum + count, 0)
  }

  async #shares(): Promise<StoreShares> {
    const nowMs = this.#deps.now()
    if (this.#read === undefined || nowMs - this.#readAtMs >= FRESH_MS) {
      this.#readAtMs = nowMs
      for (const counts of Object.values(this.#admitted)) counts.clear()
      this.#read = this.#deps.shares()
      // The next call reads again.
      this.#read.catch(() => {
        this.#read = undefined
      })
    }
    return await this.#read
  }
}
