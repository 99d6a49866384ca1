/** The events of the executions that an execution's calls have begun, and of those beneath them. */

import { RecentlyUsed } from '../../protocol/base/recently-used.ts'
import type { ExecutionEvent } from '../../protocol/execution/events.ts'
import type { ParentCall } from '../../protocol/execution/parent-call.ts'
import { MAX_DEPTH } from './nested-executions.ts'

/** How many executions it remembers as beneath, or as not beneath. */
const MAX_KNOWN = 1000

/** Gives the call that began an execution; `undefined`: none, or the execution is not there. */
export type FindParent = (executionId: string) => Promise<ParentCall | undefined>

/**
 * Filters events: passes those of executions beneath one execution.
 *
 * @param events of all executions that the reader may see; they end with the reader
 */
export class EventsBeneath implements AsyncIterableIterator<ExecutionEvent> {
  #executionId: string
  #events: AsyncIterableIterator<ExecutionEvent>
  #parentOf: FindParent
  #known = new RecentlyUsed<string, boolean>(MAX_KNOWN)

  constructor(
    executionId: string,
    events: AsyncIterableIterator<ExecutionEvent>,
    parentOf: FindParent,
  ) {
    this.#executionId = executionId
    this.#events = events
    this.#parentOf = parentOf
  }

  async next(): Promise<IteratorResult<ExecutionEvent>> {
    for (;;) {
      const next = await this.#events.next()
      if (next.done || (await this.#isBeneath(next.value.executionId))) return next
    }
  }

  async return(): Promise<IteratorResult<ExecutionEvent>> {
    await this.#events.return?.()
    return { done: true, value: undefined }
  }

  async #isBeneath(executionId: string): Promise<boolean> {
    // The events of the execution itself, of which there are most.
    if (executionId === this.#executionId) return false
    const known = this.#known.get(executionId)
    if (known !== undefined) return known
    const isBeneath = await this.#climb(executionId)
    this.#known.set(executionId, isBeneath)
    return isBeneath
  }

  async #climb(from: string): Promise<boolean> {
    let at = from
    for (let depth = 1; depth <= MAX_DEPTH; depth++) {
      const parent = await this.#parentOf(at)
      if (parent === undefined) return false
      at = parent.executionId
      if (at === this.#executionId) return true
    }
    return false
  }

  [Symbol.asyncIterator](): this {
    return this
  }
}
