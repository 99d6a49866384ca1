/** Approvals as questions to the person at an MCP host, and the person's answers as decisions. */

import type { ElicitRequestFormParams, ServerContext } from '@modelcontextprotocol/server'
import { z } from 'zod'
import { LatchdError } from '../../../protocol/errors.ts'
import { isRecord } from '../../../protocol/tool/schema.ts'
import type { AskedApproval } from '../../../sdk/code-tool/result.ts'
import type { Latchd } from '../../../sdk/latchd.ts'

/** The tool whose approval is an answer in words. */
const QUESTION_TOOL = 'ask_human'

const AnswerForm = z.object({ answer: z.string().meta({ title: 'Answer' }) })
const DecisionForm = z.object({
  decision: z.enum(['approve', 'reject']).meta({ title: 'Decision' }),
  reason: z.string().meta({ title: 'Reason', description: 'The program gets it' }).optional(),
})

/** The form that a person fills in for an approval. */
export function questionOf({ tool, question }: AskedApproval): ElicitRequestFormParams {
  return tool === QUESTION_TOOL
    ? { mode: 'form', message: question, requestedSchema: schemaOf(AnswerForm) }
    : {
        mode: 'form',
        message: `Approve ${tool}? ${question}`,
        requestedSchema: schemaOf(DecisionForm),
      }
}

function schemaOf(form: z.ZodType): ElicitRequestFormParams['requestedSchema'] {
  const { $schema: _, ...schema } = z.toJSONSchema(form, { io: 'input' })
  return schema as ElicitRequestFormParams['requestedSchema']
}

/** The answers of a person, by approval. They come from a client, and are not checked yet. */
export type Answers = Readonly<Record<string, unknown>>

/** The answers that came with a request, also those that the library does not read. */
export function answersOf({ mcpReq }: ServerContext): Answers {
  const unread = (mcpReq.droppedInputResponseKeys ?? []).map(approvalId => [approvalId, undefined])
  return { ...Object.fromEntries(unread), ...mcpReq.inputResponses }
}

/** What answers have left open. */
export interface Decided {
  /** Whether a question was dismissed. */
  readonly isDismissed: boolean
  /** What is wrong with the answers that are no answers to their questions; in most cases none. */
  readonly faults: readonly string[]
}

/** What a person says to a question. */
type PersonsAnswer =
  | {
      readonly kind: 'approved'
      readonly said: { readonly reason?: string; readonly answer?: string }
    }
  | { readonly kind: 'rejected'; readonly reason: string | undefined }
  | { readonly kind: 'dismissed' }
  /** The client sent what the form of the question does not allow. */
  | { readonly kind: 'unfit'; readonly fault: string }

/**
 * Decides approvals by the answers to their questions.
 *
 * A question that was dismissed stays open, and so does one whose answer does not fit its form. One
 * that was answered meanwhile keeps its answer.
 *
 * @throws {LatchdError} `FORBIDDEN` for a caller that may not decide
 */
export async function decide(
  { approvals }: Latchd,
  asked: readonly AskedApproval[],
  answers: Answers,
): Promise<Decided> {
  let isDismissed = false
  const faults: string[] = []
  for (const question of asked) {
    const { approvalId } = question
    if (!Object.hasOwn(answers, approvalId)) continue
    const read = readAnswer(question, answers[approvalId])
    switch (read.kind) {
      case 'approved':
        await once(approvals.approve(approvalId, read.said))
        break
      case 'rejected':
        await once(approvals.reject(approvalId, { reason: read.reason ?? 'declined' }))
        break
      case 'dismissed':
        isDismissed = true
        break
      case 'unfit':
        faults.push(`Cannot decide ${approvalId}: ${read.fault}`)
        break
      default:
        read satisfies never
    }
  }
  return { isDismissed, faults }
}

function readAnswer({ tool }: AskedApproval, given: unknown): PersonsAnswer {
  const { action, content } = isRecord(given) ? given : {}
  if (action === 'cancel') return { kind: 'dismissed' }
  if (action === 'decline') {
    return { kind: 'rejected', reason: reasonOf(isRecord(content) ? content.reason : undefined) }
  }
  if (action !== 'accept') {
    return { kind: 'unfit', fault: 'its answer has none of the actions accept, decline and cancel' }
  }
  if (tool === QUESTION_TOOL) {
    const read = AnswerForm.safeParse(content)
    return read.success ? { kind: 'approved', said: read.data } : unfit(read.error)
  }
  const read = DecisionForm.safeParse(content)
  if (!read.success) return unfit(read.error)
  const reason = reasonOf(read.data.reason)
  return read.data.decision === 'approve'
    ? { kind: 'approved', said: { ...(reason !== undefined && { reason }) } }
    : { kind: 'rejected', reason }
}

/** A form leaves an empty string in a field that was not filled in. */
function reasonOf(given: unknown): string | undefined {
  return typeof given === 'string' && given !== '' ? given : undefined
}

function unfit({ issues }: z.ZodError): PersonsAnswer {
  const problems = issues.map(
    ({ path, message }) => `${['content', ...path].join('.')}: ${message}`,
  )
  return { kind: 'unfit', fault: `its answer does not fit the form; ${problems.join('; ')}` }
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
