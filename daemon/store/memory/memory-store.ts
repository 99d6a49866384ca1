/** Executions that end with the process: kept in memory, ended ones for a while. */

import type {
  EndedExecution,
  Execution,
  ExecutionSource,
} from '../../../protocol/execution/execution.ts'
import { parentCallOf } from '../../../protocol/execution/parent-call.ts'
import { heldBytes } from '../../base/held-bytes.ts'
import { isBefore } from '../place.ts'
import type { ListQuery, StoredExecution } from '../store.ts'
import type { StoredEvent } from '../stored-event.ts'

/** How long an ended execution stays, in milliseconds. */
export const KEEP_ENDED_MS = 600_000
/** How many ended executions stay at most; the oldest go first. */
export const KEEP_ENDED = 1000
/** How much memory they may hold together: a few outputs of the largest size, or 1000 of 64 KB. */
export const KEEP_ENDED_BYTES = 64 * 1_048_576

type Program = Omit<ExecutionSource, 'executionId'>

interface Entry {
  readonly owner: string
  readonly program: Program
  read: () => Execution
  readonly events: StoredEvent[]
}

/** Holds executions that are not durable. Bounds of time, number and bytes remove ended ones. */
export class MemoryStore {
  #entries = new Map<string, Entry>()
  /** When each ended execution ended, and about how much it holds; oldest first. */
  #ended = new Map<string, { readonly atMs: number; readonly bytes: number }>()
  #endedBytes = 0
  #timer: NodeJS.Timeout | undefined
  #now: () => number

  /** @param now the clock, in epoch milliseconds */
  constructor(now: () => number = Date.now) {
    this.#now = now
  }

  /** About how many bytes the ended ones hold. */
  get endedBytes(): number {
    return this.#endedBytes
  }

  /** The ids of those that it has. */
  get ids(): Iterable<string> {
    return this.#entries.keys()
  }

  /** Takes an execution. `read` returns its state as long as it has not finished. */
  submit(executionId: string, owner: string, program: Program, read: () => Execution): void {
    this.#entries.set(executionId, { owner, program, read, events: [] })
  }

  append(event: StoredEvent): void {
    this.#entries.get(event.executionId)?.events.push(event)
  }

  finish(execution: EndedExecution): void {
    const entry = this.#entries.get(execution.executionId)
    if (entry === undefined) return
    entry.read = () => execution
    const bytes = heldBytes([execution, entry.events, entry.program])
    this.#ended.set(execution.executionId, { atMs: this.#now(), bytes })
    this.#endedBytes += bytes
    this.#forgetOld()
    // Also while no request comes.
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      this.#forgetOld()
    }, KEEP_ENDED_MS).unref()
  }

  /** Forgets an execution; `false` when it was not here. */
  remove(executionId: string): boolean {
    this.#endedBytes -= this.#ended.get(executionId)?.bytes ?? 0
    this.#ended.delete(executionId)
    return this.#entries.delete(executionId)
  }

  #forgetOld(): void {
    const oldest = this.#now() - KEEP_ENDED_MS
    for (const [executionId, { atMs }] of this.#ended) {
      const isSmall = this.#endedBytes <= KEEP_ENDED_BYTES || this.#ended.size === 1
      if (this.#ended.size <= KEEP_ENDED && isSmall && atMs > oldest) return
      this.remove(executionId)
    }
  }

  get(executionId: string): StoredExecution | undefined {
    this.#forgetOld()
    const entry = this.#entries.get(executionId)
    return entry && { owner: entry.owner, execution: entry.read() }
  }

  /** The source of an execution; `undefined` when it is not here. */
  source(executionId: string): Program | undefined {
    return this.#entries.get(executionId)?.program
  }

  /** Newest first, as a store lists. */
  list({ owner, status, parentIds, after, limit }: ListQuery): Execution[] {
    this.#forgetOld()
    const found: Execution[] = []
    for (const entry of this.#entries.values()) {
      if (owner !== undefined && entry.owner !== owner) continue
      const execution = entry.read()
      if (parentIds !== undefined) {
        const parent = parentCallOf(execution.metadata)
        if (parent === undefined || !parentIds.includes(parent.executionId)) continue
      }
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
