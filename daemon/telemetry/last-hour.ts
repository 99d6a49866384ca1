/**
 * The last hour of a daemon, minute by minute, for people who look at it without a collector of
 * metrics: what ended, how long it took, and how full the daemon was.
 */

import type { ExecutionEvent } from '../../protocol/execution/events.ts'
import { executionSeconds } from './metrics/buckets.ts'

/** Minutes that are remembered. */
export const MINUTES = 60
const MINUTE_MS = 60_000
const MS_PER_SECOND = 1000

/** Values that are read once a minute; each must be cheap. */
export interface LastHourSources {
  /** Executions that wait for a worker. */
  readonly queued: () => number
  /** Workers that an execution holds. */
  readonly busy: () => number
  /** Memory of the process, in bytes. */
  readonly memoryBytes: () => number
}

/** One minute. */
export interface Minute {
  /** When it began, epoch milliseconds. */
  readonly atMs: number
  readonly completed: number
  readonly failed: number
  readonly cancelled: number
  readonly stuck: number
  /** How many took at most as long as each class of `executionSeconds`, and one class beyond. */
  readonly durations: readonly number[]
  /** At the end of the minute. */
  readonly queued: number
  readonly busy: number
  readonly memoryBytes: number
}

type Growing = { -readonly [K in keyof Minute]: Minute[K] } & { durations: number[] }

/** Collects the last hour. It holds some kilobytes, and wakes once a minute. */
export class LastHour {
  readonly #sources: LastHourSources
  readonly #now: () => number
  /** The oldest first; the last one grows. */
  #minutes: Growing[]
  #timer: NodeJS.Timeout

  /** @param now epoch milliseconds */
  constructor(sources: LastHourSources, now: () => number) {
    this.#sources = sources
    this.#now = now
    this.#minutes = [emptyMinute(now())]
    this.#timer = setInterval(() => this.turn(), MINUTE_MS)
    this.#timer.unref()
  }

  /** Counts what happened. @param createdAtMs when the execution was accepted */
  onEvent(event: ExecutionEvent, createdAtMs: number): void {
    const minute = this.#minutes.at(-1) as Growing
    if (event.type === 'execution-stuck') minute.stuck++
    if (event.type !== 'execution-ended') return
    const { status } = event.execution
    if (status !== 'completed' && status !== 'failed' && status !== 'cancelled') return
    minute[status]++
    const seconds = (event.atMs - createdAtMs) / MS_PER_SECOND
    const at = executionSeconds.findIndex(bound => seconds <= bound)
    const place = at < 0 ? executionSeconds.length : at
    minute.durations[place] = (minute.durations[place] ?? 0) + 1
  }

  /** Ends the present minute, and begins the next one. */
  turn(): void {
    this.#read()
    this.#minutes.push(emptyMinute(this.#now()))
    if (this.#minutes.length > MINUTES) this.#minutes.shift()
  }

  /** The minutes, the oldest first; the last one has not ended. */
  read(): readonly Minute[] {
    this.#read()
    return this.#minutes
  }

  close(): void {
    clearInterval(this.#timer)
  }

  #read(): void {
    const minute = this.#minutes.at(-1) as Growing
    minute.queued = this.#sources.queued()
    minute.busy = this.#sources.busy()
    minute.memoryBytes = this.#sources.memoryBytes()
  }
}

function emptyMinute(atMs: number): Growing {
  const durations = Array.from({ length: executionSeconds.length + 1 }, () => 0)
  const counts = { completed: 0, failed: 0, cancelled: 0, stuck: 0 }
  return { atMs, ...counts, durations, queued: 0, busy: 0, memoryBytes: 0 }
}

/**
 * The upper bound, in seconds, of the class in which a share of the executions lies.
 *
 * @param share from 0 to 1
 * @returns `undefined` when none has ended; infinity beyond the last class
 */
export function quantileSeconds(durations: readonly number[], share: number): number | undefined {
  const all = durations.reduce((sum, count) => sum + count, 0)
  if (all === 0) return undefined
  let counted = 0
  const at = durations.findIndex(count => {
    counted += count
    return counted >= share * all
  })
  return executionSeconds[at] ?? Number.POSITIVE_INFINITY
}
