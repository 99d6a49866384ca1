/** The steps of an agent, as its memory and its events have them. */

import type { AnswerImage } from '../../protocol/answer/answer-images.ts'
import type { CallRecord, ExecutionError, Language } from '../../protocol/execution/execution.ts'
import type { TokenUsage } from './model.ts'

/** The task of the agent. */
export interface TaskStep {
  readonly type: 'task-step'
  readonly task: string
  /**
   * Notes for the model beside the task: its inputs, and the state of earlier runs that is gone.
   */
  readonly notes: readonly string[]
}

interface ModelStep {
  /** The model's whole text. */
  readonly reply: string
  /** Epoch milliseconds. */
  readonly startedAtMs: number
  /** Time of the model and of its requests. */
  readonly durationMs: number
  /** Absent when the service does not report it. */
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
  /** The model's text before its requests. */
  readonly thought: string
  /** The report to the model on the outcome. */
  readonly observation: string
  /** The images that the model gets with the report; absent: none. Not kept in a saved memory. */
  readonly images?: readonly AnswerImage[]
  /** Whether `output` is the answer of the run. */
  readonly isFinalAnswer: boolean
  /** Value of the program, or the final answer; absent without one. */
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
  /** The value, or the error, as the model reads it. */
  readonly answer: string
}

/** The model called tools. */
export interface ToolCallsStep extends ActionFields {
  readonly action: 'tool-calls'
  readonly calls: readonly AnsweredCall[]
}

/** The reply had no usable request; `observation` says why. */
export interface EmptyStep extends ActionFields {
  readonly action: 'none'
}

/** The model replied, and the agent acted on the reply if it could. */
export type ActionStep = ProgramStep | ToolCallsStep | EmptyStep

/** The step limit forced an answer; `reply` is the answer. */
export interface ForcedAnswerStep extends ModelStep {
  readonly type: 'forced-answer-step'
}

/** Any step of a run. */
export type AgentStep = TaskStep | PlanningStep | ActionStep | ForcedAnswerStep
