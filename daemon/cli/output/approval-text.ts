/** Approvals as people read them. */

import type { Approval } from '../../../protocol/approval.ts'

/** The question: the tool with its input. */
export function askedText({ tool, input }: Approval): string {
  return `${tool} ${JSON.stringify(input)}`
}

/** Whether the answer is text. */
export function isQuestion({ tool }: Approval): boolean {
  return tool === 'ask_human'
}

/** The decision with its reason and the token that decided. */
export function decidedText({ status, decidedBy, reason, answer }: Approval): string {
  const by = decidedBy === undefined ? '' : ` by ${decidedBy}`
  const said = answer ?? reason
  return `${status}${by}${said === undefined ? '' : `: ${said}`}`
}
