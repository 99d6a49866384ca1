/** What daemons over one store have to do with each other's executions. */

import type { CallApproval as StoredApproval } from '../../executor/boundary/call-approval.ts'
import type { ContentStore } from './content-store.ts'
import type { DaemonLoad, OwnerLoad } from './daemon-load.ts'
import type { StuckExecution } from './recovery-facts.ts'

/** What a daemon learns of its executions that others have done, within a heartbeat. */
export interface StoreNews {
  /** Whether an execution is in this daemon's memory. */
  readonly isHere: (executionId: string) => boolean
  /** Executions that have a worker now: they may be the cause if the daemon is lost. */
  readonly working: () => readonly string[]
  /** What this daemon has in memory, for the others. */
  readonly load: () => DaemonLoad
  /**
   * Another daemon has stored a decision on an execution of this one. `false`: the execution is not in
   * memory yet, and the decision comes again with the next news.
   */
  readonly onDecided: (decided: StoredApproval) => boolean
  /** Another daemon was asked to cancel an execution of this one; the answer is as before. */
  readonly onCancelled: (executionId: string) => boolean
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
  /** Its version of latchd; empty when it has not reported it. */
  readonly version: string
  /** Tag of what its programs of JavaScript run on; empty when it has not reported it. */
  readonly runtime: string
  /** As of its last heartbeat; `undefined` before the first. */
  readonly load: DaemonLoad | undefined
}

/** How the others reach a daemon, and how it proves to them that it is the one of the row. */
export interface PeerFacts {
  /** New in each process. */
  readonly peerId: string
  /** Where the others reach it: `http:`, or `https:` behind TLS. */
  readonly url: string
  /** A secret of its own, for those alone that read the database. */
  readonly key: string
}

/** Another daemon that lives, as the others find it. */
export interface PeerRow extends PeerFacts {
  readonly name: string
}

/** How an execution stands in the store, for a daemon that follows it. */
export interface Standing {
  /** The place of its last event; 0 before the first. */
  readonly last: number
  /** The daemon that has it in memory; absent: none, or one that cannot be reached. */
  readonly peerId: string | undefined
}

/** A client and the token that it belongs to. */
export interface ClientName {
  readonly owner: string
  readonly clientId: string
}

/** Tools that a client serves, as text of JSON. */
export interface StoredOffer extends ClientName {
  readonly serveId: string
  readonly tools: string
}

/** Where clients are connected, and what they serve, for all daemons. */
export interface ClientDirectory {
  /**
   * Says that a client is connected to a daemon.
   *
   * @returns the other daemon that it was connected to before; absent: none
   */
  put(client: ClientName, peerId: string): Promise<string | undefined>
  /** A client is connected to the daemon no more; with it goes what it serves. */
  remove(client: ClientName, peerId: string): Promise<void>
  /** Which daemon each of these clients is connected to; those that are away are left out. */
  find(clients: readonly ClientName[]): Promise<readonly (ClientName & { peerId: string })[]>
  /** The clients that are connected to a daemon, as the store has it. */
  at(peerId: string): Promise<readonly ClientName[]>
  /** Stores an offer; the same one again replaces it, in its place. Its client must be known. */
  putOffer(offer: StoredOffer): Promise<void>
  removeOffers(client: ClientName, serveId: string | undefined): Promise<void>
  /** What the clients of a token serve, the first offer first. */
  offers(owner: string): Promise<readonly StoredOffer[]>
}

/** The part of a store that only a store of several daemons has. */
export interface Sharing {
  /** Notifies a daemon of the news of its executions, from now on. */
  watch(news: StoreNews): void
  /** Asks the daemon that owns an execution to cancel it; `false`: no daemon owns it in the store. */
  requestCancel(executionId: string): Promise<boolean>
  /** Looks for news of this daemon's executions now, and not at the next interval. */
  lookForNews(): void
  /** How each of these executions stands, by id; those that the store does not have are left out. */
  standings(executionIds: readonly string[]): Promise<ReadonlyMap<string, Standing>>
  /** Says how this daemon is reached, from now on. */
  announce(facts: PeerFacts): Promise<void>
  /** The daemons that live and can be reached, this one too. */
  peers(): Promise<readonly PeerRow[]>
  readonly clients: ClientDirectory
  /** The contents of files. */
  readonly contents: ContentStore
  /** The time by the clock of the store, in epoch milliseconds. */
  readonly nowMs: number
  /** The number of this daemon; another one after the others took it for dead. */
  readonly number: number
  /** How many daemons live, this one among them, as of the last heartbeat. */
  readonly living: number
  /** What an owner has at the other daemons, as of their last heartbeats. */
  elsewhere(owner: string): OwnerLoad
  /** The daemons that live, the first started first. */
  daemons(): Promise<readonly DaemonRow[]>
  /** A secret of all daemons, by name. @param make makes it, for the daemon that comes first */
  secret(name: string, make: () => string): Promise<string>
}
