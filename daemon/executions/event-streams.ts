/** Streams of events: of one execution from its past on, or of all executions of a caller. */

import { LatchdError } from '../../protocol/errors.ts'
import type { ExecutionEvent } from '../../protocol/execution/events.ts'
import type { Execution } from '../../protocol/execution/execution.ts'
import { isEnded } from '../../protocol/execution/status.ts'
import type { Caller } from '../auth/caller.ts'
import type { Elsewhere } from './elsewhere.ts'
import type { EventBus } from './event-bus.ts'
import { EventReaders } from './event-readers.ts'
import type { OtherDaemons } from './other-daemons.ts'
import { isLast } from './resting-place.ts'
import type { ExecutionWriter } from './writer.ts'

/** Where live events come from. */
export interface EventSources {
  readonly bus: EventBus
  readonly others?: OtherDaemons | undefined
}

/** Opens the streams of a daemon. */
export class EventStreams {
  #deps: EventSources
  #writerOf: (executionId: string) => ExecutionWriter | undefined
  #elsewhere: Elsewhere
  #readers = new EventReaders()

  /**
   * @param writerOf the writer of an execution that is in memory
   * @param elsewhere follows those that another daemon has
   */
  constructor(
    deps: EventSources,
    writerOf: (executionId: string) => ExecutionWriter | undefined,
    elsewhere: Elsewhere,
  ) {
    this.#deps = deps
    this.#writerOf = writerOf
    this.#elsewhere = elsewhere
  }

  /** Bytes of events that readers have not taken yet. */
  get heldBytes(): number {
    return this.#readers.heldBytes
  }

  /**
   * The events after a sequence number, then the live ones, until the execution has ended or is
   * stuck. For an execution that is stuck already: those after its retry.
   *
   * @returns `undefined` when it has ended, and nothing follows that number
   * @throws {LatchdError} `NOT_FOUND`, `INVALID_REQUEST` for a number that no event has so far
   */
  async of(
    execution: Execution,
    after: number,
  ): Promise<AsyncIterableIterator<ExecutionEvent> | undefined> {
    const { executionId } = execution
    const { bus } = this.#deps
    let last = after
    let newest: ExecutionEvent | undefined
    let held: ExecutionEvent[] | undefined = []
    const queue = this.#readers.open(() => unwatch(), false)
    const push = (event: ExecutionEvent, isPast = false) => {
      if ('sequence' in event) {
        if (event.sequence <= last) return
        last = event.sequence
      }
      newest = event
      if (isPast) queue.add(event)
      else queue.push(event)
    }
    const end = () => {
      unwatch()
      queue.end()
    }
    const take = (event: ExecutionEvent) => {
      push(event)
      if (newest === event && isLast(event)) end()
    }
    /** Reads what another daemon has stored before the events that are held. */
    const fill = async () => {
      for (const event of await this.#elsewhere.past(executionId, last)) take(event)
      const heldSoFar = held ?? []
      held = undefined
      for (const event of heldSoFar) take(event)
    }
    // Watched before the past is read, so that nothing falls in between.
    const watching = bus.watch(executionId, event => {
      const isGap = 'sequence' in event && event.sequence > last + 1
      if (held !== undefined) held.push(event)
      else if (!isGap || !this.#elsewhere.isShared) take(event)
      else {
        held = [event]
        fill().catch(end)
      }
    })
    const unfollow = this.#elsewhere.follow(executionId, after, () => end())
    const unwatch = () => {
      watching()
      unfollow()
    }
    try {
      // Events that are only in memory are sent once they are durable.
      const writer = this.#writerOf(executionId)
      await (writer && Promise.race([writer.sync(), writer.lacksRoom()]))
      for (const event of await this.#elsewhere.past(executionId, after)) push(event, true)
      for (const event of held) push(event, true)
      held = undefined
      const hasEnded = isEnded(execution)
      if (newest === undefined && hasEnded) {
        end()
        await queue.return()
        return undefined
      }
      if (newest === undefined && after > 0) await this.#checkPlace(executionId, after)
      // An execution that was stuck and went on has such an event in the middle.
      if (hasEnded || (newest !== undefined && isLast(newest))) end()
      return queue
    } catch (error) {
      end()
      // No reader will: it counts no longer.
      await queue.return()
      throw error
    }
  }

  /** Checks that a reader can have got an event of this number, so that later ones follow it. */
  async #checkPlace(executionId: string, after: number): Promise<void> {
    const known = await this.#elsewhere.past(executionId, after - 1)
    if (known.length > 0) return
    const detail = `execution ${executionId} has no event ${after} yet`
    throw new LatchdError('INVALID_REQUEST', `Cannot go on after Last-Event-ID: ${detail}`, {
      errors: [{ pointer: '/last-event-id', detail }],
    })
  }

  /** The events of all executions of a caller, from now on, until the reader falls far behind. */
  async all(caller: Caller): Promise<AsyncIterableIterator<ExecutionEvent>> {
    const { bus, others } = this.#deps
    const owner = caller.seesAll ? undefined : caller.name
    let isLeft = false
    let unwatchOthers = () => {}
    const queue = this.#readers.open(() => {
      isLeft = true
      unwatch()
      unwatchOthers()
    }, true)
    const unwatch = bus.watchOwner(owner, event => queue.push(event))
    if (others === undefined) return queue
    unwatchOthers = await others.watchOwner(owner, event => queue.push(event))
    if (isLeft) unwatchOthers()
    return queue
  }
}
