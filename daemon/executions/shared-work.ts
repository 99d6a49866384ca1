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
  /** Whether the next claim is for what nobody else has taken. */
  #isUntaken = false
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
    this.#isUntaken = true
    this.#deps.claims.look()
  }

  /** Whether this daemon claims now: with a free worker, by itself, or what the others have left. */
  mayClaim(): boolean {
    const may = this.#deps.others === undefined || !this.#isBusy || this.#isUntaken
    this.#isUntaken = false
    this.#isDue ||= !may
    return may
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
