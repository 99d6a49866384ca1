/** What daemons and a store exchange about the owner of an execution. */

import type { StuckExecution } from './recovery-facts.ts'

/** What a store gets from a daemon that begins its work. */
export interface OpeningFacts {
  readonly nowMs: number
  /**
   * Executions that had a worker when the earlier process was lost; absent: all that were running.
   */
  readonly ran?: readonly string[] | undefined
  /** What executions run on at this daemon, for a store that several share. */
  readonly runtime?: string
}

/** What a daemon gets from a store when it begins its work. */
export interface Opening {
  /** Executions that became stuck by this, with stored events and messages. */
  readonly stuck: readonly StuckExecution[]
}

/** Which executions a daemon wants to own. */
export interface ClaimRequest {
  readonly nowMs: number
  /** At most so many. */
  readonly max: number
  /** The owner of the last execution that was claimed: the turns go on after it. Empty at first. */
  readonly after: string
}

/** An execution that a daemon owns now. */
export interface Claimed {
  readonly executionId: string
  /** Name of the token that it was submitted with. */
  readonly owner: string
  readonly epoch: number
}

/** What a claim has found. */
export interface ClaimAnswer {
  readonly claimed: readonly Claimed[]
  /** When the next of the others can go on, after `nowMs`; `undefined`: none waits for its time. */
  readonly nextMs: number | undefined
  /** Whether the claim left executions that are due, since another one holds their session. */
  readonly isBlocked: boolean
}
