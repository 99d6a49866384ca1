/**
 * Watches guests that run, and ends those that do not answer their interrupt, with their threads.
 *
 * Nearly all of the engine polls. A part that does not (joining an array of 2^32 holes) would hold
 * its worker for ever. A guest is unresponsive when it runs and its heartbeat stands still for
 * longer than its whole CPU budget and a grace period, which its engine decides. Once it was stopped the grace period alone
 * counts.
 *
 * A guest that was stopped is unresponsive soon after that in any case, whatever its latch shows. A
 * program that is out of the engine writes there as it likes, and a task that its worker never took
 * writes nothing.
 */

import type { GuestLink } from '../boundary/guest-pool.ts'

/** So a guest of 100 ms of grace is ended within 300 ms of its time. */
const TICK_MS = 100
/** Several times as long as the slowest guest takes that is ended for its heartbeat. */
const STOP_MS = 3000

interface Watched {
  readonly run: GuestLink
  readonly cpuMs: number
  readonly isStopping: () => boolean
  readonly onUnresponsive: () => void
  heartbeat: number
  stillSinceMs: number
  /** When it was first seen that it is to stop. */
  stoppingSinceMs: number | undefined
}

/** Watches all running guests of this process, and reports those that are unresponsive. */
export class Supervision {
  #watched = new Set<Watched>()
  #timer: NodeJS.Timeout | undefined

  /** Watches a guest until the returned function is called. */
  watch(
    run: GuestLink,
    cpuMs: number,
    isStopping: () => boolean,
    onUnresponsive: () => void,
  ): () => void {
    const watched: Watched = {
      run,
      cpuMs,
      isStopping,
      onUnresponsive,
      heartbeat: -1,
      stillSinceMs: performance.now(),
      stoppingSinceMs: undefined,
    }
    this.#watched.add(watched)
    this.#timer ??= setInterval(() => this.#look(), TICK_MS).unref()
    return () => {
      this.#watched.delete(watched)
    }
  }

  #look(): void {
    if (this.#watched.size === 0) {
      clearInterval(this.#timer)
      this.#timer = undefined
      return
    }
    const nowMs = performance.now()
    for (const watched of this.#watched) {
      if (!isUnresponsive(watched, nowMs)) continue
      this.#watched.delete(watched)
      watched.onUnresponsive()
    }
  }
}

function isUnresponsive(watched: Watched, nowMs: number): boolean {
  const { run, cpuMs } = watched
  const isStopping = watched.isStopping()
  if (isStopping) {
    watched.stoppingSinceMs ??= nowMs
    if (nowMs - watched.stoppingSinceMs >= STOP_MS) return true
  }
  const { heartbeat, graceMs } = run
  if (heartbeat !== watched.heartbeat || !run.isRunning) {
    watched.heartbeat = heartbeat
    watched.stillSinceMs = nowMs
    return false
  }
  return nowMs - watched.stillSinceMs >= (isStopping ? graceMs : cpuMs + graceMs)
}
