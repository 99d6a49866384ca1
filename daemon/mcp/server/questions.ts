/** Approvals as questions to the person at an MCP host, and the person's answers as decisions. */

import type { ElicitRequestFormParams } from '@modelcontextprotocol/server'
import { LatchdError } from '../../../protocol/errors.ts'
import { isRecord } from '../../../protocol/tool/schema.ts'
import type { AskedApproval } from '../../../sdk/code-tool/result.ts'
import type { Latchd } from '../../../sdk/latchd.ts'

/** The tool whose approval is an answer in words. */
const QUESTION_TOOL = 'ask_human'

/** The form that a person fills in for an approval. */
export function questionOf({ tool, question }: AskedApproval): ElicitRequestFormParams {
  if (tool === QUESTION_TOOL) {
    return {
      mode: 'form',
      message: question,
      requestedSchema: {
        type: 'object',
        properties: { answer: { type: 'string', title: 'Answer' } },
        required: ['answer'],
      },
    }
  }
  return {
    mode: 'form',
    message: `Approve ${tool}? ${question}`,
    requestedSchema: {
      type: 'object',
      properties: {
        decision: { type: 'string', title: 'Decision', enum: ['approve', 'reject'] },
        reason: { type: 'string', title: 'Reason', description: 'The program gets it' },
      },
      required: ['decision'],
    },
  }
}

/** The answers of a person, by approval. They come from a client, and are not checked yet. */
export type Answers = Readonly<Record<string, unknown>>

/**
 * Decides approvals by the answers to their questions.
 *
 * A question that was dismissed stays open. One that was answered meanwhile keeps its answer.
 *
 * @returns whether one of them was dismissed
 * @throws {LatchdError} `FORBIDDEN` for a caller that may not decide
 */
export async function decide(
  { approvals }: Latchd,
  asked: readonly AskedApproval[],
  answers: Answers,
): Promise<boolean> {
  let isDismissed = false
  for (const { approvalId, tool } of asked) {
    const given = answers[approvalId]
    if (!isRecord(given)) continue
    const { action } = given
    const content = isRecord(given.content) ? given.content : {}
    const reason =
      typeof content.reason === 'string' && content.reason !== '' ? content.reason : undefined
    if (action !== 'accept' && action !== 'decline') {
      isDismissed = true
      continue
    }
    const isRejected =
      action === 'decline' || content.decision === 'reject' || content.approve === false
    await once(
      isRejected
        ? approvals.reject(approvalId, { reason: reason ?? 'declined' })
        : approvals.approve(approvalId, {
            ...(reason !== undefined && { reason }),
            ...(tool === QUESTION_TOOL && { answer: String(content.answer ?? '') }),
          }),
    )
  }
  return isDismissed
}

async function once(decision: Promise<unknown>): Promise<void> {
  try {
    await decision
  } catch (error) {
    // Another decision was first, or its time is over: the program shows what has become of it.
    const isOver =
      error instanceof LatchdError && ['ALREADY_DECIDED', 'NOT_FOUND'].includes(error.code)
    if (!isOver) throw error
  }
}
