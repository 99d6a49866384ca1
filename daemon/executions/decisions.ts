/**
 * Decisions on their way to the store, and from there to their executions.
 *
 * An execution that only the store has goes on in the same step: the decision, the claim and the
 * reading of what it was made from leave for the store together, and share one commit.
 */

import type { CallApproval } from '../../executor/boundary/call-approval.ts'
import type { RunningExecution } from '../../executor/execution/execution.ts'
import type { Approval } from '../../protocol/approval.ts'
import type { DecidedBy, DecideOutcome, Store } from '../store/store.ts'
import type { ClaimLoop } from './claim-loop.ts'
import type { OtherDaemons } from './other-daemons.ts'
import type { SharedWork } from './shared-work.ts'

/** The executions of a daemon, as decisions find them. */
export interface DecisionPlaces {
  readonly live: ReadonlyMap<
    string,
    { readonly running: Pick<RunningExecution, 'decide'>; readonly isEvicting: boolean }
  >
  /** Loads from the store that are under way; none of them rejects. */
  readonly loading: ReadonlyMap<string, Promise<void>>
  readonly claims: ClaimLoop
  readonly work: Pick<SharedWork, 'offer'>
  /** Absent: there are no other daemons. */
  readonly others: Pick<OtherDaemons, 'pokeOwner'> | undefined
}

/** Takes decisions to the store and to the executions that wait for them. */
export class Decisions {
  #store: Store
  #places: DecisionPlaces
  #now: () => number

  /** @param now the clock by which approvals expire, in epoch milliseconds */
  constructor(store: Store, places: DecisionPlaces, now: () => number) {
    this.#store = store
    this.#places = places
    this.#now = now
  }

  /** Stores a decision, and hands it to its execution. As `Store.decide`. */
  async decide(
    { approvalId, executionId }: Pick<Approval, 'approvalId' | 'executionId'>,
    decision: DecidedBy,
  ): Promise<DecideOutcome> {
    const nowMs = this.#now()
    const { claims } = this.#places
    const store = this.#store
    const isStoredOnly = this.#isStoredOnly(executionId)
    const [outcome, isClaimed] = await Promise.all([
      store.decide(approvalId, decision, nowMs),
      isStoredOnly &&
        claims.takeOne(store.claimOne(executionId, nowMs), store.journal(executionId)),
    ])
    const isFirst = outcome.kind === 'decided' || outcome.kind === 'expired'
    // The decision is durable, so the caller need not wait for the execution. The execution reports
    // its own faults.
    if (isFirst && !isClaimed) this.handOn(outcome.stored, outcome.isWaiting).catch(() => {})
    return outcome
  }

  /** Whether an execution is in a store of this daemon alone, not in memory, and can come there. */
  #isStoredOnly(executionId: string): boolean {
    const { live, loading, claims } = this.#places
    const isHere = live.has(executionId) || loading.has(executionId)
    return !isHere && this.#store.sharing === undefined && claims.hasPlace
  }

  /** Hands over a decision that was stored, to an execution wherever it is. */
  async handOn(decided: CallApproval, isWaiting: boolean): Promise<void> {
    const { executionId } = decided.approval
    const { live, loading, work, others } = this.#places
    while (loading.has(executionId)) await loading.get(executionId)
    const found = live.get(executionId)
    if (found !== undefined && !(found.isEvicting && isWaiting)) {
      found.running.decide(decided)
      return
    }
    // The store evicted it before it had the decision, and this process may not know that yet. The
    // process that claims the execution makes the call.
    if (isWaiting || others === undefined) work.offer()
    else others.pokeOwner(executionId)
  }
}
