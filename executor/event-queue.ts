/** Items that were read and are still held. */
const MAX_READ = 1024

/** Events for one reader, who takes them at its own pace. */
export class EventQueue<T> implements AsyncIterableIterator<T> {
  #items: T[] = []
  /** Index of the next item that the reader takes. */
  #at = 0
  #isEnded = false
  #wake: (() => void) | undefined
  #onLeave: () => void
  #maxWaiting: number

  /**
   * @param onLeave called when the reader leaves before the end, or is given up
   * @param maxWaiting a reader that is further behind gets what waits, and then the end
   */
  constructor(onLeave: () => void = () => {}, maxWaiting = Number.POSITIVE_INFINITY) {
    this.#onLeave = onLeave
    this.#maxWaiting = maxWaiting
  }

  push(item: T): void {
    if (this.#isEnded) return
    if (this.#items.length - this.#at >= this.#maxWaiting) {
      this.#onLeave()
      this.end()
      return
    }
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
    // A reader that is never quite up to date would keep all that it has read.
    if (this.#at === MAX_READ) this.#at -= this.#items.splice(0, MAX_READ).length
    return { done: false, value: this.#items[this.#at++] as T }
  }

  async return(): Promise<IteratorResult<T>> {
    if (!this.#isEnded) this.#onLeave()
    this.#isEnded = true
    this.#items = []
    this.#at = 0
    // Somebody else may have ended it while its reader waits.
    this.#wake?.()
    return { done: true, value: undefined }
  }

  [Symbol.asyncIterator](): this {
    return this
  }
}
