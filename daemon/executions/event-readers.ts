/** Readers of live events: each has a bounded queue, and their bytes are counted together. */

import { EventQueue } from '../../protocol/base/event-queue.ts'
import { heldBytes } from '../../protocol/base/held-bytes.ts'
import type { ExecutionEvent } from '../../protocol/execution/events.ts'

/** A reader that has stalled must not fill the daemon's memory, with large events … */
const MAX_BYTES_BEHIND = 16 * 1024 * 1024
/** … or, where a stream has all executions and never ends, with small ones. */
const MAX_EVENTS_BEHIND = 10_000

/** Opens a bounded queue for each reader of events, and sums up the bytes that wait in them. */
export class EventReaders {
  #queues = new Set<EventQueue<ExecutionEvent>>()

  /** About how many bytes wait for all readers. */
  get heldBytes(): number {
    return this.#queues.values().reduce((sum, { waitingSize }) => sum + waitingSize, 0)
  }

  /**
   * Opens a queue for one reader. A reader that falls too far behind gets the end, and can continue
   * by `Last-Event-ID`. Progress, which a stream does not repeat, is left out before.
   *
   * @param unwatch called when nothing more is to be pushed
   */
  open(unwatch: () => void, isEndless: boolean): EventQueue<ExecutionEvent> {
    const queue: EventQueue<ExecutionEvent> = new EventQueue<ExecutionEvent>(unwatch, {
      maxSize: MAX_BYTES_BEHIND,
      maxWaiting: isEndless ? MAX_EVENTS_BEHIND : Number.POSITIVE_INFINITY,
      sizeOf: heldBytes,
      isOptional: ({ type }) => type === 'call-progressed',
      onDone: () => this.#queues.delete(queue),
    })
    this.#queues.add(queue)
    return queue
  }
}
