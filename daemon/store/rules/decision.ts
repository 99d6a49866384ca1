/** What a decision does to an approval in a store: the first one wins, and not after its time. */

import { type DecidedBy, decide, expired, isTimedOut } from '../../../executor/calls/decision.ts'
import type { ExecutionStatus } from '../../../protocol/execution/execution.ts'
import type { StoredApproval } from '../store.ts'
import { isLive } from './standing.ts'

/** A decision on an approval that is there. */
export type Decided =
  | { readonly kind: 'already'; readonly stored: StoredApproval }
  | {
      readonly kind: 'decided' | 'expired'
      /** The approval from now on. */
      readonly stored: StoredApproval
      /** What is allowed for the rest of a session. */
      readonly remembered: { readonly sessionId: string; readonly tool: string } | undefined
    }

/** The approval after a decision. @param nowMs the time that its expiry is compared with */
export function decideStored(before: StoredApproval, decision: DecidedBy, nowMs: number): Decided {
  if (before.approval.status !== 'pending') return { kind: 'already', stored: before }
  const isLate = decision.status !== 'expired' && isTimedOut(before, nowMs)
  const taken = isLate ? expired(nowMs) : decision
  const stored = decide(before, taken)
  const { sessionId } = stored.approval
  const isRemembered = taken.rememberAs !== undefined && stored.isRemembered
  return {
    kind: isLate ? 'expired' : 'decided',
    stored,
    remembered:
      isRemembered && sessionId !== undefined
        ? { sessionId, tool: taken.rememberAs as string }
        : undefined,
  }
}

/**
 * Whether an execution has yet to get the decision of a call.
 *
 * @param isDelivered whether the call has its delivery already
 */
export function awaitsDelivery(
  state: ExecutionStatus,
  { approval }: StoredApproval,
  isDelivered: boolean,
): boolean {
  return approval.status !== 'pending' && !isDelivered && (isLive(state) || state === 'stuck')
}
