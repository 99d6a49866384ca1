/** What daemons over one store have to do with each other's executions. */

import type { CallApproval as StoredApproval } from '../../executor/boundary/call-approval.ts'
import type { ContentStore } from './content-store.ts'
import type { DaemonLoad, OwnerLoad } from './daemon-load.ts'
import type { StuckExecution } from './recovery-facts.ts'

/** What a daemon learns of its executions that others have done, within a beat. */
export interface StoreNews {
  /** Whether an execution is in this daemon's memory. */
  readonly isHere: (executionId: string) => boolean
  /** Executions that have a worker now: they may be the cause if the daemon is lost. */
  readonly working: () => readonly string[]
  /** What this daemon has in memory, for the others. */
  readonly load: () => DaemonLoad
  /** A decision on an execution of this daemon was stored by another. */
  readonly onDecided: (decided: StoredApproval) => void
  /** Another daemon was asked to cancel an execution of this one. */
  readonly onCancelled: (executionId: string) => void
  /** Executions that wait in the store without an owner, as far as this daemon knows. */
  readonly queued: () => readonly string[]
  /** Some of {@link queued} have an owner, or have ended. */
  readonly onUnqueued: (executionIds: readonly string[]) => void
  /** Something may be claimed. */
  readonly onDue: () => void
  /** Messages to webhooks are due. */
  readonly onWebhooks: () => void
  /** Executions became stuck, since a daemon was lost with each of them too often. */
  readonly onStuck: (stuck: readonly StuckExecution[]) => void
  /** The others took this daemon for dead: nothing that it owned is its own any more. */
  readonly onDeclaredDead: () => void
  readonly onFault: (error: unknown) => void
}

/** A daemon over a shared store. */
export interface DaemonRow {
  readonly number: number
  readonly name: string
  readonly url: string | undefined
  readonly startedAtMs: number
  readonly seenAtMs: number
  /** Executions of the store that it owns. */
  readonly executions: number
  /** Its version of latchd; empty when it has not told. */
  readonly version: string
  /** Tag of what its programs of JavaScript run on; empty when it has not told. */
  readonly runtime: string
  /** As of its last beat; `undefined` before the first. */
  readonly load: DaemonLoad | undefined
}

/** The part of a store that only a store of several daemons has. */
export interface Sharing {
  /** Tells a daemon the news of its executions, from now on. */
  watch(news: StoreNews): void
  /** Asks the daemon that owns an execution to cancel it. */
  requestCancel(executionId: string): Promise<void>
  /** The place of the last stored event of each of these executions, by id. */
  lastEvents(executionIds: readonly string[]): Promise<ReadonlyMap<string, number>>
  /** The contents of files. */
  readonly contents: ContentStore
  /** How far the clock of the store is ahead of this machine's, in milliseconds. */
  readonly clockOffsetMs: number
  /** The number of this daemon; another one after the others took it for dead. */
  readonly number: number
  /** How many daemons live, this one among them, as of the last beat. */
  readonly living: number
  /** What an owner has at the other daemons, as of their last beats. */
  elsewhere(owner: string): OwnerLoad
  /** The daemons that live, the first started first. */
  daemons(): Promise<readonly DaemonRow[]>
  /** A secret of all daemons, by name. @param make makes it, for the daemon that comes first */
  secret(name: string, make: () => string): Promise<string>
}
