import { STREAM, THROWN } from '../../protocol/values/value-format.ts'
import type { CallOutcome } from '../tools/call-outcome.ts'

/** A reply as the guest reads it: see `protocol/values/value-format.ts`. @param id of a call */
export function replyText(id: number, outcome: CallOutcome): string {
  switch (outcome.kind) {
    case 'value':
      return outcome.text
    case 'stream':
      return `${STREAM}${id}`
    case 'thrown':
      return THROWN + JSON.stringify(outcome.thrown)
  }
}
