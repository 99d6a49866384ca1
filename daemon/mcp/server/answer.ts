/** The answer to a call of `run_program` or `wait`: what has become of the program, for a model. */

import type { CallToolResult } from '@modelcontextprotocol/server'
import type { Outcome } from '../../../protocol/execution/executor.ts'
import { type AskedApproval, type CodeToolResult, resultOf } from '../../../sdk/code-tool/result.ts'
import { BYTES_PER_TOKEN, boundedText } from './bounded-text.ts'

/** A model gets at most so many tokens of an answer. */
export const MAX_ANSWER_TOKENS = 10_000

/** Shares of an answer; the rest is for what is around them. */
const OUTPUT_BYTES = MAX_ANSWER_TOKENS * BYTES_PER_TOKEN * 0.7
const LOG_BYTES = MAX_ANSWER_TOKENS * BYTES_PER_TOKEN * 0.15
const ERROR_BYTES = MAX_ANSWER_TOKENS * BYTES_PER_TOKEN * 0.04

const unbounded = {
  maxAnswerTokens: Number.POSITIVE_INFINITY,
  keepsValue: false,
  maxOutputChars: Number.POSITIVE_INFINITY,
  maxLogChars: Number.POSITIVE_INFINITY,
}

/** The parts of an execution that are read in pieces. */
export type ReadPart = 'output' | 'logs'

/** An answer about an execution. @param asked its questions, when it waits for a person */
export function answerOf(outcome: Outcome, asked: readonly AskedApproval[]): CallToolResult {
  const told = resultOf(outcome, asked, unbounded)
  const isError = told.status === 'failed' || told.status === 'stuck'
  return toolResult({ ...bounded(told, outcome), ...nextStep(told) }, isError)
}

/** A result whose text is the JSON of its structured content. */
export function toolResult(value: object, isError = false): CallToolResult {
  const structuredContent = JSON.parse(JSON.stringify(value))
  return {
    content: [{ type: 'text', text: JSON.stringify(structuredContent) }],
    structuredContent,
    ...(isError && { isError: true }),
  }
}

/** A result that is an error in words. */
export function failure(code: string, message: string): CallToolResult {
  return toolResult({ status: 'refused', error: { code, message } }, true)
}

/** The text of a part of an execution, as it is read in pieces. */
export function partOf(outcome: Outcome, part: ReadPart): string {
  if (part === 'logs') return outcome.logText
  const { value = null, text = '', exact = true } = outcome.outputForms ?? {}
  if (typeof value === 'string') return value
  return exact ? JSON.stringify(value) : text
}

function bounded(told: CodeToolResult, outcome: Outcome): object {
  if (told.status === 'refused') return told
  const { executionId } = told
  const cut = (part: ReadPart, maxBytes: number) => {
    const text = partOf(outcome, part)
    return boundedText(
      text,
      maxBytes,
      (from, to) =>
        `${to - from} characters left out: read_output(${JSON.stringify({ executionId, ...(part === 'logs' && { part }), from, to })})`,
    )
  }
  const logs = cut('logs', LOG_BYTES)
  if (told.status === 'completed') {
    const whole = partOf(outcome, 'output')
    const output = cut('output', OUTPUT_BYTES)
    const { outputText, ...rest } = told
    return {
      ...rest,
      // A value that fits stays a value.
      ...(output === whole ? { output: told.output } : { output }),
      ...(outputText !== undefined && output === whole && { outputText: short(outputText) }),
      logs,
    }
  }
  if ('error' in told) {
    const error = Object.fromEntries(
      Object.entries(told.error).map(([key, value]) => [
        key,
        typeof value === 'string' ? short(value) : value,
      ]),
    )
    return { ...told, error, logs }
  }
  return { ...told, logs }
}

const short = (text: string) =>
  boundedText(text, ERROR_BYTES, (from, to) => `${to - from} characters left out`)

/** What the model does next, in the words of these tools. */
function nextStep(told: CodeToolResult): object {
  if (told.status === 'waiting') {
    return {
      hint: `A person has to decide first: tell them. Then call wait with {"executionId": "${told.executionId}"}; do not run the program again.`,
    }
  }
  if (told.status !== 'running' && told.status !== 'queued') return {}
  return {
    hint: `It goes on: call wait with {"executionId": "${told.executionId}"} for its result; do not run the program again.`,
  }
}
