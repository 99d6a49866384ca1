/** The live stream of an execution's page: its own events, and a sign of what happens beneath it. */

import type { ExecutionEvent } from '../../../protocol/execution/events.ts'

/** Something has happened in an execution beneath: it is said once, however much it was. */
const CHANGED = { type: 'nested-changed' } as const
type PageEvent = ExecutionEvent | typeof CHANGED

/** Both as one stream, which ends with either of them; its reader leaves both. */
export class LiveEvents implements AsyncIterableIterator<PageEvent> {
  #own: AsyncIterator<ExecutionEvent>
  #beneath: AsyncIterator<ExecutionEvent>
  /** What its own events have given, until it is read. */
  #given: IteratorResult<ExecutionEvent> | undefined
  #isAsked = false
  #isChanged = false
  #isEnded = false
  #fault: { readonly error: unknown } | undefined
  #wake = () => {}

  constructor(own: AsyncIterator<ExecutionEvent>, beneath: AsyncIterator<ExecutionEvent>) {
    this.#own = own
    this.#beneath = beneath
    this.#follow().catch(error => this.#fail(error))
  }

  async next(): Promise<IteratorResult<PageEvent>> {
    for (;;) {
      if (this.#fault !== undefined) throw this.#fault.error
      const given = this.#given
      if (given !== undefined) {
        this.#given = undefined
        if (given.done) await this.#beneath.return?.()
        return given
      }
      if (this.#isChanged) {
        this.#isChanged = false
        return { done: false, value: CHANGED }
      }
      if (this.#isEnded) return await this.return()
      this.#ask()
      await new Promise<void>(resolve => {
        this.#wake = resolve
      })
    }
  }

  async return(): Promise<IteratorResult<PageEvent>> {
    this.#isEnded = true
    await Promise.all([this.#own.return?.(), this.#beneath.return?.()])
    this.#wake()
    return { done: true, value: undefined }
  }

  /** Asks for the next of its own events, one at a time. */
  #ask(): void {
    if (this.#isAsked) return
    this.#isAsked = true
    const take = (given: IteratorResult<ExecutionEvent>) => {
      this.#isAsked = false
      this.#given = given
      this.#wake()
    }
    this.#own.next().then(take, error => this.#fail(error))
  }

  async #follow(): Promise<void> {
    while (!(await this.#beneath.next()).done) {
      this.#isChanged = true
      this.#wake()
    }
    // A reader that has fallen behind: the browser asks again, and is renewed then.
    this.#isEnded = true
    this.#wake()
  }

  #fail(error: unknown): void {
    this.#fault = { error }
    this.#wake()
  }

  [Symbol.asyncIterator](): this {
    return this
  }
}
