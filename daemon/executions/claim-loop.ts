/**
 * Brings executions back from the store: those with a decision, those whose time has come, those
 * that an earlier process or another daemon has left, and new ones that have waited in the store.
 *
 * Executions wait in the store, which also decides whose turn it is. The loop claims a few at a time,
 * and the next one when one of these has a worker. So a hundred thousand executions that are due at
 * once take no memory.
 *
 * The loop drops no execution. It gives back one that cannot be loaded, to claim it after a pause. It
 * claims nothing while the disk is full. It looks at the store at intervals, for executions that no
 * message announced.
 */

import { setLongTimeout } from '../../protocol/base/long-timeout.ts'
import { LatchdError } from '../../protocol/errors.ts'
import type { Claimed } from '../store/claim-facts.ts'
import type { ClaimedExecution, StoreWriter } from '../store/store.ts'
import { FULL_DISK_MS, isStoreFull, untilRoom } from '../store/until-room.ts'

/** What {@link ClaimLoop} works with. */
export interface ClaimDependencies {
  readonly store: Pick<StoreWriter, 'claim' | 'giveBack'>
  /**
   * Brings a claimed execution into memory. Resolves when the execution has a worker, or does not need
   * one. `loaded`: its rows, when they were read already; absent: it reads them from the store.
   */
  readonly resume: (claimed: Claimed, loaded?: Loaded) => Promise<void>
  readonly onFault: (error: unknown, executionId: string) => void
  /** The clock by which executions can go on, in epoch milliseconds; the machine's when absent. */
  readonly now?: () => number
  /** Whether the memory has room for more executions; absent: always. */
  readonly hasRoom?: () => boolean
  /** Claimed executions that may wait for a worker now; {@link MAX_LOADED} when absent. */
  readonly maxLoaded?: () => number
  /**
   * This daemon claims executions that were due for this many milliseconds; `undefined`: it leaves all to
   * other daemons. Absent: it claims each as soon as it is due.
   */
  readonly claimsAfterMs?: () => number | undefined
  /** The interval of looks at the store, which are made in any case. */
  readonly lookMs?: number
}

/** A stored execution on its way from the store. */
type Loaded = Promise<ClaimedExecution | undefined>

/** Claimed executions that wait for a worker, at most. */
export const MAX_LOADED = 64
const LOOK_MS = 10_000
/** Beside its free workers, a daemon that shares its store claims one more for each of this many. */
const WAITING_PART = 4
/** The interval of checks for room while the memory is full. */
const ROOM_LOOK_MS = 250
/** A load that failed is tried again after the first pause, then after twice as long, up to the last. */
const FIRST_PAUSE_MS = 500
const LAST_PAUSE_MS = 300_000

/**
 * How many claimed executions may wait at a daemon that shares its store: those that it has workers
 * for, and a few beside, so that a worker that becomes free has one. More would wait here while
 * another daemon has a worker for them.
 */
export function shareOf({ workers, active }: { workers: number; active: number }): number {
  return Math.max(0, workers - active) + Math.ceil(workers / WAITING_PART)
}

/** Claims executions. At most {@link MAX_LOADED} of them are loaded at a time. */
export class ClaimLoop {
  #deps: ClaimDependencies
  #lookMs: number
  #maxLoaded: () => number
  #now: () => number
  #loading = 0
  #wakeAtMs = Infinity
  #disarm: () => void = () => {}
  #looking: Promise<void> | undefined
  /** Whether something has changed since the claim under way was sent. */
  #looksAgain = false
  /** Whether the last claim left executions that can go on. */
  #hasMore = false
  /** Whether the last claim left executions whose session is held. */
  #isBlocked = false
  /** Whether nothing is claimed, since the disk is full or a claim has failed. */
  #isPaused = false
  /** Whether a check for room in the memory is scheduled. */
  #awaitsRoom = false
  #stopped = new AbortController()
  /** The owner whose execution was claimed last. */
  #last = ''
  /** How often the load of an execution has failed, one after the other. */
  #failures = new Map<string, number>()
  /** How many claims have failed, one after the other. */
  #failedClaims = 0
  #timers = new Set<NodeJS.Timeout>()

  constructor(deps: ClaimDependencies) {
    this.#deps = deps
    this.#lookMs = deps.lookMs ?? LOOK_MS
    this.#maxLoaded = deps.maxLoaded ?? (() => MAX_LOADED)
    this.#now = deps.now ?? Date.now
  }

  get #isStopped(): boolean {
    return this.#stopped.signal.aborted
  }

  /** Looks for executions that can go on, now, and at intervals from now on. */
  look(): void {
    if (this.#isStopped || this.#isPaused) return
    if (this.#looking !== undefined) {
      this.#looksAgain = true
      return
    }
    this.#looksAgain = false
    this.#looking = this.#look().then(isLast => {
      this.#looking = undefined
      if (this.#looksAgain || !isLast) this.look()
    })
  }

  /** A session is free again, for which an execution may wait in the store. */
  sessionFreed(): void {
    if (this.#isBlocked) this.look()
  }

  /** Whether one more may be claimed at once: others have no earlier turn. */
  get hasPlace(): boolean {
    const hasRoom = this.#deps.hasRoom?.() ?? true
    const isOpen = !this.#isStopped && !this.#isPaused && !this.#hasMore
    return isOpen && hasRoom && this.#loading < this.#maxLoaded()
  }

  /**
   * Brings one execution into memory, which is claimed beside the loop, while {@link hasPlace}.
   *
   * @returns whether it could be claimed; never rejects
   */
  async takeOne(claiming: Promise<Claimed | undefined>, loaded: Loaded): Promise<boolean> {
    // The caller that brings it into memory gets the fault; the loop does not need it.
    loaded.catch(() => {})
    this.#loading++
    try {
      const claimed = await claiming
      if (claimed !== undefined) this.#take(claimed, loaded)
      return claimed !== undefined
    } catch (error) {
      this.#pauseAfter(error)
      return false
    } finally {
      this.#loading--
    }
  }

  /** Looks at this instant at the latest. */
  wakeAt(atMs: number): void {
    if (atMs >= this.#wakeAtMs || this.#isStopped) return
    this.#wakeAtMs = atMs
    this.#disarm()
    this.#disarm = setLongTimeout(
      () => {
        this.#wakeAtMs = Infinity
        this.look()
      },
      Math.max(0, atMs - this.#now()),
    )
  }

  /**
   * Gives back an execution whose load has failed: it can be claimed after a pause, which is longer
   * each time.
   */
  giveBack(claimed: Claimed): void {
    const failures = this.#failures.get(claimed.executionId) ?? 0
    this.#failures.set(claimed.executionId, failures + 1)
    const pauseMs = Math.min(LAST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** failures)
    void this.#giveBack(claimed, this.#now() + pauseMs)
  }

  /** Claims nothing more; resolves when the claim under way has ended. */
  async stop(): Promise<void> {
    this.#stopped.abort()
    this.#disarm()
    for (const timer of this.#timers) clearTimeout(timer)
    await this.#looking
  }

  /** Claims once; whether nothing is left that could be claimed at once. Never rejects. */
  async #look(): Promise<boolean> {
    const afterMs = this.#deps.claimsAfterMs === undefined ? 0 : this.#deps.claimsAfterMs()
    const nowMs = this.#now() - (afterMs ?? 0)
    const max = afterMs === undefined ? 0 : this.#room()
    try {
      const request = { nowMs, max, after: this.#last }
      // Without room no claim is made. More may be there, so `#hasMore` is set.
      const answer = max > 0 ? await this.#deps.store.claim(request) : undefined
      this.#failedClaims = 0
      this.#hasMore = answer === undefined || answer.claimed.length >= max
      if (answer !== undefined) {
        this.#isBlocked = answer.isBlocked
        for (const claimed of answer.claimed) this.#take(claimed)
        this.wakeAt(answer.nextMs ?? Infinity)
      }
    } catch (error) {
      this.#pauseAfter(error)
    }
    this.wakeAt(this.#now() + this.#lookMs)
    return !this.#hasMore || max <= 0
  }

  /** How many may be claimed now. */
  #room(): number {
    if (this.#deps.hasRoom?.() ?? true) return Math.max(0, this.#maxLoaded() - this.#loading)
    // One at a time goes on in any case, since the executions in memory may wait for it.
    if (this.#loading === 0) return 1
    if (!this.#awaitsRoom) {
      this.#awaitsRoom = true
      this.#after(ROOM_LOOK_MS, () => {
        this.#awaitsRoom = false
        this.look()
      })
    }
    return 0
  }

  #take(claimed: Claimed, loaded?: Loaded): void {
    this.#last = claimed.owner
    void this.#load(claimed, loaded)
  }

  async #load(claimed: Claimed, loaded?: Loaded): Promise<void> {
    const { executionId } = claimed
    this.#loading++
    try {
      await this.#deps.resume(claimed, loaded)
      this.#failures.delete(executionId)
    } catch (error) {
      // Unless it is given back, the next process of this daemon finds it.
      if (this.#isStopped) return
      if (isStoreFull(error)) {
        await this.#giveBack(claimed, this.#now())
        this.#pause(FULL_DISK_MS)
      } else {
        this.#deps.onFault(error, executionId)
        this.giveBack(claimed)
      }
    } finally {
      this.#loading--
      if (this.#hasMore) this.look()
    }
  }

  async #giveBack({ executionId, epoch }: Claimed, fromMs: number): Promise<void> {
    try {
      const give = () => this.#deps.store.giveBack(executionId, epoch, fromMs)
      await untilRoom(give, { signal: this.#stopped.signal })
      this.wakeAt(fromMs)
    } catch (error) {
      if (this.#isStopped || (error instanceof LatchdError && error.code === 'STALE_OWNER')) return
      this.#deps.onFault(error, executionId)
      this.#after(LAST_PAUSE_MS, () => void this.#giveBack({ executionId, epoch, owner: '' }, 0))
    }
  }

  #pauseAfter(error: unknown): void {
    if (isStoreFull(error)) {
      this.#pause(FULL_DISK_MS)
      return
    }
    this.#deps.onFault(error, 'claim')
    this.#pause(Math.min(this.#lookMs, FIRST_PAUSE_MS * 2 ** this.#failedClaims++))
  }

  /** Claims nothing for a while. */
  #pause(pauseMs: number): void {
    if (this.#isPaused) return
    this.#isPaused = true
    this.#after(pauseMs, () => {
      this.#isPaused = false
      this.look()
    })
  }

  #after(delayMs: number, callback: () => void): void {
    if (this.#isStopped) return
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      callback()
    }, delayMs)
    this.#timers.add(timer)
  }
}
