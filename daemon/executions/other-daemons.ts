/** What executions ask of the other daemons over the same store. */

import type { StoredEvent } from '../../executor/store/stored-event.ts'
import type { ExecutionEvent } from '../../protocol/execution/events.ts'
import type { Execution, ExecutionSource } from '../../protocol/execution/execution.ts'
import type { Caller } from '../auth/caller.ts'
import type { ListQuery, StoredExecution } from '../store/store.ts'
import type { BudgetedPage } from './page-budget.ts'

/** Receives what happens to a watched execution of another daemon. */
export interface RemoteWatcher {
  readonly onEvent: (event: ExecutionEvent) => void
  /** Watched from here on. @param last the place of its last event so far; 0: none is known */
  readonly onLive: (last: number) => void
  /** No event comes any more, since the daemon cannot be reached. */
  readonly onEnd: () => void
}

/**
 * The other daemons. `peerId` names one of them.
 *
 * A request that only an unreachable daemon could answer is refused as `PEER_UNAVAILABLE`.
 */
export interface OtherDaemons {
  /** How the ids of this daemon's executions begin, so that the others know where it is. */
  readonly idPrefix: string
  /** The daemon whose prefix the id of an execution has, if it lives. */
  holderOf(executionId: string): Promise<string | undefined>
  /** An execution that another daemon has in memory alone; `undefined`: none has. */
  get(executionId: string): Promise<StoredExecution | undefined>
  /**
   * An execution as it stands in another daemon's memory, which may be newer than the store.
   * `undefined`: none has it in memory, or that daemon does not answer soon.
   */
  live(executionId: string): Promise<Execution | undefined>
  source(executionId: string): Promise<Omit<ExecutionSource, 'executionId'> | undefined>
  /** Events of an execution after a place; `undefined`: no other daemon has it in memory alone. */
  events(executionId: string, after: number): Promise<readonly StoredEvent[] | undefined>
  /** Cancels it there; `false`: no other daemon has it in memory alone. */
  cancel(executionId: string, caller: Caller): Promise<boolean>
  /** Removes it there; `false`: no other daemon has it in memory alone. */
  remove(executionId: string, caller: Caller): Promise<boolean>
  /** Pages of the executions that other daemons have in memory alone; daemons that answer late are left out. */
  lists(query: ListQuery): Promise<readonly BudgetedPage<Execution>[]>
  /** Follows an execution of a daemon; the result ends it. */
  watch(executionId: string, peerId: string, watcher: RemoteWatcher): () => void
  /**
   * The events of an owner's executions at all other daemons, from now on; `undefined`: all owners'.
   * Resolves when those that answer soon send them, with a function that ends it.
   */
  watchOwner(
    owner: string | undefined,
    listener: (event: ExecutionEvent) => void,
  ): Promise<() => void>
  /**
   * Notifies some of the others that something can be claimed. Never rejects.
   *
   * @returns how many were notified, and how many could not be reached
   */
  pokeDue(): Promise<{ readonly notified: number; readonly unreachable: number }>
  /** A decision or a cancel was stored for an execution that another daemon has in memory. */
  pokeOwner(executionId: string): void
  /** An execution here has let go of its session. */
  sessionFreed(sessionId: string): void
}
