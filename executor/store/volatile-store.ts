/**
 * The part of a store that needs no disk: an embedded executor uses all of it, a daemon the reading
 * of executions that end with it. The store of a daemon extends it, with promises.
 *
 * All instants are epoch milliseconds.
 */

import type { Approval, ApprovalStatus } from '../../protocol/approval.ts'
import type {
  Execution,
  ExecutionSource,
  ExecutionStatus,
} from '../../protocol/execution/execution.ts'
import type { Session } from '../../protocol/execution/session.ts'
import type { CallApproval } from '../boundary/call-approval.ts'
import type { DecidedBy } from '../calls/decision.ts'
import type { Place } from './place.ts'
import type { StoredEvent } from './stored-event.ts'

/** An execution and its owner. */
export interface StoredExecution {
  readonly owner: string
  readonly execution: Execution
}

/** Which executions a page contains. */
export interface ListQuery {
  /** The owner; `undefined`: all owners. */
  readonly owner: string | undefined
  readonly status: ExecutionStatus | undefined
  /** Only those that calls of these executions have begun; absent: all. */
  readonly parentIds?: readonly string[] | undefined
  readonly after: Place | undefined
  /** From 1. */
  readonly limit: number
}

/** The source of an execution, with its language. */
export type StoredSource = Omit<ExecutionSource, 'executionId'>

/** Operations that read executions. */
export interface ExecutionReader {
  get(executionId: string): StoredExecution | undefined
  /** Newest first; of the same millisecond the greater id first. */
  list(query: ListQuery): readonly Execution[]
  /** The events after a sequence number, in order; none of an execution that is not there. */
  events(executionId: string, after: number): readonly StoredEvent[]
  /** The source of an execution; `undefined` when the store does not have it. */
  source(executionId: string): StoredSource | undefined
}

/** Which approvals a page contains; `undefined` does not filter. */
export interface ApprovalQuery {
  readonly owner: string | undefined
  readonly status: ApprovalStatus | undefined
  readonly executionId: string | undefined
  readonly after: Place | undefined
  readonly limit: number
}

/** The outcome of a decision. */
export type DecideOutcome =
  /** This decision is the first. `isWaiting`: its execution is parked in the store, and can be claimed. */
  | {
      readonly kind: 'decided'
      readonly stored: CallApproval
      readonly owner: string
      readonly isWaiting: boolean
    }
  | { readonly kind: 'already'; readonly stored: CallApproval; readonly owner: string }
  /** The time to decide was over: it is expired with this, in the place of the decision. */
  | {
      readonly kind: 'expired'
      readonly stored: CallApproval
      readonly owner: string
      readonly isWaiting: boolean
    }
  | { readonly kind: 'not-found' }

/** Operations on approvals. */
export interface ApprovalStore {
  approval(
    approvalId: string,
  ): { readonly owner: string; readonly stored: CallApproval } | undefined
  /** Newest first, as {@link ExecutionReader.list}. */
  approvals(query: ApprovalQuery): readonly Approval[]
  /**
   * Decides an approval. The first decision wins; after its time an approval expires instead.
   *
   * @param nowMs the time that its expiry is compared with; absent: that of the decision
   */
  decide(approvalId: string, decision: DecidedBy, nowMs?: number): DecideOutcome
}

/** A session as a store has it. */
export interface StoredSession {
  readonly owner: string
  readonly session: Session
  /** Tools that a decision allowed for the whole session. */
  readonly remembered: readonly string[]
  /** The runtime of its snapshot; absent before the first execution has ended. */
  readonly runtime?: string
}

/** Which sessions a page contains. */
export interface SessionQuery {
  /** The owner; `undefined`: all owners. */
  readonly owner: string | undefined
  readonly after: Place | undefined
  readonly limit: number
}

/** Whether an execution holds a session now. `busy`: another does; `gone`: there is no session. */
export type HoldOutcome = 'held' | 'busy' | 'gone'

/** Operations on sessions, and on the execution that holds each. */
export interface SessionHolds {
  /** @throws {LatchdError} `CONFLICT`: there is a session of this id */
  createSession(sessionId: string, owner: string, nowMs: number): void
  session(sessionId: string): StoredSession | undefined
  /** Newest first, as {@link ExecutionReader.list}. */
  sessions(query: SessionQuery): readonly Session[]
  /**
   * Lets an execution hold a session: one at a time does. An execution that holds it already goes on
   * to.
   */
  holdSession(sessionId: string, executionId: string): HoldOutcome
  /** Lets go of a session; nothing happens when another execution holds it, or none does. */
  releaseSession(sessionId: string, executionId: string): void
  /** Removes a session that no execution holds; `false` when one does. */
  removeSession(sessionId: string): boolean
}

/** All of what needs no disk. */
export interface VolatileStore extends ExecutionReader, ApprovalStore, SessionHolds {}

/** The same operations with promises, which resolve when the effect is durable. */
export type Promised<Operations> = {
  readonly [Name in keyof Operations]: Operations[Name] extends (
    ...args: infer Args
  ) => infer Result
    ? (...args: Args) => Promise<Awaited<Result>>
    : Operations[Name]
}
