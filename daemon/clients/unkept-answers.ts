/** Answers of a client that it has to keep until the daemon acknowledges them. */

/** What {@link UnkeptAnswers} works with. */
export interface UnkeptDependencies {
  readonly isDurable: (executionId: string) => boolean
  /** Resolves when all answers to the execution so far cannot be lost any more. */
  readonly sync: (executionId: string) => Promise<void>
  readonly onFault: (error: unknown, executionId: string) => void
  /** Acknowledges answers, by the ids of their requests. */
  readonly acknowledge: (ids: string[]) => void
}

/** Answers are acknowledged together. */
const SOON_MS = 20
/** For durable executions: by then the store has usually written the answers. */
const KEPT_MS = 300

/** Acknowledges answers once they cannot be lost any more, many together. */
export class UnkeptAnswers {
  #deps: UnkeptDependencies
  /** The executions of the answers, by the id of the request. */
  #unkept = new Map<string, string>()
  #soonTimer: NodeJS.Timeout | undefined
  #keptTimer: NodeJS.Timeout | undefined

  constructor(deps: UnkeptDependencies) {
    this.#deps = deps
  }

  get size(): number {
    return this.#unkept.size
  }

  has(id: string): boolean {
    return this.#unkept.has(id)
  }

  executionOf(id: string): string | undefined {
    return this.#unkept.get(id)
  }

  add(id: string, executionId: string): void {
    this.#unkept.set(id, executionId)
    // An execution that ends with the process needs no store for its acknowledgement.
    if (!this.#deps.isDurable(executionId)) this.#acknowledgeSoon()
    else this.#keptTimer ??= setTimeout(() => void this.#acknowledge(), KEPT_MS)
  }

  /** Acknowledges the answers of executions that are not durable, a few together. */
  #acknowledgeSoon(): void {
    this.#soonTimer ??= setTimeout(() => {
      this.#soonTimer = undefined
      const isVolatile = ([, executionId]: [string, string]) => !this.#deps.isDurable(executionId)
      const ids = [...this.#unkept].filter(isVolatile).map(([id]) => id)
      for (const id of ids) this.#unkept.delete(id)
      this.#deps.acknowledge(ids)
    }, SOON_MS)
  }

  /** Acknowledges answers of durable executions, once they cannot be lost any more. */
  async #acknowledge(): Promise<void> {
    this.#keptTimer = undefined
    const byExecution = Map.groupBy([...this.#unkept], ([, executionId]) => executionId)
    await Promise.all(
      Array.from(byExecution, async ([executionId, answers]) => {
        try {
          await this.#deps.sync(executionId)
        } catch (error) {
          // The client keeps the answers for the process that resumes the execution.
          this.#deps.onFault(error, executionId)
          return
        }
        const ids = answers.map(([id]) => id)
        for (const id of ids) this.#unkept.delete(id)
        this.#deps.acknowledge(ids)
      }),
    )
  }
}
