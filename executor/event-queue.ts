/** Events of one execution for one reader, who takes them at its own pace. */
export class EventQueue<T> implements AsyncIterableIterator<T> {
  #items: T[] = []
  /** Index of the next item that the reader takes. */
  #at = 0
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
    while (this.#at === this.#items.length && !this.#isEnded) {
      this.#items = []
      this.#at = 0
      await new Promise<void>(resolve => {
        this.#wake = resolve
      })
    }
    if (this.#at === this.#items.length) return { done: true, value: undefined }
    return { done: false, value: this.#items[this.#at++] as T }
  }

  async return(): Promise<IteratorResult<T>> {
    if (!this.#isEnded) this.#onLeave()
    this.#isEnded = true
    this.#items = []
    this.#at = 0
    return { done: true, value: undefined }
  }

  [Symbol.asyncIterator](): this {
    return this
  }
}
