/**
 * The CPU time of one guest, against its budget.
 *
 * The wall time that the worker did not wait is an upper bound that is cheap to read. Only when it
 * exceeds the budget is the thread's own CPU time read, so that a busy machine costs no guest its
 * budget. The part that repeats an earlier run is not charged again. It has a budget of its own,
 * several times as large: it kept to its budget before, but may take more time on a busy machine.
 */

/** How much more a repetition may take than the first time was allowed to. */
const REPEAT_FACTOR = 4
const REPEAT_EXTRA_MS = 1000

/** How the guest has waited so far, in milliseconds. */
export interface Waits {
  readonly waitMs: number
  /** The part of it in which the thread did not sleep: no execution is charged for it. */
  readonly spunMs: number
}

/** Measures the CPU time of one guest in milliseconds, and says when its budget is spent. */
export class CpuBudget {
  #budgetMs: number
  #waits: Waits
  #chargedMs = 0
  #laterChargedMs: number
  #wallFromMs = 0
  #cpuFromMs = 0

  /**
   * @param chargedMs CPU time that earlier runs were charged
   * @param isReplay whether the guest repeats an earlier run until {@link startActive}
   */
  constructor(budgetMs: number, waits: Waits, chargedMs: number, isReplay: boolean) {
    this.#budgetMs = budgetMs
    this.#waits = waits
    this.#laterChargedMs = chargedMs
    this.#restart()
    if (!isReplay) this.startActive()
  }

  /** From now on the guest does something new, which is charged. Idempotent. */
  startActive(): void {
    if (this.#laterChargedMs < 0) return
    this.#chargedMs = this.#laterChargedMs
    this.#laterChargedMs = -1
    this.#restart()
  }

  isSpent(): boolean {
    const isRepeat = this.#laterChargedMs >= 0
    const restMs = isRepeat
      ? REPEAT_FACTOR * this.#budgetMs + REPEAT_EXTRA_MS
      : this.#budgetMs - this.#chargedMs
    const wallMs = performance.now() - this.#wallFromMs - this.#waits.waitMs
    return wallMs > restMs && this.#sinceMs() > restMs
  }

  /** Milliseconds of CPU that this run is charged: none as long as it repeats. */
  usedMs(): number {
    return this.#laterChargedMs < 0 ? this.#sinceMs() : 0
  }

  #restart(): void {
    this.#wallFromMs = performance.now() - this.#waits.waitMs
    this.#cpuFromMs = threadCpuMs() - this.#waits.spunMs
  }

  #sinceMs(): number {
    // A thread that lost its core has spun for less CPU time than that.
    return Math.max(0, threadCpuMs() - this.#waits.spunMs - this.#cpuFromMs)
  }
}

function threadCpuMs(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}
