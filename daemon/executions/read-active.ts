/** An execution in memory, as its callers may see it. */

import type { RunningExecution } from '../../executor/execution/execution.ts'
import type { Execution } from '../../protocol/execution/execution.ts'
import { isOver } from '../../protocol/execution/status.ts'

/** The parts of an execution in memory that say how it stands. */
export interface StandingInMemory {
  readonly running: Pick<RunningExecution, 'read'>
  readonly writer: {
    readonly isDurable: boolean
    /** Whether an approval that it waits for is not stored yet. */
    readonly isShowing: boolean
  }
}

/**
 * An execution in memory as it stands. Of a durable one neither an end counts that is not stored yet,
 * nor a wait for an approval that is not.
 */
export function readActive({ running, writer }: StandingInMemory): Execution {
  const execution = running.read()
  const isAhead = isOver(execution) || (execution.status === 'waiting' && writer.isShowing)
  if (!writer.isDurable || !isAhead) return execution
  const fields = Object.entries({ ...execution, status: 'running' })
  return Object.fromEntries(fields.filter(([name]) => !OF_A_REST.has(name))) as Execution
}

/** Fields that no running execution has. */
const OF_A_REST = new Set(['output', 'isFinalAnswer', 'error', 'endedAtMs', 'waitingFor'])
