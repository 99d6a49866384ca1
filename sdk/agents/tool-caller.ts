/** Makes the tool calls of one step. */

import type { AgentEvent } from './agent-event.ts'
import type { AgentRun } from './agent-run.ts'
import type { StepTools } from './agent-tools.ts'

/** A call that can be made. */
export interface PlannedCall {
  readonly callId: string
  /** Exact name of the tool. */
  readonly tool: string
  /** As a program would pass them. */
  readonly args: readonly unknown[]
}

/** How a call ended. */
export type CallAnswer =
  | { readonly ok: true; readonly value: unknown }
  | {
      readonly ok: false
      readonly error: { readonly name: string; readonly message: string; readonly hint?: string }
    }

/** What makes the tool calls of a step. */
export interface ToolCaller {
  /** Makes calls concurrently; returns their answers in the same order. */
  call(
    calls: readonly PlannedCall[],
    run: AgentRun,
    number: number,
    tools: StepTools,
  ): AsyncGenerator<AgentEvent, readonly CallAnswer[], undefined>
}
