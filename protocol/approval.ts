/** Approvals: calls that wait for a person, and what the person decided. */

import { z } from 'zod'

/**
 * How an approval stands. `expired`: its time passed, or its execution ended, before a decision.
 */
export const ApprovalStatus = z.enum(['pending', 'approved', 'rejected', 'expired'])
export type ApprovalStatus = z.infer<typeof ApprovalStatus>

/** A call that waits for a person, or waited. */
export const Approval = z
  .strictObject({
    approvalId: z.string(),
    executionId: z.string(),
    callId: z.string(),
    sessionId: z.string().optional(),
    tool: z.string(),
    input: z.unknown().describe("The call's input in plain JSON; edited when the decision said so"),
    originalInput: z
      .unknown()
      .optional()
      .describe('What the program asked for, when the decision has replaced it'),
    status: ApprovalStatus,
    reason: z.string().optional(),
    answer: z.string().optional().describe('What a person answered to `ask_human`'),
    decidedBy: z.string().optional().describe('Name of the token that decided'),
    createdAtMs: z.number(),
    expiresAtMs: z.number(),
    decidedAtMs: z.number().optional(),
  })
  .meta({ id: 'Approval' })
export type Approval = z.infer<typeof Approval>

/** The body of `POST /v1/approvals/{id}`, and the result of `onApproval`. */
export const Decision = z
  .strictObject({
    decision: z.enum(['approve', 'reject']),
    reason: z.string().max(65_536).optional().describe('Told to the program'),
    args: z
      .unknown()
      .optional()
      .describe("Replaces the call's input, held against the tool's schema"),
    answer: z
      .string()
      .optional()
      .describe('The answer to `ask_human`; `reason` is taken when it is absent'),
    remember: z
      .literal('session')
      .optional()
      .describe(
        'With `approve`: the same tool, taking the same, is not asked for again in this session',
      ),
  })
  .meta({ id: 'Decision' })
export type Decision = z.infer<typeof Decision>
