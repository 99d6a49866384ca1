/** Executions that end with the process: kept in memory, ended ones for a while. */

import type { ExecutionEvent } from '../../protocol/events.ts'
import type { EndedExecution, Execution } from '../../protocol/execution.ts'
import type { ExecutionStore, ListQuery, Page, StoredExecution } from './store.ts'

/** How long an ended execution stays, and how many of them (contract §7). */
export const KEEP_ENDED_MS = 600_000
export const KEEP_ENDED = 1000

interface Entry {
  readonly owner: string
  read: () => Execution
  readonly events: ExecutionEvent[]
}

export class MemoryStore implements ExecutionStore {
  /** In order of submission. */
  #entries = new Map<string, Entry>()
  /** When each ended execution ended, oldest first. */
  #ended = new Map<string, number>()
  #now: () => number

  /** @param now the clock, in epoch milliseconds */
  constructor(now: () => number = Date.now) {
    this.#now = now
  }

  async submit(executionId: string, owner: string, read: () => Execution): Promise<void> {
    this.#entries.set(executionId, { owner, read, events: [] })
  }

  append(executionId: string, event: ExecutionEvent): void {
    this.#entries.get(executionId)?.events.push(event)
  }

  async finish(execution: EndedExecution): Promise<void> {
    const entry = this.#entries.get(execution.executionId)
    if (entry === undefined) return
    entry.read = () => execution
    this.#ended.set(execution.executionId, this.#now())
    this.#forgetOld()
  }

  async remove(executionId: string): Promise<void> {
    this.#entries.delete(executionId)
    this.#ended.delete(executionId)
  }

  #forgetOld(): void {
    const oldest = this.#now() - KEEP_ENDED_MS
    for (const [executionId, endedAtMs] of this.#ended) {
      if (this.#ended.size <= KEEP_ENDED && endedAtMs > oldest) return
      this.#entries.delete(executionId)
      this.#ended.delete(executionId)
    }
  }

  async get(executionId: string): Promise<StoredExecution | undefined> {
    this.#forgetOld()
    const entry = this.#entries.get(executionId)
    return entry && { owner: entry.owner, execution: entry.read() }
  }

  async list({ owner, status, after, limit }: ListQuery): Promise<Page> {
    this.#forgetOld()
    const data: Execution[] = []
    let isPast = after === undefined
    for (const [executionId, entry] of [...this.#entries].reverse()) {
      if (!isPast) {
        isPast = executionId === after
        continue
      }
      if (owner !== undefined && entry.owner !== owner) continue
      const execution = entry.read()
      if (status !== undefined && execution.status !== status) continue
      if (data.length === limit)
        return { data, nextCursor: (data[limit - 1] as Execution).executionId }
      data.push(execution)
    }
    return { data }
  }

  async events(executionId: string, after: number): Promise<readonly ExecutionEvent[]> {
    const events = this.#entries.get(executionId)?.events ?? []
    // Sequence numbers are dense from 1.
    return events.slice(after)
  }
}
