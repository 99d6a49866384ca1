/**
 * Carries the events of executions, in two stages. `happened`: at once, for what counts and logs.
 * `publish`: when an event is as durable as its execution, for callers that watch. Past events are in
 * the stores.
 */

import type { CallApproval } from '../../executor/boundary/call-approval.ts'
import type { Approval } from '../../protocol/approval.ts'
import type { ExecutionEvent } from '../../protocol/execution/events.ts'

type Listener = (event: ExecutionEvent) => void

interface OwnerListener {
  /** The owner of the executions; `undefined`: all owners. */
  readonly owner: string | undefined
  readonly listener: Listener
}

/** The facts beside an event, for listeners of the first stage. */
export interface EventFacts {
  /** When its execution was created, in epoch milliseconds. */
  readonly createdAtMs: number
  /** The caller whose execution it is. */
  readonly owner: string
}

type Observer = (event: ExecutionEvent, facts: EventFacts) => void

/** The events of all executions of a daemon. */
export class EventBus {
  #observers: Observer[] = []
  #onTimedOut: ((approval: CallApproval) => void)[] = []
  #shown: ((owner: string, approval: Approval) => void)[] = []
  #byExecution = new Map<string, Set<Listener>>()
  #awaiting = new Map<string, Set<Listener>>()
  #ofOwners = new Set<OwnerListener>()

  /** Calls a listener with every event of this process's executions, before it is durable. */
  observe(observer: Observer): void {
    this.#observers.push(observer)
  }

  /** Emits an event at once. */
  happened(event: ExecutionEvent, facts: EventFacts): void {
    for (const observer of this.#observers) observer(event, facts)
  }

  /** Calls a listener with every approval whose time is over. */
  onApprovalTimedOut(listener: (approval: CallApproval) => void): void {
    this.#onTimedOut.push(listener)
  }

  /** Calls a listener with every approval of this process's executions when it can be decided. */
  onShown(listener: (owner: string, approval: Approval) => void): void {
    this.#shown.push(listener)
  }

  /** Emits an approval whose time to decide is over. */
  approvalTimedOut(approval: CallApproval): void {
    for (const listener of this.#onTimedOut) listener(approval)
  }

  /** Whether anything watches an execution, by itself or with others. */
  isWatched(executionId: string): boolean {
    return this.#ofOwners.size > 0 || this.#byExecution.has(executionId)
  }

  /** Watches one execution until the returned function is called. */
  watch(executionId: string, listener: Listener): () => void {
    return add(this.#byExecution, executionId, listener)
  }

  /** As {@link watch}, for a listener that waits for the end or a park only. */
  await(executionId: string, listener: Listener): () => void {
    return add(this.#awaiting, executionId, listener)
  }

  /** Watches all executions of an owner, or of all owners. */
  watchOwner(owner: string | undefined, listener: Listener): () => void {
    const entry = { owner, listener }
    this.#ofOwners.add(entry)
    return () => {
      this.#ofOwners.delete(entry)
    }
  }

  /** Emits an event to the watchers of its execution and of its owner. */
  publish(owner: string, event: ExecutionEvent): void {
    this.publishTo(event)
    if (event.type === 'approval-requested') {
      for (const listener of this.#shown) listener(owner, event.approval)
    }
    for (const watcher of this.#ofOwners) {
      if (watcher.owner === undefined || watcher.owner === owner) watcher.listener(event)
    }
  }

  /** Emits an event to the watchers of its execution alone. */
  publishTo(event: ExecutionEvent): void {
    for (const listener of this.#byExecution.get(event.executionId) ?? []) listener(event)
    for (const listener of this.#awaiting.get(event.executionId) ?? []) listener(event)
  }
}

function add(map: Map<string, Set<Listener>>, key: string, listener: Listener): () => void {
  const listeners = map.get(key) ?? new Set()
  map.set(key, listeners.add(listener))
  return () => {
    listeners.delete(listener)
    if (listeners.size === 0) map.delete(key)
  }
}
