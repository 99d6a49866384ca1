/** The facts that the store's thread and its client share. */

import type { ErrorCode } from '../../../protocol/errors.ts'
import type { FailpointPlan } from '../failpoints.ts'
import type { BatchOutcome, Operation } from './batch.ts'

/** The answer to a message that the thread could not read. */
export const UNREADABLE = 'unreadable'
/** The answer to a message that asks for nothing but to be carried out. */
export const DONE = 'done'

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

/**
 * What the thread is asked, each with its answer. It carries out one message at a time and answers
 * each with one, in their order, so neither needs a number.
 */
export interface ThreadAnswers {
  open: OpenOutcome
  run: BatchOutcome
  /** Gives back unused memory. */
  collect: typeof DONE
  close: typeof DONE
}

/** A message to the thread: the operations of a batch, or what else it is to do. */
export type ThreadMessage = readonly Operation[] | Exclude<keyof ThreadAnswers, 'run'>
