/** A new execution, as its store takes it. */

import type { ExecutionPlan } from '../../executor/execution/execution-plan.ts'
import { parentCallOf } from '../../protocol/execution/parent-call.ts'
import { serializePlan } from '../replay/stored-plan.ts'
import type { Submission } from '../store/store.ts'

/** The owner of an execution, its webhook and its runtime. */
export interface SubmissionFacts {
  readonly owner: string
  readonly webhookUrl: string | undefined
  /** The tag of what it runs on. */
  readonly runtime: string
}

/** The submission of a plan, without what has happened in it so far. */
export function submissionOf(
  plan: ExecutionPlan,
  { owner, webhookUrl, runtime }: SubmissionFacts,
  state: Submission['state'],
): Submission {
  const { executionId, source, sessionId, createdAtMs, limits, metadata } = plan
  const parent = parentCallOf(metadata)
  return {
    executionId,
    owner,
    state,
    source,
    plan: serializePlan(plan, runtime),
    ...(sessionId !== undefined && { sessionId }),
    ...(parent && { parentId: parent.executionId }),
    ...(webhookUrl !== undefined && { webhookUrl }),
    createdAtMs,
    deadlineMs: createdAtMs + limits.wallMs,
  }
}
