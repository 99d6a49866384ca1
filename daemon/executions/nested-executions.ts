/** The executions that an execution's calls have begun, those that the calls of these have, and so on. */

import type { Execution } from '../../protocol/execution/execution.ts'
import { parentCallOf } from '../../protocol/execution/parent-call.ts'
import type { Page } from '../store/page.ts'

/** Levels beneath an execution that are read; more would be too many for one page. */
export const MAX_DEPTH = 3
/** Executions of one level; the latest. */
const MAX_OF_LEVEL = 100

/** The executions beneath an execution. */
export interface NestedExecutions {
  /** By the call that began each; the earliest first. */
  readonly byCall: ReadonlyMap<string, readonly Execution[]>
  /** Whether a level has more than was read. */
  readonly isCut: boolean
}

/** An execution with nothing beneath it. */
export const NOTHING_NESTED: NestedExecutions = { byCall: new Map(), isCut: false }

/** A page of the executions that calls of others have begun, newest first. */
export type ListBeneath = (parentIds: readonly string[], limit: number) => Promise<Page<Execution>>

/** Reads what is beneath an execution, a page for each level. */
export async function nestedExecutions(
  executionId: string,
  list: ListBeneath,
): Promise<NestedExecutions> {
  const byCall = new Map<string, Execution[]>()
  let isCut = false
  let parentIds: readonly string[] = [executionId]
  for (let depth = 1; depth <= MAX_DEPTH && parentIds.length > 0; depth++) {
    const { data, nextCursor } = await list(parentIds, MAX_OF_LEVEL)
    isCut ||= nextCursor !== undefined
    for (const execution of data.toReversed()) {
      const callId = parentCallOf(execution.metadata)?.callId
      if (callId === undefined) continue
      const others = byCall.get(callId) ?? []
      byCall.set(callId, [...others, execution])
    }
    parentIds = data.filter(({ calls }) => calls.length > 0).map(one => one.executionId)
  }
  return { byCall, isCut }
}
