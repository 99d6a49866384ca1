/** All of a store that ends with the process: executions, their approvals, sessions. */

import type { EndedExecution } from '../../protocol/execution/execution.ts'
import { MemoryApprovals } from './memory-approvals.ts'
import { type KeepingBounds, MemoryExecutions } from './memory-executions.ts'
import { MemorySessions } from './memory-sessions.ts'

/** The store of an embedded executor, in the parts that `volatile-store.ts` names. */
export class MemoryStore {
  readonly executions: MemoryExecutions
  readonly sessions = new MemorySessions()
  readonly approvals = new MemoryApprovals((sessionId, tool) =>
    this.sessions.remember(sessionId, tool),
  )

  constructor(bounds: KeepingBounds) {
    this.executions = new MemoryExecutions(bounds)
  }

  /** An execution has ended, and with it the time to decide its approvals. */
  finish(execution: EndedExecution): void {
    this.executions.finish(execution)
    this.approvals.expireOf(execution.executionId, execution.endedAtMs)
  }
}
