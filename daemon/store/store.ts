/**
 * The store of durable executions: the narrow interfaces that every store implements.
 *
 * A promise resolves only when its effect is durable. A method that writes under an epoch throws
 * `STALE_OWNER` when the execution has a newer owner, and then writes nothing. `program` is opaque
 * to a store. `plan` is JSON of which it reads `metadata`. `usage` is JSON of a `StoredUsage`, for
 * `executor/record/fold-execution.ts`. All instants are epoch milliseconds.
 */

import type { CallApproval as StoredApproval } from '../../executor/boundary/call-approval.ts'
import type { JournalRecord } from '../../executor/boundary/journal-record.ts'
import type { DecidedBy } from '../../executor/calls/decision.ts'
import type { ReadRecord } from '../../executor/calls/journal.ts'
import type { Place } from '../../executor/store/place.ts'
import type { StoredEvent } from '../../executor/store/stored-event.ts'
import type {
  ApprovalQuery,
  ApprovalStore,
  DecideOutcome,
  ExecutionReader,
  HoldOutcome,
  ListQuery,
  Promised,
  SessionQuery,
  StoredExecution,
  StoredSession,
} from '../../executor/store/volatile-store.ts'
import type { Execution } from '../../protocol/execution/execution.ts'
import type { StoredInstant } from '../clock/trusted-clock.ts'
import type { ClaimAnswer, Claimed, ClaimRequest, Opening, OpeningFacts } from './claim-facts.ts'
import type { FileStore } from './file-store.ts'
import type { StuckError, StuckExecution, SweepBounds } from './recovery-facts.ts'
import type {
  SessionLeaving,
  SessionSnapshot,
  SessionState,
  SessionStore,
} from './session-store.ts'
import type { Sharing } from './sharing.ts'
import type { StoreLoad } from './store-load.ts'
import type { BusyReceivers, StoredWebhookMessage, WebhookMessage } from './webhook-message.ts'

export type {
  ApprovalQuery,
  BusyReceivers,
  DecidedBy,
  DecideOutcome,
  HoldOutcome,
  ListQuery,
  Place,
  SessionLeaving,
  SessionQuery,
  SessionSnapshot,
  SessionState,
  SessionStore,
  StoredApproval,
  StoredExecution,
  StoredSession,
  StoredWebhookMessage,
  WebhookMessage,
}

/** Additions of an execution to its store; absent parts add nothing. */
export interface Addition {
  /** The compiled program; sent once. */
  readonly program?: string
  readonly records?: readonly JournalRecord[]
  readonly events?: readonly StoredEvent[]
  readonly approvals?: readonly StoredApproval[]
  /** Replaces the usage before. */
  readonly usage?: string
  readonly startedAtMs?: number
  /** Tag of what it runs on, once it has started; kept by a store of several daemons alone. */
  readonly runtime?: string
  /** To be sent when all of the addition is durable. */
  readonly webhooks?: readonly WebhookMessage[]
}

/** A new execution as the store takes it. */
export interface Submission extends Addition {
  readonly executionId: string
  /** Name of the token that it was submitted with. */
  readonly owner: string
  /** The caller's idempotency key, with a hash of the body that it came with. */
  readonly key?: { readonly text: string; readonly bodyHash: string }
  readonly state: 'queued' | 'running'
  readonly source: string
  readonly plan: string
  readonly sessionId?: string
  /** The execution whose call began it. */
  readonly parentId?: string
  readonly webhookUrl?: string
  readonly createdAtMs: number
  /** When `wallMs` is over, in epoch milliseconds. */
  readonly deadlineMs: number
  /**
   * Executions of the owner that a shared store may have under way with this one; absent: any number.
   * An embedded store does not look at it.
   */
  readonly maxUnderWay?: number
}

/** The owner of a new execution: the daemon that took it, or none until it is claimed. */
export type SubmitMode = 'run' | 'queue'

/** What a submission came to. */
export type SubmitOutcome =
  | { readonly kind: 'accepted'; readonly epoch: number }
  /** The key was used before with the same body: this is its execution. */
  | { readonly kind: 'known'; readonly executionId: string }
  /** The key was used before with another body. */
  | { readonly kind: 'key-reused' }
  /** The key was used before with the same body, and its execution was removed. */
  | { readonly kind: 'removed'; readonly executionId: string }
  /** So many of the owner are under way already. */
  | { readonly kind: 'beyond-limit'; readonly underWay: number }

/** Everything that resuming an execution needs. */
export interface ClaimedExecution {
  readonly executionId: string
  readonly owner: string
  readonly epoch: number
  readonly source: string
  readonly plan: string
  readonly program: string | undefined
  readonly usage: string | undefined
  readonly sessionId: string | undefined
  readonly webhookUrl: string | undefined
  readonly createdAtMs: number
  readonly startedAtMs: number | undefined
  readonly deadlineMs: number
  /** What it ran on last; absent: what its plan says. */
  readonly runtime?: string
  /**
   * Intents in order of their call numbers, then deliveries in order of `position`; with the texts that
   * `executor/calls/text-budget.ts` takes.
   */
  readonly records: readonly ReadRecord[]
  readonly approvals: readonly StoredApproval[]
  readonly events: readonly StoredEvent[]
}

/** The addition with which an execution parks. */
export interface Parking extends Addition {
  /** When it must be looked at again: the first of its timers, expiries and its deadline. */
  readonly wakeAtMs: number
}

/** The addition with which an execution ends or becomes stuck. */
export interface Ending extends Addition {
  /** The execution as it ended, or as it is stuck. */
  readonly execution: Execution
  /** The state that the execution's session has now; absent when it did not change. */
  readonly snapshot?: SessionLeaving
}

/** Operations by which executions and webhooks move on. */
export interface StoreWriter {
  /**
   * Begins the work of a daemon. Executions that an earlier process of this daemon owned have no owner
   * any more. The loss of that process counts for those that had a worker: an execution that was lost
   * five times without a new record becomes stuck (`CRASH_LOOP`).
   */
  open(facts: OpeningFacts): Promise<Opening>
  /**
   * Takes a new execution.
   *
   * @param mode `run`, also when absent: the caller owns it at once; `queue`: it has
   *   no owner until a daemon claims it
   */
  submit(submission: Submission, mode?: SubmitMode): Promise<SubmitOutcome>
  /**
   * Makes the caller the owner of executions that have none and can go on: a new epoch, state
   * `running`. Owners of tokens take turns, and of each the one that could go on first comes first.
   * An execution whose session another one holds stays; otherwise it holds its session from now on.
   */
  claim(request: ClaimRequest): Promise<ClaimAnswer>
  /**
   * As {@link claim}, of one execution that has not ended and is not stuck, also when it cannot go on
   * yet or another one holds its session. `undefined`: it is not there, or a daemon that lives owns it.
   */
  take(executionId: string): Promise<Claimed | undefined>
  /**
   * As {@link claim}, of one execution. `undefined`: it is not there, cannot go on now, has an owner,
   * or another one holds its session.
   */
  claimOne(executionId: string, nowMs: number): Promise<Claimed | undefined>
  /**
   * Gives an execution up: it has no owner, and can be claimed from `fromMs` on.
   *
   * @throws {LatchdError} `STALE_OWNER`
   */
  giveBack(executionId: string, epoch: number, fromMs: number): Promise<void>
  /** Adds to an execution. @throws {LatchdError} `STALE_OWNER` */
  append(executionId: string, epoch: number, addition: Addition): Promise<void>
  /**
   * Lets an execution wait, in state `waiting`. `ready`: it has a decision without a delivery, so
   * it goes on at once under the same owner.
   *
   * @throws {LatchdError} `STALE_OWNER`
   */
  park(executionId: string, epoch: number, parking: Parking): Promise<'parked' | 'ready'>
  /**
   * Ends an execution, or makes it stuck. At the end approvals that are pending become `expired`, and
   * it lets go of its session.
   *
   * @throws {LatchdError} `STALE_OWNER`
   */
  finish(executionId: string, epoch: number, ending: Ending): Promise<void>
  /** Lets a stuck execution go on, in state `queued`; `false` when it is not stuck. */
  retry(executionId: string): Promise<boolean>
  /**
   * Removes an ended execution with everything of it. Its idempotency key stays as long as the
   * execution would have, and its messages stay until they arrive.
   */
  remove(executionId: string): Promise<void>
  /**
   * Removes executions that ended before `endedBeforeMs` with their idempotency keys, sessions not
   * used since `usedBeforeMs`, and then, oldest first, ended executions beyond `maxBytes`. What the
   * files of its executions hold counts, each content once.
   * Sessions that an execution holds stay, and those with an unfinished execution of the store.
   */
  sweep(bounds: SweepBounds): Promise<{ executions: number; sessions: number }>

  /**
   * Makes an execution of the caller stuck that has not come into memory, since it cannot go on.
   * `undefined` when the caller does not own it any more.
   *
   * @param error absent: `STORE_DAMAGED`, a part of it cannot be read
   */
  quarantine(
    executionId: string,
    epoch: number,
    nowMs: number,
    error?: StuckError,
  ): Promise<StuckExecution | undefined>
  /** Stores the state of the clocks; a confirmation that was stored meanwhile stays. */
  recordInstant(instant: StoredInstant): Promise<void>
  /** The last stored state, with the last confirmation. */
  storedInstant(): Promise<StoredInstant | undefined>

  /**
   * Messages that are due, earliest first. No look returns them again for {@link WEBHOOK_LEASE_MS},
   * or until the end or the delay of each is stored.
   *
   * @param busy receivers and owners that have to wait
   */
  leaseWebhooks(
    nowMs: number,
    limit: number,
    busy?: BusyReceivers,
  ): Promise<readonly StoredWebhookMessage[]>
  /** Lets others send leased messages. */
  releaseWebhooks(messageIds: readonly string[]): Promise<void>
  /** When the next message is due that is not leased; `undefined` without one. */
  nextWebhookMs(): Promise<number | undefined>
  /** Removes a message that arrived, or was given up. */
  endWebhook(messageId: string): Promise<void>
  /** A message did not arrive: tried again at `nextAtMs`. */
  delayWebhook(messageId: string, nextAtMs: number): Promise<void>
}

/** The execution of an idempotency key. */
export interface KeyedExecution {
  readonly executionId: string
  readonly bodyHash: string
  /** Whether only the key is left. */
  readonly isRemoved: boolean
}

/** Operations that read executions, events and journals. */
export interface StoreReader extends Promised<ExecutionReader> {
  /** The execution that was submitted with an idempotency key. */
  keyed(owner: string, keyText: string): Promise<KeyedExecution | undefined>
  /** Everything that a stored execution was made from, ended or not, without owning it. */
  journal(executionId: string): Promise<ClaimedExecution | undefined>
  /** Texts of deliveries of an execution, in the order of the numbers. @throws {Error} when one is not there */
  texts(executionId: string, callNumbers: readonly number[]): Promise<readonly string[]>
  statistics(): Promise<StoreStatistics>
  /** Unfinished work; cheap however many executions have ended. */
  load(): Promise<StoreLoad>
  shares(): Promise<StoreShares>
}

/** Sessions and messages in a store, counted by owner. */
export interface StoreShares {
  readonly sessions: Readonly<Record<string, number>>
  /** Messages that have not arrived. */
  readonly webhooks: Readonly<Record<string, number>>
}

/** Counts over the whole store. */
export interface StoreStatistics {
  readonly storeId: string
  readonly schemaVersion: number
  readonly executionsByStatus: Readonly<Record<string, number>>
  readonly pendingApprovals: number
  /** Transactions that were committed since the store was opened. */
  readonly commits: number
  readonly bytes: number
}

/** Called with operations that are on disk together, at least one of which wrote something. */
export type OnCommit = (operations: number, tookMs: number) => void

/** A durable store: all of it, and its own upkeep. */
export interface Store
  extends StoreWriter,
    StoreReader,
    Promised<ApprovalStore>,
    SessionStore,
    FileStore {
  /** What several daemons over it have to do with each other; absent: it is of one daemon. */
  readonly sharing?: Sharing
  /**
   * Checks that the store is in its place, and that there is room when the last write found none.
   *
   * @throws {LatchdError} `STORE_FULL`, `INTERNAL` when the store is lost
   */
  checkRoom(): Promise<void>
  /** Calls `onCommit` for each later commit. */
  watchCommits(onCommit: OnCommit): void
  /** Copies the live store into a new file. @throws {Error} when the file exists */
  backup(file: string): Promise<void>
  /** Problems of the store's structure and of its invariants; empty for a sound store. */
  verify(): Promise<readonly string[]>
  /** Releases caches. Never rejects. */
  collect(): Promise<void>
  close(): Promise<void>
}
