/** Which daemon claims what has just become claimable: this one, or another one with a free worker. */

import type { ClaimLoop } from './claim-loop.ts'
import type { OtherDaemons } from './other-daemons.ts'

/** What can be claimed is left so long to daemons that were told and have a free worker … */
const TOLD_MS = 500
/** … and to those that cannot be told: they look at the store themselves within this time. */
const UNTOLD_MS = 3000

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
  #offering: Promise<void> | undefined
  /** Whether something could be claimed when no worker was free. */
  #isDue = false

  constructor(deps: SharedWorkDependencies) {
    this.#deps = deps
  }

  get #isBusy(): boolean {
    const { active, queued, workers } = this.#deps.pool
    return active + queued >= workers
  }

  /** Something can be claimed. */
  offer(): void {
    const { claims, others } = this.#deps
    if (others === undefined || !this.#isBusy) claims.look()
    else {
      this.#isDue = true
      this.#offering ??= this.#offer(others).finally(() => {
        this.#offering = undefined
      })
    }
  }

  async #offer(others: OtherDaemons): Promise<void> {
    const { claims, now } = this.#deps
    const { told, untold } = await others.pokeDue()
    if (told + untold === 0) claims.look()
    else claims.wakeAt(now() + (untold === 0 ? TOLD_MS : UNTOLD_MS))
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
