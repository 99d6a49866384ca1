/**
 * Whether an execution waits for a thread that is about to be free, although others sleep.
 *
 * A small program is shorter than what it costs to wake a thread whose core another one needs. With more
 * threads at work than cores all of them are slower, and V8 optimizes the same code in each. So while
 * turns are short and the event loop needs a core of its own, as many threads work as there are further
 * cores, and other executions go behind them. A thread whose guest waits for its host does not work, and
 * one that has worked for longer is not about to be free.
 */

import { performance } from 'node:perf_hooks'
import { idleMs } from './wakeful-loop.ts'

/** A lane, as far as its turn is concerned. */
export interface Turning {
  /** Whose turn it is. */
  readonly owner: string | undefined
  /** `false` while its guest waits for its host. */
  readonly isAtWork: boolean
}

/** So many turns of a pool run code that V8 has not optimized: for them each core counts (measured). */
const COLD_TURNS = 500
/** Milliseconds of a short turn: a few times those of a small program whose code is not optimized. */
const SHORT_MS = 5
/** How much one turn changes the mean. */
const WEIGHT = 1 / 8
/**
 * The event loop needs a core from this share of the time on: below it the programs compute so much more
 * than it does that another thread on its core gets further (measured on two cores).
 */
const BUSY = 0.4
/** The share is taken over at least so many milliseconds. */
const SAMPLE_MS = 20
/**
 * Milliseconds without a sample after one below {@link BUSY}: a loop that shares its core with threads seems
 * to be busier than it is.
 */
const PAUSE_MS = 200

/** The turns of the lanes of one pool. */
export class ShortTurns {
  #cores: number
  #now: () => number
  #busyShare: () => number
  /** When the turn of each busy lane began. */
  #begunMs = new Map<Turning, number>()
  /** Turns that have ended. */
  #count = 0
  /** Smoothed milliseconds of a turn. */
  #meanMs = 0
  #isBusy = false
  #nextSampleMs = Number.NEGATIVE_INFINITY

  /**
   * @param cores of the machine, of which one is the event loop's
   * @param now milliseconds of a clock that goes on steadily
   * @param busyShare the share of the time since it was asked last in which the event loop did not sleep
   */
  constructor(cores: number, now = () => performance.now(), busyShare = busyShareOfThread()) {
    this.#cores = Math.max(1, cores - 1)
    this.#now = now
    this.#busyShare = busyShare
  }

  /** The turn of a lane begins. */
  begin(lane: Turning): void {
    this.#begunMs.set(lane, this.#now())
  }

  /** The turn of a lane, if it had one, is over. */
  end(lane: Turning): void {
    const begunMs = this.#begunMs.get(lane)
    if (begunMs === undefined) return
    this.#begunMs.delete(lane)
    const nowMs = this.#now()
    this.#count++
    this.#meanMs += (nowMs - begunMs - this.#meanMs) * WEIGHT
    if (nowMs < this.#nextSampleMs) return
    this.#isBusy = this.#busyShare() >= BUSY
    this.#nextSampleMs = nowMs + (this.#isBusy ? SAMPLE_MS : PAUSE_MS)
  }

  /** Whether a lane is about to be free whose turn is an owner's, and there is no core for another one. */
  isWorthWaiting(owner: string): boolean {
    if (!this.#isBusy || this.#meanMs >= SHORT_MS || this.#count < COLD_TURNS) return false
    const nowMs = this.#now()
    let atWork = 0
    let isAnyOwn = false
    for (const [lane, begunMs] of this.#begunMs) {
      if (nowMs - begunMs >= SHORT_MS || !lane.isAtWork) continue
      atWork++
      isAnyOwn ||= lane.owner === owner
    }
    return isAnyOwn && atWork >= this.#cores
  }
}

/** Of this thread, without the moments in which it is kept awake for nothing. */
function busyShareOfThread(): () => number {
  let last = performance.eventLoopUtilization()
  let lastIdleMs = idleMs()
  return () => {
    const now = performance.eventLoopUtilization()
    const { active, idle } = performance.eventLoopUtilization(now, last)
    const kept = idleMs() - lastIdleMs
    last = now
    lastIdleMs += kept
    return (active - kept) / (active + idle)
  }
}
