/** The rules of every store, with a disk or without: decisions, and the execution that holds a session. */

import type { CallApproval } from '../boundary/call-approval.ts'
import { type DecidedBy, decide, expired, isTimedOut } from '../calls/decision.ts'
import type { HoldOutcome } from './volatile-store.ts'

/** A decision on an approval that is there. */
export type Decided =
  | { readonly kind: 'already'; readonly stored: CallApproval }
  | {
      readonly kind: 'decided' | 'expired'
      /** The approval from now on. */
      readonly stored: CallApproval
      /** The tool that is allowed for the rest of a session. */
      readonly remembered: { readonly sessionId: string; readonly tool: string } | undefined
    }

/**
 * The approval after a decision: the first one wins, and none of a person after its time.
 *
 * @param nowMs the time that its expiry is compared with
 */
export function decideStored(before: CallApproval, decision: DecidedBy, nowMs: number): Decided {
  if (before.approval.status !== 'pending') return { kind: 'already', stored: before }
  const isTooLate = decision.status !== 'expired' && isTimedOut(before, nowMs)
  const taken = isTooLate ? expired(nowMs) : decision
  const stored = decide(before, taken)
  const { sessionId } = stored.approval
  const isRemembered = taken.rememberAs !== undefined && stored.isRemembered
  return {
    kind: isTooLate ? 'expired' : 'decided',
    stored,
    remembered:
      isRemembered && sessionId !== undefined
        ? { sessionId, tool: taken.rememberAs as string }
        : undefined,
  }
}

/** Whether an execution may hold a session. @param holder `undefined`: no execution holds it */
export function holdOutcome(
  isThere: boolean,
  holder: string | undefined,
  executionId: string,
): HoldOutcome {
  if (!isThere) return 'gone'
  return holder === undefined || holder === executionId ? 'held' : 'busy'
}
