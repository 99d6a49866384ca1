/** The facts that the store's thread and its client share. */

import type { ErrorCode } from '../../../protocol/errors.ts'
import type { FailpointPlan } from '../failpoints.ts'
import type { BatchOutcome, Operation } from './batch.ts'

/** The answer to a message that the thread could not read. */
export const UNREADABLE = 'unreadable'

/** The options of the thread. */
export interface ThreadStart {
  readonly stateDir: string
  readonly failpoints: FailpointPlan | undefined
  /** Folder of the app's compile cache; `undefined` without one. */
  readonly compileCache: string | undefined
}

/** Whether the thread could open the store, or why not. */
export type OpenOutcome =
  | { readonly kind: 'opened' }
  | { readonly kind: 'refused'; readonly code: ErrorCode; readonly message: string }

/** The methods of the thread, by Comlink. */
export interface StoreThread {
  open(): OpenOutcome
  run(batch: readonly Operation[]): BatchOutcome
  /** Gives back unused memory. */
  collect(): void
  close(): void
}
