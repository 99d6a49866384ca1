/** Executions that end with the process: kept in memory, ended ones for a while. */

import { heldBytes } from '../../protocol/base/held-bytes.ts'
import type { EndedExecution, Execution } from '../../protocol/execution/execution.ts'
import { parentCallOf } from '../../protocol/execution/parent-call.ts'
import { newestFirst } from './place.ts'
import type { StoredEvent } from './stored-event.ts'
import type { ExecutionReader, ListQuery, StoredExecution, StoredSource } from './volatile-store.ts'

/** Bounds of the ended executions that are kept; the oldest go first. */
export interface KeepingBounds {
  /** How long each stays, in milliseconds. */
  readonly keepMs: number
  readonly executions: number
  /** How much memory they may hold together. */
  readonly bytes: number
}

/** A new execution. */
export interface VolatileSubmission {
  readonly executionId: string
  readonly owner: string
  readonly program: StoredSource
  /** Returns its state as long as it has not ended. */
  readonly read: () => Execution
}

interface Entry extends Omit<VolatileSubmission, 'executionId'> {
  readonly events: StoredEvent[]
  ended?: EndedExecution
}

/** Holds executions that are not durable. Bounds of time, number and bytes remove ended ones. */
export class MemoryExecutions implements ExecutionReader {
  #entries = new Map<string, Entry>()
  /** When each ended execution ended, and about how much it holds; oldest first. */
  #ended = new Map<string, { readonly atMs: number; readonly bytes: number }>()
  #endedBytes = 0
  #timer: NodeJS.Timeout | undefined
  #bounds: KeepingBounds
  #now: () => number

  /** @param now the clock, in epoch milliseconds */
  constructor(bounds: KeepingBounds, now: () => number = Date.now) {
    this.#bounds = bounds
    this.#now = now
  }

  /** About how many bytes the ended ones hold; 0 without a bound for it. */
  get endedBytes(): number {
    return this.#endedBytes
  }

  /** The ids of those that it has. */
  get ids(): Iterable<string> {
    return this.#entries.keys()
  }

  /** Takes an execution. */
  submit({ executionId, owner, program, read }: VolatileSubmission): void {
    this.#entries.set(executionId, { owner, program, read, events: [] })
  }

  append(event: StoredEvent): void {
    this.#entries.get(event.executionId)?.events.push(event)
  }

  finish(execution: EndedExecution): void {
    const entry = this.#entries.get(execution.executionId)
    if (entry === undefined) return
    entry.ended = execution
    const { keepMs, bytes: maxBytes } = this.#bounds
    const isBounded = maxBytes < Number.POSITIVE_INFINITY
    const bytes = isBounded ? heldBytes([execution, entry.events, entry.program]) : 0
    this.#ended.set(execution.executionId, { atMs: this.#now(), bytes })
    this.#endedBytes += bytes
    this.#forgetOld()
    if (keepMs === Number.POSITIVE_INFINITY) return
    // Also while no request comes.
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      this.#forgetOld()
    }, keepMs).unref()
  }

  has(executionId: string): boolean {
    return this.#entries.has(executionId)
  }

  /** Removes an execution, ended or not. */
  remove(executionId: string): void {
    this.#endedBytes -= this.#ended.get(executionId)?.bytes ?? 0
    this.#ended.delete(executionId)
    this.#entries.delete(executionId)
  }

  #forgetOld(): void {
    const { keepMs, executions, bytes } = this.#bounds
    const oldest = this.#now() - keepMs
    for (const [executionId, { atMs }] of this.#ended) {
      const isSmall = this.#endedBytes <= bytes || this.#ended.size === 1
      if (this.#ended.size <= executions && isSmall && atMs > oldest) return
      this.remove(executionId)
    }
  }

  get(executionId: string): StoredExecution | undefined {
    this.#forgetOld()
    const entry = this.#entries.get(executionId)
    return entry && { owner: entry.owner, execution: standing(entry) }
  }

  source(executionId: string): StoredSource | undefined {
    return this.#entries.get(executionId)?.program
  }

  list({ owner, status, parentIds, after, limit }: ListQuery): readonly Execution[] {
    this.#forgetOld()
    const found: Execution[] = []
    for (const entry of this.#entries.values()) {
      if (owner !== undefined && entry.owner !== owner) continue
      const execution = standing(entry)
      if (parentIds !== undefined) {
        const parent = parentCallOf(execution.metadata)
        if (parent === undefined || !parentIds.includes(parent.executionId)) continue
      }
      if (status === undefined || execution.status === status) found.push(execution)
    }
    return newestFirst(found, placeOf, after, limit)
  }

  events(executionId: string, after: number): readonly StoredEvent[] {
    // Sequence numbers are dense from 1.
    return this.#entries.get(executionId)?.events.slice(after) ?? []
  }
}

function standing({ ended, read }: Entry): Execution {
  return ended ?? read()
}

const placeOf = ({ createdAtMs, executionId }: Execution) => ({ createdAtMs, id: executionId })
