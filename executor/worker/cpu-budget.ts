/**
 * The CPU time of one guest, against its budget.
 *
 * The wall time that the worker did not wait is an upper bound that is cheap to read; only when it
 * exceeds the budget is the thread's own CPU time asked for, so that a busy machine costs nobody
 * their budget.
 */
export class CpuBudget {
  #budgetMs: number
  #waitedMs: () => number
  #wallFromMs = performance.now()
  #cpuFromMs = threadCpuMs()

  constructor(budgetMs: number, waitedMs: () => number) {
    this.#budgetMs = budgetMs
    this.#waitedMs = waitedMs
  }

  isSpent(): boolean {
    const wallMs = performance.now() - this.#wallFromMs - this.#waitedMs()
    return wallMs > this.#budgetMs && this.usedMs() > this.#budgetMs
  }

  /** Milliseconds of CPU that this thread has used since the guest began. */
  usedMs(): number {
    return threadCpuMs() - this.#cpuFromMs
  }
}

function threadCpuMs(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}
