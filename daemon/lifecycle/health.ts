/** The health of the daemon, for the watchdog. */

import { errorText } from '../../protocol/base/error-text.ts'
import { within } from '../../protocol/base/within.ts'

/** What {@link HealthProbe} works with. */
export interface HealthDependencies {
  /** Reads something from the store that does not exist. */
  readonly askStore: () => Promise<unknown>
  /** Runs a tiny program. @throws {Error} when it fails or takes longer than `timeoutMs` */
  readonly runCanary: (timeoutMs: number) => Promise<void>
  readonly load: () => Load
  /** Monotonic milliseconds. */
  readonly now: () => number
}

/** How busy the workers are. */
export interface Load {
  readonly workers: number
  readonly active: number
  /** Guests that have got a worker since the start. */
  readonly begun: number
}

/** The finding of a probe; times in milliseconds. */
export type Health =
  | {
      readonly isWell: true
      /** How late the event loop was. */
      readonly lagMs: number
      readonly storeMs: number
      /** Absent while every worker is taken: a program would only wait in the queue. */
      readonly canaryMs: number | undefined
    }
  | { readonly isWell: false; readonly reason: string }

/** Bounds of a healthy daemon on a busy machine. */
export const healthBounds = {
  /** Callers give up earlier. */
  lagMs: 5000,
  /** A commit on a slow disk takes a second or two. */
  storeMs: 10_000,
  canaryMs: 10_000,
  /**
   * All workers busy for this long: more than the ceiling of `cpuMs`, after which one must be free.
   */
  stallMs: 360_000,
} as const

/** Probes the event loop, the store and the workers against {@link healthBounds}. */
export class HealthProbe {
  #deps: HealthDependencies
  /** Since when all workers are taken, by the same guests. */
  #stall: { readonly begun: number; readonly sinceMs: number } | undefined

  constructor(deps: HealthDependencies) {
    this.#deps = deps
  }

  /** Looks at event loop, store and workers. Never rejects. */
  async probe(): Promise<Health> {
    try {
      const lagMs = await this.#lag()
      if (lagMs > healthBounds.lagMs) return ill(`the event loop was ${Math.round(lagMs)} ms late`)
      const storeMs = await this.#time('the store', healthBounds.storeMs, this.#deps.askStore)
      return { isWell: true, lagMs, storeMs, canaryMs: await this.#canary() }
    } catch (error) {
      return ill(errorText(error))
    }
  }

  /** The delay of a timer that is due at once. */
  async #lag(): Promise<number> {
    const { now } = this.#deps
    const beganMs = now()
    await new Promise(resolve => setTimeout(resolve, 1))
    return Math.max(0, now() - beganMs - 1)
  }

  async #canary(): Promise<number | undefined> {
    const { load, runCanary } = this.#deps
    if (this.#isBusy()) return undefined
    const { begun } = load()
    try {
      return await this.#time('a program', healthBounds.canaryMs, () =>
        runCanary(healthBounds.canaryMs),
      )
    } catch (error) {
      // Others came first: the canary itself would be one.
      if (this.#isBusy() && load().begun > begun) return undefined
      throw error
    }
  }

  /** @throws {Error} when the same guests have had all workers for longer than any may */
  #isBusy(): boolean {
    const { workers, active, begun } = this.#deps.load()
    const nowMs = this.#deps.now()
    if (active < workers) {
      this.#stall = undefined
      return false
    }
    if (this.#stall?.begun !== begun) this.#stall = { begun, sinceMs: nowMs }
    const heldMs = nowMs - this.#stall.sinceMs
    if (heldMs <= healthBounds.stallMs) return true
    throw new Error(`no worker was free for ${Math.round(heldMs)} ms`)
  }

  /** How long something takes. @throws {Error} when it fails, or takes longer than the bound */
  async #time(what: string, boundMs: number, act: () => Promise<unknown>): Promise<number> {
    const beganMs = this.#deps.now()
    await within(act(), boundMs, () => {
      throw new Error(`${what} did not answer in ${boundMs} ms`)
    })
    return this.#deps.now() - beganMs
  }
}

function ill(reason: string): Health {
  return { isWell: false, reason }
}
