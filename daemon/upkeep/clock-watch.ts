/** Stores the state of the clock, and looks in the store for a confirmation by an operator. */

import type { TrustedClock } from '../clock/trusted-clock.ts'
import type { Logger } from '../log/log.ts'
import type { Store } from '../store/store.ts'

/** The interval of checks, each of which takes a confirmation that was stored. */
const CHECK_MS = 5000
/** So often the instant is written. */
const KEEP_MS = 300_000

/**
 * Checks the clock every few seconds, and stores its instant every few minutes and at each jump.
 */
export class ClockWatch {
  #clock: TrustedClock
  #store: Pick<Store, 'recordInstant' | 'storedInstant'>
  #log: Pick<Logger, 'warn'>
  #timer: NodeJS.Timeout | undefined
  #keptAtMs = Number.NEGATIVE_INFINITY
  #checking: Promise<void> = Promise.resolve()

  constructor(
    clock: TrustedClock,
    store: Pick<Store, 'recordInstant' | 'storedInstant'>,
    log: Pick<Logger, 'warn'>,
  ) {
    this.#clock = clock
    this.#store = store
    this.#log = log
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.#checking = this.#checking.then(() => this.check())
    }, CHECK_MS).unref()
    this.#checking = this.check()
  }

  async close(): Promise<void> {
    clearInterval(this.#timer)
    await this.#checking
  }

  /** Looks once. Never rejects. */
  async check(): Promise<void> {
    try {
      const wasJumped = this.#clock.isJumped
      this.#clock.check()
      if (this.#clock.isJumped) {
        this.#clock.confirm((await this.#store.storedInstant())?.confirmedMs ?? 0)
      }
      const isNews = wasJumped !== this.#clock.isJumped
      if (!isNews && performance.now() - this.#keptAtMs < KEEP_MS) return
      await this.#store.recordInstant(this.#clock.kept)
      this.#keptAtMs = performance.now()
    } catch (error) {
      // The next look tries again.
      this.#log.warn({ err: error }, 'the last instant was not kept')
    }
  }
}
