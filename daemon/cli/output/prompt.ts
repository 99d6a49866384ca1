/** Asks the person at the terminal, one question at a time. */

import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import type { Approval, Decision } from '../../../protocol/approval.ts'
import type { AskPerson, Output } from '../../lifecycle/terminal.ts'
import { isQuestion } from './approval-text.ts'

/** Asks on a terminal. Signals stay with the process, since the terminal's line mode stays on. */
export function askOn(input: Readable, output: Output): AskPerson {
  let lines: AsyncIterator<string> | undefined
  return async question => {
    output.write(question)
    lines ??= createInterface({ input, terminal: false })[Symbol.asyncIterator]()
    const { done, value } = await lines.next()
    return done ? undefined : value
  }
}

/** Asks a person to decide. */
export async function askDecision(approval: Approval, ask: AskPerson): Promise<Decision> {
  if (isQuestion(approval)) {
    const answer = await ask('Answer: ')
    return answer === undefined ? unanswered : { decision: 'approve', answer }
  }
  for (;;) {
    const line = await ask('Approve? y, or n with a reason: ')
    if (line === undefined) return unanswered
    if (/^\s*y(es)?\s*$/i.test(line)) return { decision: 'approve' }
    const [, reason] = /^\s*no?\b[\s:,]*(.*?)\s*$/i.exec(line) ?? []
    if (reason !== undefined) return { decision: 'reject', ...(reason !== '' && { reason }) }
  }
}

const unanswered: Decision = { decision: 'reject', reason: 'nobody answered' }
