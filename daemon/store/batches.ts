/** Gathers what comes in one turn of the event loop into batches: the slower they are, the larger. */

import { setImmediate } from 'node:timers/promises'

/** Bounds of {@link Batches}. */
export interface BatchBounds {
  /** Items in a batch at most: a bound on how long the first waits for the last. */
  readonly maxItems: number
  /** Batches that are under way at once. */
  readonly maxUnderWay: number
}

/** Sends items in batches, in the order in which they came. */
export class Batches<Item> {
  #bounds: BatchBounds
  #send: (batch: readonly Item[]) => Promise<void>
  #gathered: Item[] = []
  #underWay = new Set<readonly Item[]>()
  #gathering: Promise<void> | undefined
  #onSettled: (() => void)[] = []

  /** @param send never rejects: each item gets its own outcome */
  constructor(bounds: BatchBounds, send: (batch: readonly Item[]) => Promise<void>) {
    this.#bounds = bounds
    this.#send = send
  }

  add(item: Item): void {
    this.#gathered.push(item)
    this.#gathering ??= this.#gather()
  }

  /** Resolves when all that was added is done. */
  async settled(): Promise<void> {
    if (this.#gathered.length === 0 && this.#underWay.size === 0) return
    await new Promise<void>(resolve => this.#onSettled.push(resolve))
  }

  /** Takes all that is not done. */
  takeAll(): Item[] {
    return [...[...this.#underWay].flat(), ...this.#gathered.splice(0)]
  }

  async #gather(): Promise<void> {
    // All items of this turn of the event loop go together.
    await setImmediate()
    this.#gathering = undefined
    const { maxItems, maxUnderWay } = this.#bounds
    while (this.#underWay.size < maxUnderWay && this.#gathered.length > 0) {
      const batch = this.#gathered.splice(0, maxItems)
      this.#underWay.add(batch)
      void this.#send(batch).finally(() => {
        this.#underWay.delete(batch)
        if (this.#gathered.length > 0) this.#gathering ??= this.#gather()
        else if (this.#underWay.size === 0) for (const done of this.#onSettled.splice(0)) done()
      })
    }
  }
}
