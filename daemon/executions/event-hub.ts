/** Tells the events of executions to whoever watches them now; past ones are in the stores. */

import type { ExecutionEvent } from '../../protocol/execution/events.ts'

type Listener = (event: ExecutionEvent) => void

interface OwnerListener {
  /** Whose executions; `undefined`: everybody's. */
  readonly owner: string | undefined
  readonly listener: Listener
}

export class EventHub {
  #byExecution = new Map<string, Set<Listener>>()
  #awaiting = new Map<string, Set<Listener>>()
  #ofOwners = new Set<OwnerListener>()

  /** Whether somebody watches an execution, alone or with others. */
  isWatched(executionId: string): boolean {
    return this.#ofOwners.size > 0 || this.#byExecution.has(executionId)
  }

  /** Watches one execution until the function that this gives is called. */
  watch(executionId: string, listener: Listener): () => void {
    return add(this.#byExecution, executionId, listener)
  }

  /** As {@link watch}, by somebody who is in no hurry for anything but the end, or a park. */
  await(executionId: string, listener: Listener): () => void {
    return add(this.#awaiting, executionId, listener)
  }

  /** Watches all executions of an owner, or of everybody. */
  watchOwner(owner: string | undefined, listener: Listener): () => void {
    const entry = { owner, listener }
    this.#ofOwners.add(entry)
    return () => {
      this.#ofOwners.delete(entry)
    }
  }

  publish(owner: string, event: ExecutionEvent): void {
    for (const listener of this.#byExecution.get(event.executionId) ?? []) listener(event)
    for (const listener of this.#awaiting.get(event.executionId) ?? []) listener(event)
    for (const watcher of this.#ofOwners) {
      if (watcher.owner === undefined || watcher.owner === owner) watcher.listener(event)
    }
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
