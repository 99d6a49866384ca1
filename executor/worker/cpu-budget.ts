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

/** Measures the CPU time of one guest in milliseconds, and says when its budget is spent. */
export class CpuBudget {
  #budgetMs: number
  #waitedMs: () => number
  #chargedMs = 0
  #laterChargedMs: number
  #wallFromMs = 0
  #cpuFromMs = 0

  /**
   * @param chargedMs CPU time that earlier runs were charged
   * @param isReplay whether the guest repeats an earlier run until {@link startActive}
   */
  constructor(budgetMs: number, waitedMs: () => number, chargedMs: number, isReplay: boolean) {
    this.#budgetMs = budgetMs
    this.#waitedMs = waitedMs
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
    const wallMs = performance.now() - this.#wallFromMs - this.#waitedMs()
    return wallMs > restMs && this.#sinceMs() > restMs
  }

  /** Milliseconds of CPU that this run is charged: none as long as it repeats. */
  usedMs(): number {
    return this.#laterChargedMs < 0 ? this.#sinceMs() : 0
  }

  #restart(): void {
    this.#wallFromMs = performance.now() - this.#waitedMs()
    this.#cpuFromMs = threadCpuMs()
  }

  #sinceMs(): number {
    return threadCpuMs() - this.#cpuFromMs
  }
}

function threadCpuMs(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}
