/** Which daemon claims what has just become claimable: this one, or another one with a free worker. */

import type { ClaimLoop } from './claim-loop.ts'
import type { OtherDaemons } from './other-daemons.ts'

/** What can be claimed is left so long to daemons that were notified and have a free worker … */
const NOTIFIED_MS = 500
/** … and to those that cannot be reached: they look at the store themselves within this time. */
const UNREACHABLE_MS = 3000
/** A store is looked at more often than this while something is due in it. */
const SEEN_AGAIN_MS = 1000

/** What {@link SharedWork} works with. */
export interface SharedWorkDependencies {
  readonly claims: Pick<ClaimLoop, 'look'>
  readonly pool: { readonly active: number; readonly queued: number; readonly workers: number }
  /** Absent: there are no other daemons. */
  readonly others: OtherDaemons | undefined
}

/** Offers work to the other daemons while this one has no free worker. */
export class SharedWork {
  #deps: SharedWorkDependencies
  #offering: Promise<void> | undefined
  /** Whether something could be claimed when no worker was free. */
  #isDue = false
  /** The next claim is for what others have left for so long, in milliseconds; absent: for nothing. */
  #leftMs: number | undefined
  /** Since when something has been due at each look, by `performance.now()`. */
  #dueSinceMs = 0
  #seenAtMs = Number.NEGATIVE_INFINITY

  constructor(deps: SharedWorkDependencies) {
    this.#deps = deps
  }

  get #isBusy(): boolean {
    const { active, queued, workers } = this.#deps.pool
    return active + queued >= workers
  }

  /** Something can be claimed; said again at each look at the store that finds so. */
  offer(): void {
    const { claims, others } = this.#deps
    if (others === undefined || !this.#isBusy) claims.look()
    else {
      this.#isDue = true
      const nowMs = performance.now()
      if (nowMs - this.#seenAtMs > SEEN_AGAIN_MS) this.#dueSinceMs = nowMs
      this.#seenAtMs = nowMs
      this.#offering ??= this.#offer(others).finally(() => {
        this.#offering = undefined
      })
    }
  }

  async #offer(others: OtherDaemons): Promise<void> {
    const { notified, unreachable } = await others.pokeDue()
    const leftMs =
      notified + unreachable === 0 ? 0 : unreachable === 0 ? NOTIFIED_MS : UNREACHABLE_MS
    // Not by a timer: when that is over, what is due may be something else, for which one is free.
    if (performance.now() - this.#dueSinceMs < leftMs) return
    this.#dueSinceMs = performance.now()
    this.#leftMs = leftMs
    this.#deps.claims.look()
  }

  /**
   * How long an execution must have been due for this daemon to claim it now: not at all with a free
   * worker, or without others; otherwise as long as it was left to them. `undefined`: it claims nothing.
   */
  claimsAfterMs(): number | undefined {
    const isFree = this.#deps.others === undefined || !this.#isBusy
    const afterMs = isFree ? 0 : this.#leftMs
    this.#leftMs = undefined
    this.#isDue ||= afterMs === undefined
    return afterMs
  }

  /** Another daemon says that something can be claimed, and has no worker for it. */
  onOffered(): void {
    if (this.#isBusy) this.#isDue = true
    else this.#deps.claims.look()
  }

  /** An execution has left, and with it its worker. */
  onFree(): void {
    if (!this.#isDue || this.#isBusy) return
    this.#isDue = false
    this.#deps.claims.look()
  }
}
