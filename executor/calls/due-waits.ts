/**
 * The waits of one execution, which end in the order in which they are due.
 *
 * Node's own timers do so only while the event loop is in time: it has a list for each duration, shared
 * by all executions, and once it is late it takes list by list.
 */

import { setLongTimeout } from '../../protocol/base/long-timeout.ts'

interface Wait {
  readonly dueAtMs: number
  readonly onDue: () => void
}

/** Waits with one timer for all of them. */
export class DueWaits {
  #now: () => number
  /** In the order in which they are due; those of one instant in the order in which they were added. */
  #waits: Wait[] = []
  #cancel: (() => void) | undefined

  /** @param now milliseconds of the clock that says what is due */
  constructor(now: () => number) {
    this.#now = now
  }

  /** Adds a wait; returns a function that cancels it. @param onDue called once, never at once */
  add(dueAtMs: number, onDue: () => void): () => void {
    const wait: Wait = { dueAtMs, onDue }
    let at = this.#waits.length
    while (at > 0 && (this.#waits[at - 1] as Wait).dueAtMs > dueAtMs) at--
    this.#waits.splice(at, 0, wait)
    if (at === 0) this.#arm()
    return () => this.#remove(wait)
  }

  #remove(wait: Wait): void {
    const at = this.#waits.indexOf(wait)
    if (at < 0) return
    this.#waits.splice(at, 1)
    if (at === 0) this.#arm()
  }

  #arm(): void {
    this.#cancel?.()
    const [first] = this.#waits
    this.#cancel =
      first && setLongTimeout(() => this.#end(), Math.max(0, first.dueAtMs - this.#now()))
  }

  #end(): void {
    const ended = this.#waits.shift()
    const [next] = this.#waits
    // What the first one leads to comes before the next one: a call is answered some microtasks later.
    if (next !== undefined && next.dueAtMs <= this.#now()) this.#cancel = soon(() => this.#end())
    else this.#arm()
    ended?.onDue()
  }
}

function soon(callback: () => void): () => void {
  const immediate = setImmediate(callback)
  return () => clearImmediate(immediate)
}
