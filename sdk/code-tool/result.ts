/** A program's result for the model. Everything here is plain JSON. */

import type { Approval } from '../../protocol/approval.ts'
import type { ErrorCode } from '../../protocol/errors.ts'
import type { Diagnostic, ExecutionError } from '../../protocol/execution/execution.ts'
import type { Outcome } from '../../protocol/execution/executor.ts'
import { shorten } from '../shorten.ts'

/** Bounds on the texts for the model. */
export interface ResultBounds {
  readonly maxOutputChars: number
  readonly maxLogChars: number
}

/** A call that waits for a person. */
export interface AskedApproval {
  readonly approvalId: string
  readonly tool: string
  /** The input of the call; absent when the token may not read approvals. */
  readonly input?: unknown
  /** The question for the person. */
  readonly question: string
}

/** The error of a program that did not complete: its own error, its place and its repair. */
export type ToldError = Omit<ExecutionError, 'stack'>

interface Told {
  readonly executionId: string
  /** The console text, shortened. */
  readonly logs: string
  /** The findings of the type check, when the tool was made with `typecheck` and there are any. */
  readonly diagnostics?: readonly Diagnostic[]
}

/** The result of one call of the code tool. */
export type CodeToolResult =
  | (Told & {
      readonly status: 'completed'
      /** The output's plain JSON form; its shortened text when it is too long. */
      readonly output: unknown
      /** The output as an inspection prints it, when the JSON form loses something. */
      readonly outputText?: string
      readonly isFinalAnswer: boolean
    })
  | (Told & { readonly status: 'failed' | 'cancelled' | 'stuck'; readonly error: ToldError })
  /** It waits for a decision of a person; the next call with its id goes on. */
  | (Told & {
      readonly status: 'waiting'
      /** The first of `approvals`. */
      readonly approvalId: string
      readonly approvals: readonly AskedApproval[]
      readonly hint: string
    })
  /** It took longer than `waitMs`; the next call with its id goes on. */
  | (Told & { readonly status: 'running' | 'queued'; readonly hint: string })
  /** Nothing was run. */
  | {
      readonly status: 'refused'
      readonly error: { readonly code: ErrorCode; readonly message: string }
    }

/** The result of an outcome. @param asked its questions, when it waits for a person */
export function resultOf(
  outcome: Outcome,
  asked: readonly AskedApproval[],
  bounds: ResultBounds,
): CodeToolResult {
  const { executionId, logText, diagnostics } = outcome
  const told: Told = {
    ...(diagnostics && { diagnostics }),
    executionId,
    logs: shorten(logText, bounds.maxLogChars),
  }
  if (outcome.status === 'completed') {
    return {
      status: 'completed',
      ...outputOf(outcome, bounds.maxOutputChars),
      isFinalAnswer: outcome.isFinalAnswer,
      ...told,
    }
  }
  if ('error' in outcome) {
    const { stack, ...error } = outcome.error
    return { status: outcome.status, error, ...told }
  }
  const [first] = asked
  if (first !== undefined) {
    const { approvalId } = first
    const hint = `A person has to decide first: tell them. Once they have, call again with {"executionId": "${executionId}"}; do not send the program again.`
    return { status: 'waiting', approvalId, approvals: asked, hint, ...told }
  }
  // An execution that waits for an instant goes on by itself, as a running one does.
  const status = outcome.status === 'queued' ? 'queued' : 'running'
  const hint = `It goes on: call again with {"executionId": "${executionId}"} for its result; do not send the program again.`
  return { status, hint, ...told }
}

function outputOf(
  { outputForms }: Outcome,
  maxChars: number,
): { output: unknown; outputText?: string } {
  const { value = null, text = '', exact = true } = outputForms ?? {}
  const plain = typeof value === 'string' ? value : JSON.stringify(value)
  if (plain.length > maxChars) return { output: shorten(exact ? plain : text, maxChars) }
  return { output: value, ...(exact ? {} : { outputText: shorten(text, maxChars) }) }
}

/** An approval as an app shows it. */
export function askedApproval({ approvalId, tool, input }: Approval): AskedApproval {
  return { approvalId, tool, input, question: questionOf(tool, input) }
}

/** Longest question for an app: a person reads it. */
const MAX_QUESTION_CHARS = 2000

function questionOf(tool: string, input: unknown): string {
  const { question, action } = (input ?? {}) as { question?: unknown; action?: unknown }
  const asked = tool === 'ask_human' ? question : tool === 'human_approval' ? action : undefined
  const text = typeof asked === 'string' ? asked : `${tool} ${JSON.stringify(input)}`
  return shorten(text, MAX_QUESTION_CHARS)
}
