/**
 * Executions that another daemon over the same store has in memory: followed by what it stores of
 * them, and cancelled through the store.
 */

import { setTimeout as delay } from 'node:timers/promises'
import type { ExecutionEvent } from '../../protocol/execution/events.ts'
import type { Store } from '../store/store.ts'
import type { EventBus } from './event-bus.ts'

/** The interval at which the store is asked for new events of the executions that are followed. */
const FOLLOW_MS = 250

/** What {@link Elsewhere} works with. */
export interface ElsewhereDependencies {
  readonly store: Store
  readonly bus: EventBus
  readonly onFault: (error: unknown, executionId: string) => void
}

/** Follows and cancels executions of other daemons; does nothing over a store of one daemon. */
export class Elsewhere {
  #deps: ElsewhereDependencies
  #isHere: (executionId: string) => boolean
  /** By execution: how many follow it, and the last event that they got. */
  #followed = new Map<string, { readers: number; last: number }>()
  #polling: Promise<void> | undefined

  /** @param isHere whether an execution is in the memory of this process */
  constructor(deps: ElsewhereDependencies, isHere: (executionId: string) => boolean) {
    this.#deps = deps
    this.#isHere = isHere
  }

  /** Whether other daemons may have executions of the store. */
  get isShared(): boolean {
    return this.#deps.store.sharing !== undefined
  }

  /**
   * Asks the daemon that has an execution to cancel it, and gives it a moment.
   *
   * @returns at once when there is no such daemon
   */
  async cancel(executionId: string): Promise<void> {
    const { sharing } = this.#deps.store
    if (sharing === undefined) return
    await sharing.requestCancel(executionId)
    await delay(FOLLOW_MS)
  }

  /**
   * Publishes the events of an execution to those who watch it here, while another daemon has it.
   *
   * @param after the place of the last event that is known
   * @returns ends it
   */
  follow(executionId: string, after: number): () => void {
    if (!this.isShared) return () => {}
    const followed = this.#followed.get(executionId) ?? { readers: 0, last: after }
    followed.readers++
    followed.last = Math.min(followed.last, after)
    this.#followed.set(executionId, followed)
    this.#polling ??= this.#poll().finally(() => {
      this.#polling = undefined
    })
    return () => {
      if (--followed.readers === 0) this.#followed.delete(executionId)
    }
  }

  /**
   * Calls a listener that waits for the end or a park of an execution, whichever daemon has it.
   *
   * @returns ends it
   */
  await(executionId: string, listener: (event: ExecutionEvent) => void): () => void {
    const unwatch = this.#deps.bus.await(executionId, listener)
    const unfollow = this.follow(executionId, 0)
    return () => {
      unfollow()
      unwatch()
    }
  }

  async #poll(): Promise<void> {
    while (this.#followed.size > 0) {
      try {
        await this.#look()
      } catch (error) {
        this.#deps.onFault(error, 'follow')
      }
      await delay(FOLLOW_MS, undefined, { ref: false })
    }
  }

  async #look(): Promise<void> {
    const { store, bus } = this.#deps
    const ids = [...this.#followed.keys()].filter(id => !this.#isHere(id))
    if (ids.length === 0 || store.sharing === undefined) return
    const newest = await store.sharing.lastEvents(ids)
    for (const [executionId, last] of newest) {
      const followed = this.#followed.get(executionId)
      if (followed === undefined || last <= followed.last) continue
      for (const event of await store.events(executionId, followed.last)) {
        followed.last = event.sequence
        bus.publishTo(event)
      }
    }
  }
}
