/** Who decides the approvals of `latchd run` and `latchd agent`. */

import type { Decision } from '../../../protocol/approval.ts'
import type { OnApproval } from '../../../protocol/execution/executor.ts'
import type { AskPerson } from '../../lifecycle/terminal.ts'
import { askDecision } from '../output/prompt.ts'
import type { RunOutput } from '../output/run-output.ts'

/**
 * Answers approvals in this process: by the person at the terminal, one after the other. Without one
 * nobody could ever answer, so the answer is no.
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
      // Told to whoever asked; the next question is another matter.
    })
    return decision
  }
}

const nobodyHere: Decision = {
  decision: 'reject',
  reason: 'nobody can be asked: run it at a terminal, or on a daemon by --url',
}
