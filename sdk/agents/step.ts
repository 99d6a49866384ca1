/** What an agent has done, step by step: what its memory holds and its events tell. */

import type { CallRecord, ExecutionError, Language } from '../../protocol/execution/execution.ts'
import type { TokenUsage } from './model.ts'

/** What the agent was asked for. */
export interface TaskStep {
  readonly type: 'task-step'
  readonly task: string
  /** What the model is told beside the task: its inputs, and what of earlier runs is gone. */
  readonly notes: readonly string[]
}

interface ModelStep {
  /** What the model wrote, whole. */
  readonly reply: string
  /** Epoch milliseconds. */
  readonly startedAtMs: number
  /** Time of the model and of what it asked for. */
  readonly durationMs: number
  /** Absent when the service does not tell. */
  readonly usage?: TokenUsage
}

/** The model wrote down facts and a plan; `reply` is the plan. */
export interface PlanningStep extends ModelStep {
  readonly type: 'planning-step'
}

interface ActionFields extends ModelStep {
  readonly type: 'action-step'
  /** From 1 in each run. */
  readonly number: number
  /** What the model wrote before what it wanted done. */
  readonly thought: string
  /** What the model is told of how it went. */
  readonly observation: string
  /** Whether `output` is the answer of the run. */
  readonly isFinalAnswer: boolean
  /** Value of the program, or the final answer; absent when there is none. */
  readonly output?: unknown
}

/** A program was run; `calls` are those that it made. */
export interface ProgramStep extends ActionFields {
  readonly action: 'program'
  readonly source: string
  readonly language: Language
  readonly logs: string
  readonly calls: readonly CallRecord[]
  /** Absent when the executor refused the program before it ran. */
  readonly executionId?: string
  /** Why the program has no output. */
  readonly error?: Pick<ExecutionError, 'name' | 'message'> & { readonly code: string }
}

/** A tool call of the model's own, answered. */
export interface AnsweredCall {
  readonly callId: string
  /** As the model named it. */
  readonly name: string
  readonly argumentsText: string
  readonly status: 'completed' | 'failed'
  /** The value, or the error, as the model is told of it. */
  readonly answer: string
}

/** The model called tools. */
export interface ToolCallsStep extends ActionFields {
  readonly action: 'tool-calls'
  readonly calls: readonly AnsweredCall[]
}

/** The reply asked for nothing that could be done; `observation` says why. */
export interface EmptyStep extends ActionFields {
  readonly action: 'none'
}

export type ActionStep = ProgramStep | ToolCallsStep | EmptyStep

/** At the step limit the model was asked for its answer once more; `reply` is the answer. */
export interface ForcedAnswerStep extends ModelStep {
  readonly type: 'forced-answer-step'
}

export type AgentStep = TaskStep | PlanningStep | ActionStep | ForcedAnswerStep
