/**
 * Retention: deletes old executions and sessions at the start of a daemon, and then at intervals.
 */

import type { Retention } from '../config/retention.ts'
import type { Logger } from '../log/log.ts'
import type { Store } from '../store/store.ts'

/** What {@link Sweeper} works with. */
export interface SweeperDependencies {
  readonly store: Pick<Store, 'sweep'>
  readonly retention: Retention
  /** Removes files that nothing refers to any more; absent: there are none. */
  readonly sweepFiles?: () => Promise<void>
  readonly log: Pick<Logger, 'info' | 'error'>
  /** Epoch milliseconds. */
  readonly now: () => number
}

/** Sweeps per retention time, within these bounds. */
const SWEEPS_PER_KEEP = 10
const SHORTEST_PAUSE_MS = 1000
const LONGEST_PAUSE_MS = 600_000

/** Sweeps the store at intervals, by the configured retention. */
export class Sweeper {
  #deps: SweeperDependencies
  #timer: NodeJS.Timeout | undefined
  #sweeping: Promise<void> | undefined

  constructor(deps: SweeperDependencies) {
    this.#deps = deps
  }

  /** Sweeps now, and goes on doing it. */
  start(): void {
    const pauseMs = this.#deps.retention.keepMs / SWEEPS_PER_KEEP
    const boundedMs = Math.min(LONGEST_PAUSE_MS, Math.max(SHORTEST_PAUSE_MS, pauseMs))
    // A process that has nothing else to do may end.
    this.#timer = setInterval(() => void this.sweep(), boundedMs).unref()
    void this.sweep()
  }

  /** Sweeps once; joins a running sweep. Never rejects. */
  sweep(): Promise<void> {
    this.#sweeping ??= this.#sweep().finally(() => {
      this.#sweeping = undefined
    })
    return this.#sweeping
  }

  /** Stops sweeping; resolves when the last sweep has ended. */
  async close(): Promise<void> {
    clearInterval(this.#timer)
    await this.#sweeping
  }

  async #sweep(): Promise<void> {
    const { store, retention, sweepFiles, log, now } = this.#deps
    const beforeMs = now() - retention.keepMs
    const { maxBytes } = retention
    try {
      const bounds = { endedBeforeMs: beforeMs, usedBeforeMs: beforeMs, maxBytes }
      const swept = await store.sweep(bounds)
      if (swept.executions + swept.sessions > 0) log.info(swept, 'forgotten by retention')
      await sweepFiles?.()
    } catch (error) {
      // The next sweep tries again.
      log.error({ err: error }, 'sweep failed')
    }
  }
}
