/** What the store's thread and its client know of each other beforehand. */

import type { ErrorCode } from '../../../protocol/errors.ts'
import type { FailpointPlan } from '../failpoints.ts'
import type { BatchOutcome, Operation } from './batch.ts'

/** The answer to a message that the thread could not read. */
export const UNREADABLE = 'unreadable'

/** What the thread is started with. */
export interface ThreadStart {
  readonly stateDir: string
  readonly failpoints: FailpointPlan | undefined
  /** Folder of the app's compile cache; `undefined` when it uses none. */
  readonly compileCache: string | undefined
}

export type OpenOutcome =
  | { readonly kind: 'opened' }
  | { readonly kind: 'refused'; readonly code: ErrorCode; readonly message: string }

/** What the thread offers, by Comlink. */
export interface StoreThread {
  open(): OpenOutcome
  run(batch: readonly Operation[]): BatchOutcome
  /** Gives back memory that nobody uses any more. */
  collect(): void
  close(): void
}
