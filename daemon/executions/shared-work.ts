/** Which daemon claims what has just become claimable: this one, or another one with a free worker. */

import type { ClaimLoop } from './claim-loop.ts'
import type { OtherDaemons } from './other-daemons.ts'

/** What can be claimed is left so long to daemons that have a free worker. */
const LEFT_TO_OTHERS_MS = 50

/** What {@link SharedWork} works with. */
export interface SharedWorkDependencies {
  readonly claims: Pick<ClaimLoop, 'look' | 'wakeAt'>
  readonly pool: { readonly active: number; readonly queued: number; readonly workers: number }
  /** Absent: there are no other daemons. */
  readonly others: OtherDaemons | undefined
  readonly now: () => number
}

/** Offers work to the other daemons while this one has no free worker. */
export class SharedWork {
  #deps: SharedWorkDependencies

  constructor(deps: SharedWorkDependencies) {
    this.#deps = deps
  }

  get #isBusy(): boolean {
    const { active, queued, workers } = this.#deps.pool
    return active + queued >= workers
  }

  /** Something can be claimed. */
  offer(): void {
    const { claims, others, now } = this.#deps
    if (others === undefined || !this.#isBusy) claims.look()
    else {
      others.pokeDue()
      claims.wakeAt(now() + LEFT_TO_OTHERS_MS)
    }
  }

  /** Another daemon says that something can be claimed, and has no worker for it. */
  onOffered(): void {
    if (!this.#isBusy) this.#deps.claims.look()
  }
}
