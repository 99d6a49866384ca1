/** Events of one execution for one reader, who takes them at its own pace. */
export class EventQueue<T> implements AsyncIterableIterator<T> {
  #items: T[] = []
  #isEnded = false
  #wake: (() => void) | undefined
  #onLeave: () => void

  /** @param onLeave called when the reader leaves before the end */
  constructor(onLeave: () => void = () => {}) {
    this.#onLeave = onLeave
  }

  push(item: T): void {
    this.#items.push(item)
    this.#wake?.()
  }

  /** No further item comes. */
  end(): void {
    this.#isEnded = true
    this.#wake?.()
  }

  async next(): Promise<IteratorResult<T>> {
    while (this.#items.length === 0 && !this.#isEnded) {
      await new Promise<void>(resolve => {
        this.#wake = resolve
      })
    }
    const item = this.#items.shift()
    return item === undefined ? { done: true, value: undefined } : { done: false, value: item }
  }

  async return(): Promise<IteratorResult<T>> {
    if (!this.#isEnded) this.#onLeave()
    this.#isEnded = true
    this.#items = []
    return { done: true, value: undefined }
  }

  [Symbol.asyncIterator](): this {
    return this
  }
}
