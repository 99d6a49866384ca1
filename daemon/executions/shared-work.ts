/** Decides which daemon claims an execution that can go on: this one, or another with a free worker. */

import type { ClaimLoop } from './claim-loop.ts'
import type { OtherDaemons } from './other-daemons.ts'

/** Notified daemons with a free worker have this long to claim an execution before this one does … */
const NOTIFIED_MS = 500
/** … and daemons that cannot be reached this long: they look at the store themselves within it. */
const UNREACHABLE_MS = 3000
/** The claim loop looks at the store more often than this while an execution is due. */
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
  /** Whether an execution could be claimed while this daemon had no free worker. */
  #isDue = false
  /** The next claim takes executions that were due for this many milliseconds; absent: it takes none. */
  #leftMs: number | undefined
  /** The instant since which each look has found a due execution, by `performance.now()`. */
  #dueSinceMs = 0
  #seenAtMs = Number.NEGATIVE_INFINITY

  constructor(deps: SharedWorkDependencies) {
    this.#deps = deps
  }

  get #isBusy(): boolean {
    const { active, queued, workers } = this.#deps.pool
    return active + queued >= workers
  }

  /** An execution can be claimed. Called again at each look at the store that finds one. */
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
