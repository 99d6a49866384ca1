/** How an execution stands for its callers, and where it rests until a person acts. */

import type { RunningExecution } from '../../executor/execution/execution.ts'
import type { ExecutionEvent } from '../../protocol/execution/events.ts'
import type { Execution } from '../../protocol/execution/execution.ts'
import { isOver } from '../../protocol/execution/status.ts'

/** Whether an execution rests after this event. */
export function isRestingPlace(event: ExecutionEvent): boolean {
  if (event.type === 'execution-parked') {
    return event.waitingFor.some(({ approvalId }) => approvalId !== undefined)
  }
  return isLast(event)
}

/** Whether the stream of an execution ends with this event; a retry of a stuck one begins it again. */
export const isLast = ({ type }: ExecutionEvent) =>
  type === 'execution-ended' || type === 'execution-stuck'

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
