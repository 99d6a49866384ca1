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
import type { Approval, ApprovalStatus } from '../../protocol/approval.ts'
import type {
  Execution,
  ExecutionSource,
  ExecutionStatus,
} from '../../protocol/execution/execution.ts'
import type { StoredInstant } from '../clock/trusted-clock.ts'
import type { ClaimAnswer, Claimed, ClaimRequest, Opening, OpeningFacts } from './claim-facts.ts'
import type { FileStore } from './file-store.ts'
import type { Place } from './page.ts'
import type { StuckError, StuckExecution, SweepBounds } from './recovery-facts.ts'
import type { SessionLeaving, SessionStore } from './session-store.ts'
import type { Sharing } from './sharing.ts'
import type { StoreLoad } from './store-load.ts'
import type { StoredEvent } from './stored-event.ts'
import type { BusyReceivers, StoredWebhookMessage, WebhookMessage } from './webhook-message.ts'

export type {
  HoldOutcome,
  SessionLeaving,
  SessionSnapshot,
  SessionState,
  SessionStore,
  StoredSession,
} from './session-store.ts'
export type {
  BusyReceivers,
  DecidedBy,
  Place,
  StoredApproval,
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

/** Who owns a new execution: the daemon that took it, or nobody until it is claimed. */
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
   * Intents in order of `seq`, then deliveries in order of `position`; with the texts that
   * `executor/calls/text-budget.ts` takes.
   */
  readonly records: readonly ReadRecord[]
  readonly approvals: readonly StoredApproval[]
  readonly events: readonly StoredEvent[]
}

/** What is written when an execution parks. */
export interface Parking extends Addition {
  /** When it must be looked at again: the first of its timers, expiries and its deadline. */
  readonly wakeAtMs: number
}

/** What is written when an execution ends or becomes stuck. */
export interface Ending extends Addition {
  /** The execution as it ended, or as it is stuck. */
  readonly execution: Execution
  /** The state that the execution's session has now; absent when it did not change. */
  readonly snapshot?: SessionLeaving
}

/** What a decision came to. */
export type DecideOutcome =
  /** This decision is the first. `isWaiting`: its execution is parked in the store, and can be claimed. */
  | {
      readonly kind: 'decided'
      readonly stored: StoredApproval
      readonly owner: string
      readonly isWaiting: boolean
    }
  | { readonly kind: 'already'; readonly stored: StoredApproval; readonly owner: string }
  /** The time to decide was over: it is expired with this, in the place of the decision. */
  | {
      readonly kind: 'expired'
      readonly stored: StoredApproval
      readonly owner: string
      readonly isWaiting: boolean
    }
  | { readonly kind: 'not-found' }

/** Operations by which executions, approvals and webhooks move on. */
export interface StoreWriter {
  /**
   * Begins the work of a daemon. Executions that an earlier process of this daemon owned are nobody's
   * again, and the loss of that process counts for those that had a worker: one that was lost five
   * times without a new record becomes stuck (`CRASH_LOOP`).
   */
  open(facts: OpeningFacts): Promise<Opening>
  /**
   * Takes a new execution.
   *
   * @param mode `run`, also when absent: the caller owns it at once; `queue`: nobody does, until
   *   somebody claims it
   */
  submit(submission: Submission, mode?: SubmitMode): Promise<SubmitOutcome>
  /**
   * Makes the caller the owner of executions that nobody owns and that can go on: a new epoch, state
   * `running`. Owners of tokens take turns, and of each the one that could go on first comes first.
   * An execution whose session another one holds stays; otherwise it holds its session from now on.
   */
  claim(request: ClaimRequest): Promise<ClaimAnswer>
  /**
   * As {@link claim}, of one execution that has not ended and is not stuck, whenever it could go on
   * and whoever holds its session. `undefined`: it is not there, or a daemon that lives owns it.
   */
  take(executionId: string): Promise<Claimed | undefined>
  /**
   * As {@link claim}, of one execution. `undefined`: it is not there, cannot go on now, has an owner,
   * or another one holds its session.
   */
  claimOne(executionId: string, nowMs: number): Promise<Claimed | undefined>
  /**
   * Gives an execution up: it is nobody's, and can be claimed from `fromMs` on.
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
   * Decides an approval. The first decision wins; after its time an approval expires instead.
   *
   * @param nowMs the time that its expiry is compared with; absent: that of the decision
   */
  decide(approvalId: string, decision: DecidedBy, nowMs?: number): Promise<DecideOutcome>
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
  readonly after: Place | undefined
  /** From 1. */
  readonly limit: number
}

/** Which approvals a page contains; `undefined` does not filter. */
export interface ApprovalQuery {
  readonly owner: string | undefined
  readonly status: ApprovalStatus | undefined
  readonly executionId: string | undefined
  readonly after: Place | undefined
  readonly limit: number
}

/** The execution of an idempotency key. */
export interface KeyedExecution {
  readonly executionId: string
  readonly bodyHash: string
  /** Whether only the key is left. */
  readonly isRemoved: boolean
}

/** Operations that read executions, events, approvals and journals. */
export interface StoreReader {
  get(executionId: string): Promise<StoredExecution | undefined>
  /** The execution that was submitted with an idempotency key. */
  keyed(owner: string, keyText: string): Promise<KeyedExecution | undefined>
  /** Newest first; of the same millisecond the greater id first. */
  list(query: ListQuery): Promise<readonly Execution[]>
  /** The events after a sequence number, in order. */
  events(executionId: string, after: number): Promise<readonly StoredEvent[]>
  approval(approvalId: string): Promise<{ owner: string; stored: StoredApproval } | undefined>
  /** Newest first, as {@link list}. */
  approvals(query: ApprovalQuery): Promise<readonly Approval[]>
  /** The source of an execution; `undefined` when the store does not have it. */
  source(executionId: string): Promise<Omit<ExecutionSource, 'executionId'> | undefined>
  /** Everything that a stored execution was made from, ended or not, without owning it. */
  journal(executionId: string): Promise<ClaimedExecution | undefined>
  /** Texts of deliveries of an execution, in the order of the numbers. @throws {Error} when one is not there */
  texts(executionId: string, seqs: readonly number[]): Promise<readonly string[]>
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
export interface Store extends StoreWriter, StoreReader, SessionStore, FileStore {
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
