/** What the status of an execution says. */

import type { Execution } from '../protocol/execution/execution.ts'

/** Whether nothing of an execution is left to come, unless somebody retries it. */
export const isOver = ({ status }: Execution) => /^(completed|failed|cancelled|stuck)$/.test(status)

/** Whether something happens to an execution without anybody doing anything. */
export function isGoing(execution: Execution): boolean {
  if (execution.status !== 'waiting') return /^(queued|running)$/.test(execution.status)
  return !execution.waitingFor.some(({ approvalId }) => approvalId !== undefined)
}

export const pathOf = (executionId: string) => `/v1/executions/${encodeURIComponent(executionId)}`
