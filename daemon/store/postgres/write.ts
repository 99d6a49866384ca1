/** What executions write while they run. */

import type { Addition, Ending, Parking, Submission, SubmitMode } from '../store.ts'

interface OfOwner {
  readonly executionId: string
  readonly epoch: number
}

/** One write of an execution. */
export type Write =
  | { readonly kind: 'submit'; readonly submission: Submission; readonly mode: SubmitMode }
  | ({ readonly kind: 'append'; readonly addition: Addition } & OfOwner)
  | ({ readonly kind: 'park'; readonly addition: Parking } & OfOwner)
  | ({ readonly kind: 'finish'; readonly addition: Ending } & OfOwner)

/** A write of an execution that has an owner. */
export type OwnerWrite = Exclude<Write, { kind: 'submit' }>
