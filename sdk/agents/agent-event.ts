/** The events of a run, as `agent.stream(task)` yields them. */

import type { ExecutionEvent } from '../../protocol/execution/events.ts'
import type { Language } from '../../protocol/execution/execution.ts'
import type { ReplyEvent } from './ask-model.ts'
import type { ModelToolCall, TokenUsage } from './model.ts'
import type { ActionStep, AgentStep, PlanningStep } from './step.ts'

/** Tokens of all replies of a run, and the number of replies. */
export interface RunUsage extends TokenUsage {
  readonly modelCalls: number
}

/** How a run ended. */
export interface AgentResult {
  readonly output: unknown
  /** `max-steps`: the step limit forced the answer; no check has seen it. */
  readonly state: 'completed' | 'max-steps'
  /** The steps of this run. */
  readonly steps: readonly AgentStep[]
  readonly usage: RunUsage
  readonly durationMs: number
}

/** The model has replied, and its requests begin. */
export type ActionStarted =
  | {
      readonly type: 'action-started'
      readonly number: number
      readonly thought: string
      readonly action: 'program'
      readonly source: string
      readonly language: Language
    }
  | {
      readonly type: 'action-started'
      readonly number: number
      readonly thought: string
      readonly action: 'tool-calls'
      readonly calls: readonly ModelToolCall[]
    }

/** An event of a run. `final-answer` is last. */
export type AgentEvent =
  | ReplyEvent
  | PlanningStep
  | ActionStarted
  /** Logs, calls and approvals of the program that runs, as they happen. */
  | { readonly type: 'execution-event'; readonly number: number; readonly event: ExecutionEvent }
  | ActionStep
  | ({ readonly type: 'final-answer' } & AgentResult)
