/** The meaning of statuses. */

import type { Execution } from '../protocol/execution/execution.ts'

/** Whether an execution has ended or is stuck, so that only a retry could change it. */
export const isOver = ({ status }: Execution) => /^(completed|failed|cancelled|stuck)$/.test(status)

/** Whether an execution goes on without any action of a person. */
export function isGoing(execution: Execution): boolean {
  if (execution.status !== 'waiting') return /^(queued|running)$/.test(execution.status)
  return !execution.waitingFor.some(({ approvalId }) => approvalId !== undefined)
}

/** The path of an execution in the HTTP API. */
export const pathOf = (executionId: string) => `/v1/executions/${encodeURIComponent(executionId)}`
