/** The daemon's log of executions: events that need an operator, and all of them at `debug`. */

import type { ExecutionEvent } from '../../protocol/execution/events.ts'
import type { Logger } from '../log/log.ts'

/** Writes an event of an execution; every line has its `executionId`, and its `callId` if it is of a call. */
export function logEvent(log: Logger, event: ExecutionEvent): void {
  const { type, executionId } = event
  if (type === 'execution-stuck') {
    const { code, message } = event.error
    log.warn({ executionId, code, why: message }, 'execution stuck')
    return
  }
  if (type === 'execution-ended' && 'error' in event.execution) {
    const { code, message } = event.execution.error
    // Not a fault of the program: its worker was lost.
    if (code === 'ENGINE_FAILURE') {
      log.error({ executionId, code, why: message }, 'execution failed')
      return
    }
  }
  // Most daemons do not log them, and there are thousands per second.
  if (log.isLevelEnabled('debug')) logForDebug(log, event)
}

function logForDebug(log: Logger, event: ExecutionEvent): void {
  const { executionId } = event
  switch (event.type) {
    case 'execution-started':
      log.debug({ executionId }, 'execution started')
      return
    case 'execution-parked':
      log.debug({ executionId, waitingFor: event.waitingFor }, 'execution parked')
      return
    case 'file-emitted':
      log.debug({ executionId, ...event.file }, 'file emitted')
      return
    case 'execution-resumed':
      log.debug({ executionId }, 'execution resumed')
      return
    case 'execution-ended': {
      const { status, usage } = event.execution
      const code = 'error' in event.execution ? event.execution.error.code : undefined
      log.debug({ executionId, status, code, ...usage }, 'execution ended')
      return
    }
    case 'call-started': {
      const { callId, tool } = event.call
      log.debug({ executionId, callId, tool }, 'call started')
      return
    }
    case 'call-completed': {
      const { callId, tool, status, durationMs, error } = event.call
      log.debug({ executionId, callId, tool, status, durationMs, error }, 'call completed')
      return
    }
    case 'approval-requested':
    case 'approval-decided': {
      const { approvalId, callId, tool, status, decidedBy } = event.approval
      const what = event.type === 'approval-requested' ? 'approval requested' : 'approval decided'
      log.debug({ executionId, callId, approvalId, tool, status, decidedBy }, what)
      return
    }
    // A stuck execution is logged above; progress and the guest's console are not logged.
    case 'log-written':
    case 'call-progressed':
    case 'execution-stuck':
      return
    default:
      event satisfies never
  }
}
