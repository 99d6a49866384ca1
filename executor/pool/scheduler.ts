/**
 * Gives workers to executions. Owners come by the worker time that they have had. Within one owner
 * parked executions come before new ones.
 *
 * Where several owners come, one worker may be kept for those that hold none: a running program is not
 * interrupted for another one, so an owner with programs that compute would else be felt by all others.
 */

import { OwnerCounts } from '../../protocol/base/owner-counts.ts'
import { LatchdError } from '../../protocol/errors.ts'
import { OwnerShare } from './owner-share.ts'

/** Options of a {@link WorkerScheduler}. */
export interface SchedulerOptions {
  /** Keeps one worker for owners that hold none, as long as there are several; `false` when absent. */
  readonly keepsOne?: boolean
  /** Milliseconds of a clock that never goes back. */
  readonly now?: () => number
}

/** An owner that has begun nothing for this long does not count as one of several. */
const SEVERAL_MS = 60_000

interface Waiting {
  readonly start: () => void
  readonly refuse: (error: Error) => void
}

/** Gives a fixed number of workers to executions: to the owner with the least worker time first. */
export class WorkerScheduler {
  #workers: number
  #onPressure: (waiting: number) => void
  #keepsOne: boolean
  #now: () => number
  /** The owner that has begun last and when, and when another one had. */
  #lastOwner: string | undefined
  #lastMs = Number.NEGATIVE_INFINITY
  #otherMs = Number.NEGATIVE_INFINITY
  /**
   * Owners that hold or want a worker, and owners that had more time than those. Of equals the
   * first is next.
   */
  #shares = new Map<string, OwnerShare<Waiting>>()
  /** The least worker time that a present owner has had. A new owner begins with as much. */
  #leastHadMs = 0
  /** Workers that were given away. */
  #leased = 0
  /** Workers that executions on their way here are to have. */
  #reserved = new OwnerCounts()
  #isClosed = false

  /** @param onPressure receives how many wait, whenever that may have changed */
  constructor(
    workers: number,
    onPressure: (waiting: number) => void,
    { keepsOne = false, now = () => performance.now() }: SchedulerOptions = {},
  ) {
    this.#workers = workers
    this.#onPressure = onPressure
    this.#keepsOne = keepsOne
    this.#now = now
  }

  /** New executions that wait. */
  get queued(): number {
    return this.#sum(({ starts }) => starts.size)
  }

  /** New executions of an owner that wait. */
  queuedOf(owner: string): number {
    return this.#shares.get(owner)?.starts.size ?? 0
  }

  /** Parked executions that wait to go on. */
  get resuming(): number {
    return this.#sum(({ resumes }) => resumes.size)
  }

  /** Executions that hold a worker. */
  get active(): number {
    return this.#leased
  }

  /** Whether a worker is free that an owner may have, and not reserved. */
  hasFree(owner: string): boolean {
    const holdsAny = this.#shares.get(owner)?.holdsAny === true || this.#reserved.of(owner) > 0
    return this.#mayHave(holdsAny, this.#now(), this.#reserved.total)
  }

  /**
   * Reserves a worker for an execution on its way to {@link take}, so that {@link hasFree} leaves it
   * out. A resumed execution may get it all the same.
   *
   * @returns a function to call when it has come there, or is over
   */
  reserve(owner: string): () => void {
    return this.#reserved.add(owner)
  }

  /** Whether any execution waits. */
  get isPressed(): boolean {
    return this.#waiting > 0
  }

  /**
   * Resolves when a worker is held, to be given back by {@link release}.
   *
   * @param owner name of the caller whose execution it is
   * @throws {LatchdError} `EXECUTOR_CLOSED`
   * @throws the reason of `cancelled`, when aborted before
   */
  async take(owner: string, isResume: boolean, cancelled: AbortSignal): Promise<void> {
    cancelled.throwIfAborted()
    this.refuseWhenClosed()
    const share = this.#enter(owner)
    const nowMs = this.#now()
    // When one is free and others wait, it is kept from those.
    if (this.#mayHave(share.holdsAny, nowMs)) {
      this.#begin(owner, share, nowMs)
      return
    }
    const queue = isResume ? share.resumes : share.starts
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const place = {}
    queue.push(place, { start: resolve, refuse: reject })
    this.#reportPressure()
    const onCancel = () => queue.take(place)?.refuse(cancelled.reason)
    cancelled.addEventListener('abort', onCancel, { once: true })
    try {
      await promise
    } finally {
      cancelled.removeEventListener('abort', onCancel)
    }
  }

  /** @throws {LatchdError} `EXECUTOR_CLOSED` */
  refuseWhenClosed(): void {
    if (this.#isClosed) throw new LatchdError('EXECUTOR_CLOSED', 'The executor is closed')
  }

  /** Gives an owner's worker back. The next execution gets it. */
  release(owner: string): void {
    this.#leased--
    this.#shares.get(owner)?.end(this.#now())
    while (this.#startNext());
    this.#reportPressure()
  }

  /** Refuses all executions that wait, and those that come later. */
  close(): void {
    this.#isClosed = true
    for (const share of this.#shares.values()) {
      for (let next = share.next(); next !== undefined; next = share.next()) {
        next.refuse(new LatchdError('EXECUTOR_CLOSED', 'The executor was closed'))
      }
    }
  }

  /** The share of an owner that asks for a worker. */
  #enter(owner: string): OwnerShare<Waiting> {
    this.#forget()
    const share = this.#shares.get(owner) ?? new OwnerShare<Waiting>()
    if (share.isAway) share.comeBack(this.#leastHadMs)
    this.#shares.set(owner, share)
    return share
  }

  /** Forgets absent owners, except those that have had more worker time than the others by now. */
  #forget(): void {
    const nowMs = this.#now()
    const here = this.#shares.values().filter(share => !share.isAway)
    const leastHereMs = here.reduce((least, share) => Math.min(least, share.hadMs(nowMs)), Infinity)
    if (leastHereMs === Infinity) {
      this.#shares.clear()
      this.#leastHadMs = 0
      return
    }
    this.#leastHadMs = Math.max(this.#leastHadMs, leastHereMs)
    for (const [owner, share] of this.#shares) {
      if (share.isAway && share.hadMs(nowMs) <= this.#leastHadMs) this.#shares.delete(owner)
    }
  }

  /** Whether a worker is free that an owner may have. */
  #mayHave(holdsAny: boolean, nowMs: number, reserved = 0): boolean {
    const free = this.#workers - this.#leased - reserved
    if (free !== 1) return free > 1
    const isKept = this.#keepsOne && nowMs - this.#otherMs < SEVERAL_MS
    return !isKept || !holdsAny
  }

  #begin(owner: string, share: OwnerShare<Waiting>, nowMs: number): void {
    this.#leased++
    share.begin(nowMs)
    if (this.#lastOwner !== owner) this.#otherMs = this.#lastMs
    this.#lastOwner = owner
    this.#lastMs = nowMs
  }

  /** Starts the execution whose turn it is. Returns whether there was one. */
  #startNext(): boolean {
    const nowMs = this.#now()
    let next: readonly [string, OwnerShare<Waiting>] | undefined
    for (const entry of this.#shares) {
      if (entry[1].waiting === 0 || !this.#mayHave(entry[1].holdsAny, nowMs)) continue
      if (next === undefined || entry[1].hadMs(nowMs) < next[1].hadMs(nowMs)) next = entry
    }
    if (next === undefined) return false
    const [owner, share] = next
    // Behind the others, so that owners that have had the same take turns.
    this.#shares.delete(owner)
    this.#shares.set(owner, share)
    this.#begin(owner, share, nowMs)
    share.next()?.start()
    return true
  }

  get #waiting(): number {
    return this.#sum(({ waiting }) => waiting)
  }

  #sum(of: (share: OwnerShare<Waiting>) => number): number {
    return this.#shares.values().reduce((sum, share) => sum + of(share), 0)
  }

  #reportPressure(): void {
    this.#onPressure(this.#waiting)
  }
}
