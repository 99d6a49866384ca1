/** The approvals of `latchd run` and `latchd agent`. */

import type { Decision } from '../../../protocol/approval.ts'
import type { OnApproval } from '../../../protocol/execution/executor.ts'
import type { AskPerson } from '../../lifecycle/terminal.ts'
import { askDecision } from '../output/prompt.ts'
import type { RunOutput } from '../output/run-output.ts'

/**
 * Answers approvals in this process: the person at the terminal decides, one approval after the
 * other. Without a terminal the answer is a rejection, since no person could ever decide.
 */
export function answerHere(
  ask: AskPerson | undefined,
  output: Pick<RunOutput, 'asking'>,
): OnApproval {
  if (ask === undefined) return () => nobodyHere
  let last: Promise<unknown> = Promise.resolve()
  return approval => {
    const decision = last.then(() => output.asking(approval, () => askDecision(approval, ask)))
    last = decision.catch(() => {
      // The caller gets the error; the next question does not depend on it.
    })
    return decision
  }
}

const nobodyHere: Decision = {
  decision: 'reject',
  reason: 'nobody can be asked: run it at a terminal, or on a daemon by --url',
}
