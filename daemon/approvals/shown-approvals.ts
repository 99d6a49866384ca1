/** The approvals that this process has shown lately: whose they are, and what they are about. */

import type { Approval } from '../../protocol/approval.ts'

/** The facts of an approval that a decision needs and that never change. */
export interface ShownApproval extends Pick<Approval, 'approvalId' | 'executionId' | 'tool'> {
  /** Name of the token whose execution asks. */
  readonly owner: string
}

/** As many are kept; of an older one the store is asked. */
const MAX_SHOWN = 1000

/** Keeps a few words about each of the last approvals. */
export class ShownApprovals {
  #shown = new Map<string, ShownApproval>()

  /** Takes note of an approval that can be decided from now on. */
  add(owner: string, { approvalId, executionId, tool }: Approval): void {
    for (const oldest of this.#shown.keys()) {
      if (this.#shown.size < MAX_SHOWN) break
      this.#shown.delete(oldest)
    }
    this.#shown.set(approvalId, { owner, approvalId, executionId, tool })
  }

  /** Gives an approval, and keeps it no longer: it is asked for when it is decided. */
  take(approvalId: string): ShownApproval | undefined {
    const shown = this.#shown.get(approvalId)
    this.#shown.delete(approvalId)
    return shown
  }
}
