/**
 * Watches guests that run: one that does not answer its interrupt is ended with its thread.
 *
 * Nearly all of the engine polls; what does not (joining an array of 2^32 holes) would hold its
 * worker for ever. A guest is wedged when its beat stands still while it runs, for longer than its
 * whole CPU budget and a grace period, or than the grace period once it was told to stop.
 */

import type { GuestLink } from './guest-pool.ts'

const TICK_MS = 250
export const GRACE_MS = 1000

interface Watched {
  readonly run: GuestLink
  readonly cpuMs: number
  readonly isStopping: () => boolean
  readonly onWedged: () => void
  beat: number
  stillSinceMs: number
}

export class Supervision {
  #watched = new Set<Watched>()
  #timer: NodeJS.Timeout | undefined

  /** Watches a guest until the function that this gives is called. */
  watch(
    run: GuestLink,
    cpuMs: number,
    isStopping: () => boolean,
    onWedged: () => void,
  ): () => void {
    const watched = { run, cpuMs, isStopping, onWedged, beat: -1, stillSinceMs: performance.now() }
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
      const { run } = watched
      const { beat } = run
      if (beat !== watched.beat || !run.isRunning) {
        watched.beat = beat
        watched.stillSinceMs = nowMs
        continue
      }
      const boundMs = watched.isStopping() ? GRACE_MS : watched.cpuMs + GRACE_MS
      if (nowMs - watched.stillSinceMs < boundMs) continue
      this.#watched.delete(watched)
      watched.onWedged()
    }
  }
}
