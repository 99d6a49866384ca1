/**
 * The host's half of one guest on a thread of this process: its deliveries and its signal, as long as
 * the lane is the guest's. The execution decides what its messages mean.
 */

import { GuestState, HEARTBEAT, SIGNAL, Signal, STATE } from '../../protocol/latch.ts'
import { type GuestLink, type GuestWork, ThreadEnded } from '../boundary/guest-pool.ts'
import type { Delivery } from '../boundary/messages.ts'
import type { LaneListener } from './lane.ts'
import type { ThreadLane } from './thread-lane.ts'

/** The host's end of one guest on a thread of this process. */
export class GuestRun implements GuestLink {
  readonly graceMs: number
  #lane: ThreadLane
  #serial: string
  /** Deliveries that wait until the task is handed over; absent after that. */
  #early: Delivery[] | undefined = []
  #hasEnded = false
  #maySpin: () => boolean

  /**
   * Takes the turn on a lane.
   *
   * @param graceMs of the guest's engine
   * @param maySpin whether there is a core for each thread at work
   */
  constructor(lane: ThreadLane, listener: LaneListener, graceMs: number, maySpin: () => boolean) {
    this.#lane = lane
    this.graceMs = graceMs
    this.#maySpin = maySpin
    this.#serial = lane.begin({
      ...listener,
      onMessage: message => {
        lane.spin.noteMessage()
        listener.onMessage(message)
      },
    })
  }

  get isRunning(): boolean {
    // Written by the worker around each wait.
    return Atomics.load(this.#lane.words, STATE) === GuestState.running
  }

  /** Whether the worker has begun the task. */
  get hasBegun(): boolean {
    // Written by the worker first of all.
    return Atomics.load(this.#lane.words, STATE) !== GuestState.queued
  }

  get heartbeat(): number {
    // Written by the worker at each poll of the guest.
    return Atomics.load(this.#lane.words, HEARTBEAT)
  }

  /** Hands the task over. */
  run(work: GuestWork): void {
    this.#lane.spin.begin(work.tools, this.#maySpin)
    this.#lane.run({ ...work, serial: this.#serial })
    this.#lane.spin.begun()
    const early = this.#early ?? []
    this.#early = undefined
    for (const delivery of early) this.deliver(delivery)
  }

  deliver(delivery: Delivery): void {
    if (this.#hasEnded) return
    if (this.#early !== undefined) {
      this.#early.push(delivery)
      return
    }
    this.#lane.deliver(this.#serial, delivery)
    this.#lane.spin.noteAnswer()
  }

  stop(): void {
    if (this.#hasEnded) return
    // Publishes the reason before the bump of `turn` ends the worker's wait.
    Atomics.store(this.#lane.words, SIGNAL, Signal.cancel)
    this.#lane.bump()
  }

  setParking(isWanted: boolean): void {
    if (this.#hasEnded) return
    const from = isWanted ? Signal.none : Signal.park
    const to = isWanted ? Signal.park : Signal.none
    // A cancel stays. Published before the bump of `turn` ends the worker's wait.
    const was = Atomics.compareExchange(this.#lane.words, SIGNAL, from, to)
    if (was === from && isWanted) this.#lane.bump()
  }

  /** Lets a waiting guest look at the pool's pressure. */
  wake(): void {
    // A bump, and no mere notify: a guest that has looked and does not sleep yet would miss that.
    this.#lane.bump()
  }

  endThread(): void {
    this.#lane.end(this.#hasEnded ? new Error('its thread was ended') : new ThreadEnded())
  }

  /** The turn is over: the lane may be another guest's. */
  end(): void {
    this.#lane.spin.end()
    this.#hasEnded = true
  }
}
