/** Which executions a list tells, beside whose they are and how they stand. */

import type { Execution } from '../../protocol/execution/execution.ts'
import type { Place } from '../store/store.ts'

export interface ExecutionFilter {
  readonly sessionId?: string | undefined
  /** Those that have called it. */
  readonly tool?: string | undefined
  /** Epoch milliseconds: those created at this instant or later. */
  readonly createdFromMs?: number | undefined
  /** Epoch milliseconds: those created before this instant. */
  readonly createdBeforeMs?: number | undefined
}

/** Whether each entry of a page has to be looked at. */
export function isFiltered({ sessionId, tool, createdFromMs }: ExecutionFilter): boolean {
  return sessionId !== undefined || tool !== undefined || createdFromMs !== undefined
}

/** Whether an execution is one of those that are asked for. */
export function isWanted(execution: Execution, { sessionId, tool }: ExecutionFilter): boolean {
  if (sessionId !== undefined && execution.sessionId !== sessionId) return false
  return tool === undefined || execution.calls.some(call => call.tool === tool)
}

/** Where a list begins: after the cursor, and before the instant that it ends at. */
export function startOf(
  after: Place | undefined,
  { createdBeforeMs }: ExecutionFilter,
): Place | undefined {
  if (createdBeforeMs === undefined) return after
  // Nothing has an id that is smaller: all of the same millisecond are left out.
  const before = { createdAtMs: createdBeforeMs, id: '' }
  return after !== undefined && after.createdAtMs < createdBeforeMs ? after : before
}
