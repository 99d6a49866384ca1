/** Tasks that share a name are carried out one after the other, in the order in which they came. */

import type { Transaction } from './database.ts'

/** Keeps the order of tasks by name. */
export class InOrder {
  #last = new Map<string, Promise<unknown>>()

  /** Carries out a task when all earlier ones with one of its names have ended. */
  async run<T>(names: readonly string[], task: () => Promise<T>): Promise<T> {
    const before = names.flatMap(name => this.#last.get(name) ?? [])
    const done = before.length === 0 ? task() : Promise.allSettled(before).then(task)
    const ended = done.then(
      () => {},
      () => {},
    )
    for (const name of names) this.#last.set(name, ended)
    try {
      return await done
    } finally {
      for (const name of names) if (this.#last.get(name) === ended) this.#last.delete(name)
    }
  }

  /** Resolves when all tasks that are under way have ended. */
  async settle(): Promise<void> {
    while (this.#last.size > 0) await Promise.all(this.#last.values())
  }
}

/** How a part of the store carries out its work: in order of the names that it is about. */
export interface PartRuns {
  readonly transaction: <T>(
    names: readonly string[],
    work: (tx: Transaction, daemon: number) => Promise<T>,
  ) => Promise<T>
  readonly read: <T>(names: readonly string[], work: (tx: Transaction) => Promise<T>) => Promise<T>
}
