/** Tools that only ask a person a question. They return the decision. */

import type { Approval } from '../../../protocol/approval.ts'
import { normalizeTool } from '../../../protocol/tool/normalize.ts'
import type { Tool } from '../../../protocol/tool/tool.ts'

/** `human_approval(action, details?)`: `{approved, by, reason}`; a rejection is an answer too. */
export const humanApprovalTool: Tool = {
  ...normalizeTool({
    name: 'human_approval',
    description:
      'Asks a person to approve an action; waits for the decision, however long. Does not throw when the person says no.',
    inputSchema: {
      type: 'object',
      properties: {
        action: { type: 'string', description: 'What is to be approved' },
        details: { description: 'Whatever helps to decide' },
      },
      required: ['action'],
      additionalProperties: false,
    },
    outputSchema: {
      type: 'object',
      properties: {
        approved: { type: 'boolean' },
        by: { type: ['string', 'null'], description: 'Who decided' },
        reason: { type: ['string', 'null'] },
      },
      required: ['approved', 'by', 'reason'],
    },
    timeoutMs: 'none',
    annotations: { readOnly: true },
    execute: () => null,
  }),
  answer: ({ status, decidedBy, reason }: Approval) =>
    status === 'expired'
      ? { approved: false, by: null, reason: 'expired' }
      : { approved: status === 'approved', by: decidedBy ?? null, reason: reason ?? null },
}

/** `ask_human(question)`: the text that a person answers. Throws when the person refuses. */
export const askHumanTool: Tool = {
  ...normalizeTool({
    name: 'ask_human',
    description: 'Asks a person a question and gives the answer; waits for it, however long.',
    inputSchema: {
      type: 'object',
      properties: { question: { type: 'string' } },
      required: ['question'],
      additionalProperties: false,
    },
    outputSchema: { type: 'string' },
    timeoutMs: 'none',
    annotations: { readOnly: true },
    execute: () => null,
  }),
  needsAnswer: true,
  answer: ({ status, answer, reason }: Approval) =>
    status === 'approved' ? (answer ?? reason ?? '') : undefined,
}
