/** How many executions of each kind have ended, and how many of them as they must not. */

/** Faults that are told one by one. */
const MAX_TOLD = 20

export class Tally {
  #what: string
  #ended = new Map<string, number>()
  /** Executions that have ended as they must not. */
  wrong = 0

  /** @param what names the run in front of each fault */
  constructor(what: string) {
    this.#what = what
  }

  /** Counts an execution. @param wrong what was wrong with it, if anything */
  count(kind: string, wrong: string | undefined): void {
    this.#ended.set(kind, (this.#ended.get(kind) ?? 0) + 1)
    if (wrong === undefined) return
    this.wrong++
    if (this.wrong <= MAX_TOLD) console.error(`soak: ${this.#what} ${kind}: ${wrong}`)
  }

  get total(): number {
    return this.#ended.values().reduce((sum, count) => sum + count, 0)
  }

  get text(): string {
    return [...this.#ended].map(([kind, count]) => `${kind} ${count}`).join(', ')
  }
}
