/** Reads decisions, checks them against their calls, and writes them into the approvals. */

import { isDeepStrictEqual } from 'node:util'
import type { ApprovalStatus, Decision } from '../../protocol/approval.ts'
import { LatchdError } from '../../protocol/errors.ts'
import type { Tool } from '../../protocol/tool/tool.ts'
import { namedFiles } from '../../protocol/values/file-inputs.ts'
import { encodeValue } from '../../protocol/values/values.ts'
import type { CallApproval } from '../boundary/call-approval.ts'
import { invalidRequest } from '../boundary/invalid-request.ts'
import { rememberKey } from '../boundary/remembered-tool.ts'

/** A decision with its author and its time. */
export interface DecidedBy {
  readonly status: Exclude<ApprovalStatus, 'pending'>
  readonly reason?: string
  readonly answer?: string
  readonly decidedBy?: string
  readonly decidedAtMs: number
  /** Replaces the call's input: its plain form, and encoded. */
  readonly input?: { readonly plain: unknown; readonly encoded: string }
  readonly remember?: 'session'
  /** With `remember`: what is remembered, see `executor/boundary/remembered-tool.ts`. */
  readonly rememberAs?: string
}

/**
 * Reads a decision about a call.
 *
 * @param tool the tool of the call
 * @throws {LatchdError} `INVALID_REQUEST` for arguments that do not fit the tool, and for a
 *   question that is approved without an answer
 */
export async function readDecision(
  { decision, reason, args, answer, remember }: Decision,
  tool: Tool,
  decidedBy: string,
  now: () => number = Date.now,
): Promise<DecidedBy> {
  requireFitting({ decision, reason, args, answer, remember }, tool)
  const text = answer ?? (tool.answer !== undefined && typeof args === 'string' ? args : undefined)
  const isEdited = decision === 'approve' && args !== undefined && tool.answer === undefined
  const input = isEdited ? await readArgs(args, tool) : undefined
  return {
    status: decision === 'approve' ? 'approved' : 'rejected',
    decidedBy,
    // After the arguments were checked, which may take its time.
    decidedAtMs: now(),
    ...(reason !== undefined && { reason }),
    ...(text !== undefined && { answer: text }),
    ...(input && { input }),
    ...(remember !== undefined && { remember, rememberAs: rememberKey(tool) }),
  }
}

/** @throws {LatchdError} `INVALID_REQUEST` for a decision that the call can do nothing with */
function requireFitting({ decision, reason, args, answer }: Decision, tool: Tool): void {
  if (decision !== 'approve' || tool.answer === undefined) return
  const isAnswer = tool.needsAnswer && typeof args === 'string'
  if (args !== undefined && !isAnswer) {
    throw invalidRequest(`Cannot call ${tool.name} with these args`, [
      {
        pointer: '/args',
        detail: 'it calls nothing: it only asks, and what is asked stays as it is',
      },
    ])
  }
  if (tool.needsAnswer && (answer ?? reason ?? args) === undefined) {
    throw invalidRequest(`Cannot approve ${tool.name}: it asks a question`, [
      { pointer: '/answer', detail: 'the answer as text is expected' },
    ])
  }
}

async function readArgs(args: unknown, tool: Tool): Promise<NonNullable<DecidedBy['input']>> {
  // Files are opened for the call, and the whole is checked there.
  const namesFiles = JSON.stringify(args)?.includes('"$file"') === true
  const validation = namesFiles ? undefined : await tool.validateInput?.(args)
  if (validation?.ok === false) {
    const problems = validation.problems.map(({ path, message }) => ({
      pointer: `/args${path === '' ? '' : `/${path.replaceAll('.', '/')}`}`,
      detail: message,
    }))
    throw invalidRequest(`Cannot call ${tool.name} with these args`, problems)
  }
  if (tool.inputForm === 'list' && !Array.isArray(args)) {
    throw invalidRequest(`Cannot call ${tool.name} with these args`, [
      { pointer: '/args', detail: 'a list of its positional arguments is expected' },
    ])
  }
  const whole = namesFiles ? namedFiles(args) : args
  const form = tool.inputForm === 'value' ? [whole] : whole
  return { plain: args, encoded: encodeValue(form, 'args') }
}

/** The approval of an expired wait. */
export const expired = (decidedAtMs = Date.now()): DecidedBy => ({ status: 'expired', decidedAtMs })

/** Whether a pending approval has expired, so that it takes no decision of a person any more. */
export function isTimedOut({ approval }: CallApproval, nowMs: number): boolean {
  return approval.status === 'pending' && approval.expiresAtMs <= nowMs
}

/** An approval as a decision leaves it. */
export function decide(asked: CallApproval, decided: DecidedBy): CallApproval {
  const { status, reason, answer, decidedBy, decidedAtMs, input, remember, rememberAs } = decided
  // A rejection holds for this call alone, and is not remembered.
  const isToBeRemembered = remember === 'session' && status === 'approved'
  return {
    ...asked,
    approval: {
      ...asked.approval,
      status,
      decidedAtMs,
      ...(reason !== undefined && { reason }),
      ...(answer !== undefined && { answer }),
      ...(decidedBy !== undefined && { decidedBy }),
      ...(input && { input: input.plain, originalInput: asked.approval.input }),
    },
    encodedInput: input?.encoded ?? asked.encodedInput,
    isRemembered: isToBeRemembered,
    ...(isToBeRemembered && rememberAs !== undefined && { rememberAs }),
    ...(input && { isEdited: true }),
  }
}

/**
 * Checks that an approval that was decided before was decided the same way.
 *
 * @throws {LatchdError} `ALREADY_DECIDED` when it was not
 */
export function requireSame({ approval, isEdited }: CallApproval, decided: DecidedBy): void {
  const { status, answer, input } = approval
  // A decision with the call's own arguments does not replace them.
  const hasSameInput =
    decided.input === undefined ? isEdited !== true : isDeepStrictEqual(input, decided.input.plain)
  if (status === decided.status && answer === decided.answer && hasSameInput) return
  const by = approval.decidedBy === undefined ? '' : ` by ${approval.decidedBy}`
  const how =
    isEdited === true && status === decided.status ? `${status} with other arguments` : status
  throw new LatchdError(
    'ALREADY_DECIDED',
    `Cannot decide ${approval.approvalId}: it was ${how}${by} already`,
  )
}
