/** A program's result for the model. Everything here is plain JSON. */

import { answerParts, boundedParts, type TextPart } from '../../protocol/answer/answer-text.ts'
import { BYTES_PER_TOKEN, boundedText, bytesOf, fits } from '../../protocol/answer/bounded-text.ts'
import type { Approval } from '../../protocol/approval.ts'
import type { ErrorCode } from '../../protocol/errors.ts'
import type { Diagnostic, EmittedFile, ExecutionError } from '../../protocol/execution/execution.ts'
import type { Outcome } from '../../protocol/execution/executor.ts'
import { shorten } from '../shorten.ts'

/** Bounds on the texts for the model. */
export interface ResultBounds {
  /** Tokens of the whole result as JSON, images left out. */
  readonly maxAnswerTokens: number
  readonly maxOutputChars: number
  readonly maxLogChars: number
  /** Whether the value of a program stays in `_` for the next one. */
  readonly keepsValue: boolean
  /** Says how to read a part that is left out; absent: by the code tool itself. */
  readonly restHint?: (executionId: string, from: number, to: number) => string
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
  /** The files that the program gave out, at most 50; absent: none. Images are beside the result. */
  readonly files?: readonly EmittedFile[]
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
  | (Told & {
      readonly status: 'failed' | 'cancelled' | 'stuck'
      readonly error: ToldError
    })
  /** The execution waits for a decision of a person; the next call with its id goes on. */
  | (Told & {
      readonly status: 'waiting'
      /** The first of `approvals`. */
      readonly approvalId: string
      readonly approvals: readonly AskedApproval[]
      readonly hint: string
    })
  /** The execution took longer than `waitMs`; the next call with its id goes on. */
  | (Told & { readonly status: 'running' | 'queued'; readonly hint: string })
  /** The part of an earlier result that was asked for. */
  | (TextPart & { readonly status: 'read'; readonly executionId: string })
  /** Nothing was run. */
  | {
      readonly status: 'refused'
      readonly error: { readonly code: ErrorCode; readonly message: string }
    }

/** Files that a result names. */
const MAX_FILES = 50
/** Shares of the result: a message, a frame, what the type check found, each question. */
const PART = 1 / 5

/** The result of an outcome. @param asked its questions, when it waits for a person */
export function resultOf(
  outcome: Outcome,
  asked: readonly AskedApproval[],
  bounds: ResultBounds,
): CodeToolResult {
  const maxBytes = bounds.maxAnswerTokens * BYTES_PER_TOKEN
  const parts = answerParts(outcome)
  const rest = outcome.status === 'completed' ? {} : endOf(outcome, asked, maxBytes * PART)
  const emitted = outcome.files
    .slice(0, MAX_FILES)
    .map(({ fileId, name, type, size }) => ({ fileId, name, type, size }))
  const files = firstThatFit(emitted, maxBytes * PART)
  const diagnostics = firstThatFit(outcome.diagnostics ?? [], maxBytes * PART)
  const about = {
    ...(diagnostics.length > 0 && { diagnostics }),
    executionId: outcome.executionId,
    ...(files.length > 0 && { files }),
  }
  const isCompleted = outcome.status === 'completed'
  // The bytes of the result without the two texts, but with the names of their fields.
  const beside = bytesOf(JSON.stringify({ ...rest, ...about })) + FIELD_BYTES
  const texts = boundedParts(
    isCompleted ? parts : { ...parts, output: '' },
    Math.max(0, maxBytes - beside),
    { ...bounds, isJson: true },
    (from, to, isOutput) =>
      bounds.restHint?.(outcome.executionId, from, to) ??
      readHint(outcome.executionId, from, to, isOutput && bounds.keepsValue),
  )
  if (outcome.status !== 'completed') return { ...(rest as Ended), ...about, logs: texts.logs }
  const isWhole = texts.output === parts.output
  const { value = null, text, exact } = outcome.outputForms
  // The JSON form beside the text of a value that it loses something of: if there is room for both.
  const isBoth =
    isWhole &&
    fits(JSON.stringify(value), maxBytes - beside - bytesOf(texts.logs, true) - bytesOf(text, true))
  return {
    status: 'completed',
    output: isWhole && (exact || isBoth) ? value : texts.output,
    ...(isBoth && !exact && { outputText: text }),
    isFinalAnswer: outcome.isFinalAnswer,
    ...about,
    logs: texts.logs,
  }
}

/** Whether a result has less than the whole text of its outcome. */
export function isCut(outcome: Outcome, result: CodeToolResult): boolean {
  if (!('logs' in result)) return false
  const parts = answerParts(outcome)
  if (result.logs !== parts.logs) return true
  if (result.status !== 'completed') return false
  return result.output !== parts.output && result.output !== outcome.outputForms?.value
}

/** Names, quotes and commas of the fields with the two texts. */
const FIELD_BYTES = 128

const readHint = (executionId: string, from: number, to: number, isKept: boolean) =>
  `call with {"executionId": "${executionId}", "from": ${from}, "to": ${to}} to read them${isKept ? ', or use the whole value: the next program has it in _' : ''}`

type WithoutTold<Result> = Result extends Told ? Omit<Result, keyof Told> : never
type Ended = WithoutTold<Exclude<CodeToolResult, { status: 'completed' | 'read' | 'refused' }>>

/** The status and what it stands for, without texts that another field has. */
function endOf(
  outcome: Exclude<Outcome, { status: 'completed' }>,
  asked: readonly AskedApproval[],
  maxBytes: number,
): Ended {
  const { executionId } = outcome
  if ('error' in outcome) {
    const { stack, frame, ...error } = outcome.error
    const bounded = { maxBytes, isJson: true }
    const message = boundedText(error.message, bounded)
    const shown = frame === undefined ? {} : { frame: boundedText(frame, bounded) }
    return { status: outcome.status, error: { ...error, message, ...shown } }
  }
  const [first] = asked
  if (first !== undefined) {
    const { approvalId } = first
    const hint = `A person has to decide first: tell them. Once they have, call again with {"executionId": "${executionId}"}; do not send the program again.`
    return { status: 'waiting', approvalId, approvals: shownOf(asked, maxBytes), hint }
  }
  // An execution that waits for an instant goes on by itself, as a running one does.
  const status = outcome.status === 'queued' ? 'queued' : 'running'
  const hint = `It goes on: call again with {"executionId": "${executionId}"} for its result; do not send the program again.`
  return { status, hint }
}

/** The questions, their inputs as long as there is room for. */
function shownOf(asked: readonly AskedApproval[], maxBytes: number): AskedApproval[] {
  const shown: AskedApproval[] = []
  let left = maxBytes
  for (const { input, ...asking } of asked) {
    const question = boundedText(asking.question, { maxBytes: maxBytes / 2, isJson: true })
    const approval = { ...asking, question }
    const text = input === undefined ? '' : JSON.stringify(input)
    const isShown = fits(text, left - bytesOf(JSON.stringify(approval)))
    const one = { ...approval, ...(isShown && input !== undefined && { input }) }
    left -= bytesOf(JSON.stringify(one))
    // The first is shown in any case: a person has to decide it.
    if (left < 0 && shown.length > 0) break
    shown.push(one)
  }
  return shown
}

/** The first of a list that have at most so many bytes as JSON. */
function firstThatFit<Item>(list: readonly Item[], maxBytes: number): Item[] {
  let left = maxBytes
  const end = list.findIndex(item => {
    left -= bytesOf(JSON.stringify(item)) + 1
    return left < 0
  })
  return list.slice(0, end < 0 ? list.length : end)
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
