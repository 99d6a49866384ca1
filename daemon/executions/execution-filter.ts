/** Filters of a list of executions, besides owner and status. */

import type { Execution } from '../../protocol/execution/execution.ts'
import type { Place } from '../store/store.ts'

/** Which executions a list contains; an absent field does not filter. */
export interface ExecutionFilter {
  readonly sessionId?: string | undefined
  /** Executions that have called this tool. */
  readonly tool?: string | undefined
  /** Executions that have this text, in any case, in their id, first line, error or metadata. */
  readonly text?: string | undefined
  /** Epoch milliseconds: those created at this instant or later. */
  readonly createdFromMs?: number | undefined
  /** Epoch milliseconds: those created before this instant. */
  readonly createdBeforeMs?: number | undefined
}

/** Whether each entry of a page must be checked. */
export function isFiltered({ sessionId, tool, text, createdFromMs }: ExecutionFilter): boolean {
  return [sessionId, tool, text, createdFromMs].some(one => one !== undefined)
}

/** Whether an execution passes the filter. */
export function isWanted(
  execution: Execution,
  { sessionId, tool, text }: ExecutionFilter,
): boolean {
  if (sessionId !== undefined && execution.sessionId !== sessionId) return false
  if (text !== undefined && !hasText(execution, text)) return false
  return tool === undefined || execution.calls.some(call => call.tool === tool)
}

function hasText(execution: Execution, text: string): boolean {
  const { executionId, sourceLine, metadata } = execution
  const error = 'error' in execution ? execution.error.message : undefined
  const texts = [executionId, sourceLine, error, metadata && JSON.stringify(metadata)]
  const wanted = text.toLowerCase()
  return texts.some(one => one?.toLowerCase().includes(wanted))
}

/** Where a list begins: after the cursor, and before its end instant. */
export function startOf(
  after: Place | undefined,
  { createdBeforeMs }: ExecutionFilter,
): Place | undefined {
  if (createdBeforeMs === undefined) return after
  // No id is smaller: all entries of the same millisecond are left out.
  const before = { createdAtMs: createdBeforeMs, id: '' }
  return after !== undefined && after.createdAtMs < createdBeforeMs ? after : before
}
