/** Writes the end of a call into the record of its execution. */

import type { ExecutionRecord } from '../record/execution-record.ts'
import type { CallOutcome } from '../tools/call-outcome.ts'

/** Ends a call in a record. @param outcome absent for a stream that came to its end */
export function recordEnd(
  record: ExecutionRecord,
  id: number,
  outcome: CallOutcome | undefined,
): void {
  if (outcome?.kind === 'value') record.endCall(id, undefined, outcome.text)
  else if (outcome?.kind !== 'thrown') record.endCall(id)
  else {
    const { name, message, code } = outcome.thrown
    record.endCall(id, { name, message, ...(code !== undefined && { code }) })
  }
}
