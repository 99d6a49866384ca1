/** The facts that a tool gets about a call, from the plan and the record of its execution. */

import type { CallFacts } from '../../protocol/tool/call-context.ts'
import type { Redaction } from '../boundary/redaction.ts'
import type { ExecutionRecord } from '../record/execution-record.ts'
import type { CallPlan } from './call-plan.ts'

/** The facts of a call. @param id its number */
export function callFacts(
  { executionId, sessionId, caller, metadata, traceparent }: CallPlan,
  record: ExecutionRecord,
  redaction: Redaction | undefined,
  id: number,
): CallFacts {
  return {
    callId: record.callId(id),
    executionId,
    sessionId,
    caller,
    metadata: metadata ?? {},
    traceparent,
    onProgress: progress =>
      record.progressCall(id, redaction ? redaction.value(progress) : progress),
  }
}
