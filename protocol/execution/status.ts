/** Reads the status of an execution. No schema library: the thin client loads this file. */

import type { EndedExecution, Execution } from './execution.ts'

/** Whether an execution has ended; a stuck one has not. */
export function isEnded(execution: Execution): execution is EndedExecution {
  return 'endedAtMs' in execution
}

/** Whether an execution has ended or is stuck, so that only a retry can change it. */
export const isOver = (execution: Pick<Execution, 'status'>): boolean =>
  'endedAtMs' in execution || execution.status === 'stuck'
