/** The resting places of executions: nothing happens until a person acts. */

import type { ExecutionEvent } from '../../protocol/execution/events.ts'

/** Whether an execution rests after this event. */
export function isRestingPlace(event: ExecutionEvent): boolean {
  if (event.type === 'execution-parked') {
    return event.waitingFor.some(({ approvalId }) => approvalId !== undefined)
  }
  return isLast(event)
}

/** Whether the stream of an execution ends with this; of a stuck one it goes on after a retry. */
export const isLast = ({ type }: ExecutionEvent) =>
  type === 'execution-ended' || type === 'execution-stuck'
