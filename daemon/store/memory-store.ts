/** Executions that end with the process: kept in memory, ended ones for a while. */

import type { EndedExecution, Execution } from '../../protocol/execution.ts'
import { isBefore } from './place.ts'
import type { ListQuery, StoredEvent, StoredExecution } from './store.ts'

/** How long an ended execution stays, and how many of them (contract §7). */
export const KEEP_ENDED_MS = 600_000
export const KEEP_ENDED = 1000

interface Entry {
  readonly owner: string
  read: () => Execution
  readonly events: StoredEvent[]
}

export class MemoryStore {
  #entries = new Map<string, Entry>()
  /** When each ended execution ended, oldest first. */
  #ended = new Map<string, number>()
  #now: () => number

  /** @param now the clock, in epoch milliseconds */
  constructor(now: () => number = Date.now) {
    this.#now = now
  }

  /** Takes an execution; `read` tells how it stands as long as it has not finished. */
  submit(executionId: string, owner: string, read: () => Execution): void {
    this.#entries.set(executionId, { owner, read, events: [] })
  }

  append(event: StoredEvent): void {
    this.#entries.get(event.executionId)?.events.push(event)
  }

  finish(execution: EndedExecution): void {
    const entry = this.#entries.get(execution.executionId)
    if (entry === undefined) return
    entry.read = () => execution
    this.#ended.set(execution.executionId, this.#now())
    this.#forgetOld()
  }

  /** Gives an execution's events away, and forgets it: a store keeps it from now on. */
  take(executionId: string): StoredEvent[] {
    const events = this.#entries.get(executionId)?.events ?? []
    this.remove(executionId)
    return events
  }

  /** Forgets an execution; `false` when it was not here. */
  remove(executionId: string): boolean {
    this.#ended.delete(executionId)
    return this.#entries.delete(executionId)
  }

  #forgetOld(): void {
    const oldest = this.#now() - KEEP_ENDED_MS
    for (const [executionId, endedAtMs] of this.#ended) {
      if (this.#ended.size <= KEEP_ENDED && endedAtMs > oldest) return
      this.remove(executionId)
    }
  }

  get(executionId: string): StoredExecution | undefined {
    this.#forgetOld()
    const entry = this.#entries.get(executionId)
    return entry && { owner: entry.owner, execution: entry.read() }
  }

  /** Newest first, as a store lists. */
  list({ owner, status, after, limit }: ListQuery): Execution[] {
    this.#forgetOld()
    const found: Execution[] = []
    for (const entry of this.#entries.values()) {
      if (owner !== undefined && entry.owner !== owner) continue
      const execution = entry.read()
      if (status === undefined || execution.status === status) found.push(execution)
    }
    const placed = found.map(execution => ({
      execution,
      createdAtMs: execution.createdAtMs,
      id: execution.executionId,
    }))
    return placed
      .filter(place => after === undefined || isBefore(after, place))
      .sort((a, b) => (isBefore(a, b) ? -1 : 1))
      .slice(0, limit)
      .map(({ execution }) => execution)
  }

  /** The events after a sequence number, in order; `undefined` when the execution is not here. */
  events(executionId: string, after: number): readonly StoredEvent[] | undefined {
    // Sequence numbers are dense from 1.
    return this.#entries.get(executionId)?.events.slice(after)
  }
}
