/** Additions to an execution that wait for its next commit. */

import type { CallApproval } from '../../executor/boundary/call-approval.ts'
import type { JournalRecord } from '../../executor/boundary/journal-record.ts'
import type { StoredEvent } from '../../executor/store/stored-event.ts'
import type { WebhookMessage } from '../store/store.ts'

/** The additions of the next commit of an execution. */
export interface HeldAddition {
  records: JournalRecord[]
  events: StoredEvent[]
  approvals: CallApproval[]
  webhooks: WebhookMessage[]
  program?: string
}

/** Nothing to write yet. */
export const nothing = (): HeldAddition => ({
  records: [],
  events: [],
  approvals: [],
  webhooks: [],
})

/** Whether there is nothing to write. */
export function isNothing({ records, events, approvals, program }: HeldAddition): boolean {
  return records.length + events.length + approvals.length === 0 && program === undefined
}
