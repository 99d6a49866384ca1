/** The meaning of statuses. */

import type { Execution } from '../protocol/execution/execution.ts'
import { isOver } from '../protocol/execution/status.ts'

/** Whether an execution goes on without any action of a person. */
export function isGoing(execution: Execution): boolean {
  return execution.status === 'waiting'
    ? !execution.waitingFor.some(({ approvalId }) => approvalId !== undefined)
    : !isOver(execution)
}

/** The path of an execution in the HTTP API. */
export const pathOf = (executionId: string) => `/v1/executions/${encodeURIComponent(executionId)}`
