/** Answers the approvals of one execution by an app's callback. */

import { untilAnswered } from '../protocol/base/backoff.ts'
import { LatchdError } from '../protocol/errors.ts'
import type { ExecutionEvent } from '../protocol/execution/events.ts'
import type { OnApproval } from '../protocol/execution/executor.ts'
import type { ClientApprovals } from './client-approvals.ts'

/** Calls `onApproval` for each approval of an execution, and sends the decisions to the daemon. */
export class ApprovalResponder {
  readonly #approvals: ClientApprovals
  readonly #onApproval: OnApproval
  readonly #left = new AbortController()
  readonly #asked = new Set<string>()

  constructor(approvals: ClientApprovals, onApproval: OnApproval) {
    this.#approvals = approvals
    this.#onApproval = onApproval
  }

  /** Aborts when an approval could not be answered, with the error. */
  get failed(): AbortSignal {
    return this.#left.signal
  }

  /** Takes an event of the execution. An approval is answered in the background. */
  see(event: ExecutionEvent): void {
    if (event.type !== 'approval-requested') return
    const { approvalId } = event.approval
    if (this.#asked.has(approvalId)) return
    this.#asked.add(approvalId)
    this.#answer(approvalId).catch(error => this.#left.abort(error))
  }

  async #answer(approvalId: string): Promise<void> {
    try {
      const approval = await this.#repeat(() => this.#approvals.get(approvalId))
      // Events show the past too: the approval may have been decided long ago.
      if (approval.status !== 'pending') return
      const decision = await this.#onApproval(approval)
      if (decision === undefined) return
      await this.#repeat(() => this.#approvals.decide(approvalId, decision))
    } catch (error) {
      // Another decision was faster: the program goes on with that one.
      if (error instanceof LatchdError && error.code === 'ALREADY_DECIDED') return
      throw error
    }
  }

  #repeat<T>(send: () => Promise<T>): Promise<T> {
    return untilAnswered(send, this.#left.signal)
  }
}
