/** The answer to a call of `run_program` or `wait`: what has become of the program, for a model. */

import type { CallToolResult, ContentBlock } from '@modelcontextprotocol/server'
import { DEFAULT_ANSWER_TOKENS } from '../../../protocol/answer/bounded-text.ts'
import type { Outcome } from '../../../protocol/execution/executor.ts'
import { imagesOf } from '../../../sdk/code-tool/images.ts'
import { type AskedApproval, type CodeToolResult, resultOf } from '../../../sdk/code-tool/result.ts'
import type { Latchd } from '../../../sdk/latchd.ts'

/** A model gets at most so many tokens of an answer. */
export const MAX_ANSWER_TOKENS = DEFAULT_ANSWER_TOKENS
/** URIs of files as resources. */
export const FILES = 'latchd://files/'

/**
 * An answer about an execution.
 *
 * @param asked its questions, when it waits for a person
 * @param faults what is wrong with the answers to its questions: with some, the answer is an error
 */
export async function answerOf(
  client: Latchd,
  outcome: Outcome,
  asked: readonly AskedApproval[],
  faults: readonly string[] = [],
): Promise<CallToolResult> {
  const shown = resultOf(outcome, asked, {
    maxAnswerTokens: MAX_ANSWER_TOKENS,
    maxOutputChars: Number.POSITIVE_INFINITY,
    maxLogChars: Number.POSITIVE_INFINITY,
    keepsValue: false,
    restHint: (executionId, from, to) =>
      `read_output(${JSON.stringify({ executionId, from, to })}) reads them`,
  })
  const isUnread = faults.length > 0
  const refused = { error: { code: 'INVALID_REQUEST', message: faults.join('; ') } }
  const isError = shown.status === 'failed' || shown.status === 'stuck' || isUnread
  const result = toolResult({ ...(isUnread && refused), ...shown, ...nextStep(shown) }, isError)
  return { ...result, content: [...result.content, ...(await fileBlocks(client, shown))] }
}

/** A result whose text is the JSON of its structured content. */
export function toolResult(value: object, isError = false): CallToolResult {
  const text = JSON.stringify(value)
  return {
    content: [{ type: 'text', text }],
    structuredContent: JSON.parse(text),
    ...(isError && { isError: true }),
  }
}

/** A result that is an error in words. */
export function failure(code: string, message: string): CallToolResult {
  return toolResult({ status: 'refused', error: { code, message } }, true)
}

/** What the program gave out: images to look at, and a link to each file. */
async function fileBlocks(client: Latchd, shown: CodeToolResult): Promise<ContentBlock[]> {
  const files = 'files' in shown ? (shown.files ?? []) : []
  if (files.length === 0) return []
  const images = await imagesOf(shown, client.files, {})
  return [
    ...images.map(({ type, data }) => ({ type: 'image' as const, mimeType: type, data })),
    ...files.map(({ fileId, name, type, size }) => ({
      type: 'resource_link' as const,
      uri: `${FILES}${fileId}`,
      name,
      size,
      ...(type !== '' && { mimeType: type }),
    })),
  ]
}

/** What the model does next, in the words of these tools. */
function nextStep(shown: CodeToolResult): object {
  if (shown.status === 'waiting') {
    return {
      hint: `A person has to decide first: tell them. Then call wait with {"executionId": "${shown.executionId}"}; do not run the program again.`,
    }
  }
  if (shown.status !== 'running' && shown.status !== 'queued') return {}
  return {
    hint: `It goes on: call wait with {"executionId": "${shown.executionId}"} for its result; do not run the program again.`,
  }
}
