/** An approval with the facts that only the host has. */

import { randomBytes } from 'node:crypto'
import type { Approval } from '../../protocol/approval.ts'

/**
 * An approval together with the facts that the host alone uses: call number, arguments, decision.
 */
export interface CallApproval {
  readonly approval: Approval
  /** Number of the call in its execution. */
  readonly callNumber: number
  /** The call's arguments, encoded; of a decision with `args`, those. */
  readonly encodedInput: string
  /** Whether the decision said `remember: "session"`. */
  readonly isRemembered: boolean
  /** The key that the session remembers then, see `remembered-tool.ts`; a store does not keep it. */
  readonly rememberAs?: string
  /** Whether the decision replaced the call's arguments; absent for no. */
  readonly isEdited?: true
}

/** Makes an approval's id. It has 128 random bits, so only those that were shown it know it. */
export function newApprovalId(): string {
  return `apr_${randomBytes(16).toString('hex')}`
}
