/** What the calls of an execution are made with, and the listener that they report to. */

import type { ExecutionError } from '../../protocol/execution/execution.ts'
import type { LimitName, Limits } from '../../protocol/limits.ts'
import type { CallApproval } from '../boundary/call-approval.ts'
import type { CompiledProgram } from '../boundary/messages.ts'
import type { Toolbox } from '../tools/toolbox.ts'
import type { ReadRecord } from './journal.ts'

/** What the calls of one execution are made with: its toolbox, limits and identity. */
export interface CallPlan {
  readonly executionId: string
  readonly toolbox: Toolbox
  readonly limits: Limits
  readonly sessionId: string | undefined
  readonly caller: string
  readonly metadata: Readonly<Record<string, unknown>> | undefined
  readonly createdAtMs: number
  readonly traceparent?: string | undefined
}

/** Receives what the calls of an execution report. */
export interface CallsListener {
  readonly onLimit: (limit: LimitName, message: string) => void
  readonly onStuck: (error: ExecutionError) => void
  /** A write that has to be durable before anything more happens has failed. */
  readonly onFault: (error: unknown) => void
  /** Something was journaled that a parked guest may wait for. */
  readonly onSettled: () => void
  readonly onProgram: (program: CompiledProgram) => void
}

/** The state of the calls that an earlier process has left. */
export interface RestoredCalls {
  readonly records: readonly ReadRecord[]
  readonly approvals: readonly CallApproval[]
}
