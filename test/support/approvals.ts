/** Waits for approvals as a person's client does. */

import type { Approval, Latchd } from '../../sdk/index.ts'

/** The first approvals of an execution, as soon as it has asked for so many. */
export async function asked(
  latchd: Latchd,
  executionId: string,
  count = 1,
): Promise<[Approval, ...Approval[]]> {
  const approvals: Approval[] = []
  for await (const event of latchd.events(executionId)) {
    if (event.type === 'approval-requested') approvals.push(event.approval)
    if (approvals.length === count) return approvals as [Approval, ...Approval[]]
  }
  throw new Error(`The execution has ended after ${approvals.length} approvals`)
}
