/** The questions of a waiting execution. */

import { LatchdError } from '../../protocol/errors.ts'
import type { Approvals, Outcome } from '../../protocol/execution/executor.ts'
import { type AskedApproval, askedApproval } from './result.ts'

/** The pending approvals that an execution waits for; `undefined` when it waits for no person. */
export async function askedOf(
  approvals: Approvals,
  outcome: Outcome,
): Promise<AskedApproval[] | undefined> {
  if (outcome.status !== 'waiting') return undefined
  const calls = outcome.waitingFor.flatMap(({ approvalId, tool }) =>
    approvalId === undefined ? [] : [{ approvalId, tool }],
  )
  if (calls.length === 0) return undefined
  const read = await Promise.all(calls.map(call => pending(approvals, call)))
  return read.filter(approval => approval !== undefined)
}

async function pending(
  approvals: Approvals,
  { approvalId, tool }: { approvalId: string; tool: string },
): Promise<AskedApproval | undefined> {
  try {
    const approval = await approvals.get(approvalId)
    return approval.status === 'pending' ? askedApproval(approval) : undefined
  } catch (error) {
    if (!(error instanceof LatchdError)) throw error
    // The execution has ended since.
    if (error.code === 'NOT_FOUND') return undefined
    // A token without the scope read still learns that a person has to decide.
    if (error.code === 'FORBIDDEN') return { approvalId, tool, question: tool }
    throw error
  }
}
