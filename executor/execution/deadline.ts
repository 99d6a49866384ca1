/** The longest that an execution takes, from its creation, over all processes that have had it. */

import { setLongTimeout } from '../../protocol/base/long-timeout.ts'
import type { ExecutionError } from '../../protocol/execution/execution.ts'
import { limitExceeded } from './execution-errors.ts'
import type { ExecutionPlan } from './execution-plan.ts'

/**
 * Stops an execution at its deadline. It stops at once when the deadline has passed: an evicted
 * execution may come back too late.
 *
 * @returns a function that takes the deadline back
 */
export function armDeadline(
  { createdAtMs, limits: { wallMs } }: ExecutionPlan,
  nowMs: number,
  stop: (error: ExecutionError) => void,
): () => void {
  const onDeadline = () =>
    stop(limitExceeded('wallMs', `The execution took longer than wallMs ${wallMs}`))
  const restMs = wallMs - (nowMs - createdAtMs)
  const disarm = setLongTimeout(onDeadline, Math.max(0, restMs))
  if (restMs <= 0) onDeadline()
  return disarm
}
