/**
 * The executions that wait for a lane: for any that an owner may have, or for one that is about to be
 * free (`short-turns.ts`), in the order in which they came.
 */

import { Fifo } from '../../protocol/base/fifo.ts'
import type { ShortTurns } from './short-turns.ts'
import type { ThreadLane } from './thread-lane.ts'

/** Those that wait for a lane that is about to be free look again after so many milliseconds. */
const LOOK_MS = 1

/** An execution that wants a lane. */
export interface Wanting {
  readonly owner: string
  /** The session whose state a lane may hold. */
  readonly session?: string | undefined
}

interface Waiting extends Wanting {
  readonly place: object
  readonly take: (lane: ThreadLane) => void
  readonly refuse: (error: unknown) => void
}

/** What a {@link LaneQueue} has its lanes from. */
export interface LaneSource {
  /** Takes the free lane that suits best; `undefined`: there is none. */
  choose(wanting: Wanting): ThreadLane | undefined
  /** Called when an execution waits that would have any lane. */
  onLack(): void
}

/** Gives lanes to those that want one. */
export class LaneQueue {
  #source: LaneSource
  #turns: ShortTurns
  #waiting = new Fifo<object, Waiting>()
  /** Set while one of them waits for a lane that is about to be free. */
  #lookTimer: NodeJS.Timeout | undefined
  #isAboutToLook = false

  constructor(source: LaneSource, turns: ShortTurns) {
    this.#source = source
    this.#turns = turns
  }

  /** Takes a free lane; `undefined`: there is none at the moment, or one that is about to be free suits better. */
  take(wanting: Wanting): ThreadLane | undefined {
    return this.#isPatient(wanting) ? undefined : this.#source.choose(wanting)
  }

  /**
   * Waits for the next lane that an owner may have.
   *
   * @throws the reason of `cancelled`, when aborted before
   * @throws {LatchdError} `EXECUTOR_CLOSED`
   */
  async next({ owner, session }: Wanting, cancelled: AbortSignal): Promise<ThreadLane> {
    const { promise, resolve, reject } = Promise.withResolvers<ThreadLane>()
    const place = {}
    this.#waiting.push(place, { place, owner, session, take: resolve, refuse: reject })
    if (this.#isPatient({ owner, session })) this.#lookLater()
    else this.#source.onLack()
    const onCancel = () => this.#waiting.take(place)?.refuse(cancelled.reason)
    cancelled.addEventListener('abort', onCancel, { once: true })
    try {
      return await promise
    } finally {
      cancelled.removeEventListener('abort', onCancel)
    }
  }

  /** Gives the lanes that are free to those that wait, in their order. */
  serve(): void {
    const patient = new Set<string>()
    for (const waiting of this.#waiting.values()) {
      // What holds for one of an owner holds for those behind it.
      if (waiting.session === undefined && patient.has(waiting.owner)) continue
      if (this.#isPatient(waiting)) {
        patient.add(waiting.owner)
        continue
      }
      const lane = this.#source.choose(waiting)
      if (lane === undefined) this.#source.onLack()
      else this.#waiting.take(waiting.place)?.take(lane)
    }
    if (patient.size > 0) this.#lookLater()
  }

  /** A guest has sent something, and may wait from now on: then those behind it go elsewhere. */
  noteMessage(): void {
    if (this.#waiting.size === 0 || this.#isAboutToLook) return
    this.#isAboutToLook = true
    // An answer that is here at once has been delivered by then.
    setImmediate(() => {
      this.#isAboutToLook = false
      this.serve()
    })
  }

  /** Refuses all that wait. */
  close(error: Error): void {
    clearTimeout(this.#lookTimer)
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      next.refuse(error)
    }
  }

  /** Whether an execution waits for a lane that is about to be free. A session may have its own elsewhere. */
  #isPatient({ owner, session }: Wanting): boolean {
    return session === undefined && this.#turns.isWorthWaiting(owner)
  }

  #lookLater(): void {
    this.#lookTimer ??= setTimeout(() => {
      this.#lookTimer = undefined
      this.serve()
    }, LOOK_MS)
  }
}
