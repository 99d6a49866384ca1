/** How far a reader may be behind. */
export interface QueueBounds<T> {
  /** Items that may wait for the reader. */
  readonly maxWaiting?: number
  /** The size of all waiting items, as {@link sizeOf} measures it. */
  readonly maxSize?: number
  readonly sizeOf?: (item: T) => number
  /** Whether an item may be left out for a reader that is behind by a quarter of the bounds. */
  readonly isOptional?: (item: T) => boolean
  /** Called after the last item, or when the reader has left. */
  readonly onDone?: () => void
}

/** Items that were read and are still held. */
const MAX_READ = 1024

/** Events for one reader, which takes them at its own pace. */
export class EventQueue<T> implements AsyncIterableIterator<T> {
  #items: T[] = []
  /** Index of the next item that the reader takes. */
  #at = 0
  #isEnded = false
  #wake: (() => void) | undefined
  #onLeave: () => void
  #bounds: QueueBounds<T>
  /** Sizes of the items, in step with them; empty where nothing measures them. */
  #sizes: number[] = []
  #waitingSize = 0

  /**
   * @param onLeave called when the reader leaves before the end, or is given up
   * @param bounds a reader that falls further behind gets the waiting items, and then the end
   */
  constructor(onLeave: () => void = () => {}, bounds: QueueBounds<T> = {}) {
    this.#onLeave = onLeave
    this.#bounds = bounds
  }

  /** The size of the waiting items, as the bounds measure it. */
  get waitingSize(): number {
    return this.#waitingSize
  }

  push(item: T): void {
    if (this.#isEnded) return
    const { maxWaiting = Infinity, maxSize = Infinity, sizeOf, isOptional } = this.#bounds
    const waiting = this.#items.length - this.#at
    const isBehind = 4 * waiting >= maxWaiting || 4 * this.#waitingSize >= maxSize
    if (isBehind && isOptional?.(item)) return
    // One item of any size goes in, so that a reader that keeps up gets all.
    if (waiting > 0 && (waiting >= maxWaiting || this.#waitingSize >= maxSize)) {
      this.#onLeave()
      this.end()
      return
    }
    this.add(item, sizeOf?.(item) ?? 0)
  }

  /** Adds an item regardless of the bounds: one that is in memory anyway, and counts nothing. */
  add(item: T, size = 0): void {
    if (this.#isEnded) return
    this.#items.push(item)
    this.#sizes.push(size)
    this.#waitingSize += size
    this.#wake?.()
  }

  /** No further item comes. */
  end(): void {
    this.#isEnded = true
    this.#wake?.()
  }

  async next(): Promise<IteratorResult<T>> {
    while (this.#at === this.#items.length && !this.#isEnded) {
      this.#clear()
      await new Promise<void>(resolve => {
        this.#wake = resolve
      })
    }
    if (this.#at === this.#items.length) {
      this.#bounds.onDone?.()
      return { done: true, value: undefined }
    }
    // A reader that is never quite up to date would keep all items that it has read.
    if (this.#at === MAX_READ) {
      this.#sizes.splice(0, MAX_READ)
      this.#at -= this.#items.splice(0, MAX_READ).length
    }
    this.#waitingSize -= this.#sizes[this.#at] as number
    return { done: false, value: this.#items[this.#at++] as T }
  }

  async return(): Promise<IteratorResult<T>> {
    if (!this.#isEnded) this.#onLeave()
    this.#isEnded = true
    this.#bounds.onDone?.()
    this.#clear()
    // The queue may end while its reader waits.
    this.#wake?.()
    return { done: true, value: undefined }
  }

  #clear(): void {
    this.#items = []
    this.#sizes = []
    this.#at = 0
    this.#waitingSize = 0
  }

  [Symbol.asyncIterator](): this {
    return this
  }
}
