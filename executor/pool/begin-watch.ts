/**
 * Watches tasks that were handed to a thread and have not begun. An idle thread begins its task at
 * once. If it does not, what an earlier program left in it holds it up, and the thread is given up.
 *
 * The watch counts the ticks of this process that come in time. A tick that comes late does not count,
 * since this process or the machine was held up. Each thread that is given up doubles the time of the
 * next one, until a task begins. So the watch also gets to an end on a machine that is too slow.
 */

/** A task that was handed over. */
export interface BeginningTask {
  readonly hasBegun: () => boolean
  /** Bytes that the thread has to read before it can begin. */
  readonly bytes: number
  /** Called once when its thread does not begin. */
  readonly onSilent: () => void
}

const TICK_MS = 100
/** A second. */
const SILENT_TICKS = 10
/** A tick that comes later than this does not count: this process itself was held up. */
const LATEST_TICK_MS = 1.5 * TICK_MS
/** One more tick for each of these bytes: a thread reads about ten times as many in a tick (measured). */
const BYTES_PER_TICK = 4 * 1024 * 1024
/** How often the time is doubled, at most. */
const MAX_DOUBLINGS = 6

/** Watches tasks until they begin, and reports those whose thread does not begin them in time. */
export class BeginWatch {
  /** Ticks that each task has let pass. */
  #tasks = new Map<BeginningTask, number>()
  #timer: NodeJS.Timeout | undefined
  #lastTickMs = 0
  #doublings = 0

  /** Watches a task until it has begun or the returned function is called. */
  watch(task: BeginningTask): () => void {
    this.#tasks.set(task, 0)
    if (this.#timer === undefined) {
      this.#lastTickMs = performance.now()
      this.#timer = setInterval(() => this.#tick(), TICK_MS).unref()
    }
    return () => {
      this.#tasks.delete(task)
    }
  }

  #tick(): void {
    const nowMs = performance.now()
    const isInTime = nowMs - this.#lastTickMs <= LATEST_TICK_MS
    this.#lastTickMs = nowMs
    for (const [task, ticks] of this.#tasks) {
      if (task.hasBegun()) {
        this.#doublings = 0
        this.#tasks.delete(task)
      } else if (isInTime) this.#count(task, ticks + 1)
    }
    if (this.#tasks.size > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  #count(task: BeginningTask, ticks: number): void {
    this.#tasks.set(task, ticks)
    const allowedTicks = SILENT_TICKS * 2 ** this.#doublings + task.bytes / BYTES_PER_TICK
    if (ticks < allowedTicks) return
    this.#doublings = Math.min(this.#doublings + 1, MAX_DOUBLINGS)
    this.#tasks.delete(task)
    task.onSilent()
  }
}
