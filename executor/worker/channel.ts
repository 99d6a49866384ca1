/**
 * A guest's use of its thread's lane: sends requests, blocks until there is a delivery, parks.
 *
 * Deliveries that arrive while the guest is blocked on another call are stashed in order. The guest
 * gets one at a time, with all of its jobs run in between, since only that order can be replayed.
 * The deliveries of the journal are in the stash from the beginning. So whether a guest takes one
 * by number or the oldest first, it takes them in the same order as the first time.
 */

import { Fifo } from '../../protocol/base/fifo.ts'
import {
  GuestState,
  HEARTBEAT,
  PRESSURE,
  SIGNAL,
  Signal,
  STATE,
  TAKEN,
  TURN,
} from '../../protocol/latch.ts'
import type { AsciiText } from '../boundary/ascii-text.ts'
import { MAX_UNTAKEN_CHARS } from '../boundary/lane-frames.ts'
import type {
  Delivery,
  GuestMessage,
  GuestRequest,
  JournaledDelivery,
} from '../boundary/messages.ts'
import { callTerms } from '../boundary/spin-choice.ts'
import { GuestParked, GuestStopped } from './guest-end.ts'
import { JournalTexts } from './journal-texts.ts'
import type { WorkerLane } from './lane.ts'
import { MAX_BLOCK_MS } from './park-after.ts'
import { spins, spinUntilBump } from './spin.ts'

/** Options of a {@link Channel}. */
export interface ChannelOptions {
  readonly lane: WorkerLane
  /** Of the task. */
  readonly serial: string
  /** The pool's pressure; see `protocol/latch.ts`. */
  readonly pressure: Int32Array
  /** Deliveries of earlier runs, in order. */
  readonly journal: readonly JournaledDelivery[]
  /** Milliseconds that a wait may take under pressure; `undefined`: the wait for any delivery. */
  readonly parkAfterMs: (awaited: number | undefined) => number
  /** Parks at every wait: for tests. */
  readonly parksAlways: boolean
}

/** A delivery that waits to be taken; one of the journal may lack its text. */
type Stashed = Pick<Delivery, 'callNumber' | 'atMs'> & { readonly text?: Delivery['text'] }

/** The worker's end of one guest: its requests, its deliveries, its waits. */
export class Channel {
  #lane: WorkerLane
  #words: Int32Array
  #options: ChannelOptions
  /** Arrived and not taken, in order of arrival. */
  #stash = new Fifo<number, Stashed>()
  #texts: JournalTexts
  /** Replies of the worker's own, which come before all others: that order can be repeated. */
  #own = new Fifo<number, Delivery>()
  #received: number
  /** Characters of the messages so far. */
  #sentChars = 0
  #waitMs = 0
  #spunMs = 0

  constructor(options: ChannelOptions) {
    this.#options = options
    this.#lane = options.lane
    this.#words = options.lane.words
    this.#texts = new JournalTexts(options.journal)
    for (const delivery of options.journal) this.#stash.push(delivery.callNumber, delivery)
    this.#received = options.journal.length
    this.#setState(GuestState.running)
  }

  /** Milliseconds spent blocked so far. */
  get waitMs(): number {
    return this.#waitMs
  }

  /** The part of them in which the thread did not sleep. */
  get spunMs(): number {
    return this.#spunMs
  }

  /** Deliveries that have arrived, those of the journal included. */
  get received(): number {
    return this.#received
  }

  /** @param input the arguments of the message, which has none then */
  send(message: GuestMessage, input?: AsciiText): void {
    this.#sentChars += this.#lane.send(this.#options.serial, message, input)
  }

  /**
   * Sends a request, once the host has taken enough of the earlier ones.
   *
   * @param input as of {@link send}
   * @throws {GuestStopped} when the host signals
   */
  request(request: GuestRequest, input?: AsciiText): void {
    if (this.#sentChars > MAX_UNTAKEN_CHARS) this.#awaitRoom()
    this.send(request, input)
  }

  #awaitRoom(): void {
    for (;;) {
      const turn = this.#lane.turn()
      // Written by the host before it bumps `turn`.
      const untaken = (this.#sentChars - Atomics.load(this.#words, TAKEN)) | 0
      if (untaken <= MAX_UNTAKEN_CHARS) return
      this.#checkCancel()
      // Awaits the bump after the host has taken more, or signals.
      this.#idle(() => Atomics.wait(this.#words, TURN, turn))
    }
  }

  /** Puts a reply of the worker's own before the deliveries. */
  stash(delivery: Delivery): void {
    this.#own.push(delivery.callNumber, delivery)
  }

  /** Blocks until the delivery for `callNumber` is here. @throws {GuestStopped} when the host signals */
  take(callNumber: number): Delivery {
    let from: number | undefined
    for (;;) {
      const here = this.#own.take(callNumber) ?? this.#stash.take(callNumber)
      if (here !== undefined) return this.#whole(here)
      const turn = this.#collect()
      const delivery = this.#stash.take(callNumber)
      if (delivery !== undefined) return this.#whole(delivery)
      from ??= performance.now()
      this.#block(turn, callNumber, from)
    }
  }

  /**
   * Blocks until there is any delivery. Returns the oldest.
   *
   * @throws {GuestStopped} when the host signals
   */
  takeNext(): Delivery {
    let from: number | undefined
    for (;;) {
      const here = this.#own.shift() ?? this.#stash.shift()
      if (here !== undefined) return this.#whole(here)
      const turn = this.#collect()
      const delivery = this.#stash.shift()
      if (delivery !== undefined) return this.#whole(delivery)
      from ??= performance.now()
      this.#block(turn, undefined, from)
    }
  }

  /** Shows the host that the guest is alive. @throws {GuestStopped} when the host signals */
  poll(): void {
    // Read by the host's supervision only: it recognizes an unresponsive guest by it.
    Atomics.add(this.#words, HEARTBEAT, 1)
    this.#checkCancel()
  }

  /** The guest has ended: nothing more is sent. */
  end(): void {
    this.#setState(GuestState.ended)
  }

  #checkCancel(): void {
    // Written by the host before it bumps `turn`.
    if (Atomics.load(this.#words, SIGNAL) === Signal.cancel) throw new GuestStopped()
  }

  /**
   * Takes the deliveries that have arrived off the lane. Returns the turn before which they
   * arrived.
   */
  #collect(): number {
    const turn = this.#lane.turn()
    for (;;) {
      const delivery = this.#lane.nextDelivery(this.#options.serial)
      if (delivery === undefined) break
      if (this.#texts.receive(delivery)) continue
      this.#stash.push(delivery.callNumber, delivery)
      this.#received++
    }
    this.#checkCancel()
    return turn
  }

  /** A delivery with its text, which is requested from the host when it is not here. */
  #whole({ callNumber, text, atMs }: Stashed): Delivery {
    if (text !== undefined) return { callNumber, text, atMs }
    const come = this.#texts.take(callNumber)
    if (come !== undefined) return { callNumber, text: come, atMs }
    this.send(this.#texts.request(callNumber))
    for (;;) {
      const turn = this.#collect()
      const loaded = this.#texts.take(callNumber)
      if (loaded !== undefined) return { callNumber, text: loaded, atMs }
      // The program does not wait here, so it does not park. Awaits the host's bump after each
      // delivery.
      this.#idle(() => Atomics.wait(this.#words, TURN, turn))
    }
  }

  /** @param from when the guest began to wait: it may have been woken since, for nothing */
  #block(turn: number, awaited: number | undefined, from: number): void {
    this.#idle(nowMs => {
      if (!this.#spin(turn, nowMs)) this.#wait(turn, awaited, from)
    })
  }

  /** Waits in the state `waiting`, which the host sees. */
  #idle(wait: (nowMs: number) => void): void {
    const from = performance.now()
    this.#setState(GuestState.waiting)
    try {
      wait(from)
    } finally {
      this.#setState(GuestState.running)
      this.#waitMs += performance.now() - from
    }
  }

  #spin(turn: number, nowMs: number): boolean {
    if (!spins(this.#words)) return false
    const hasCome = spinUntilBump(this.#words, turn, nowMs + callTerms.spinMs)
    this.#spunMs += performance.now() - nowMs
    return hasCome
  }

  /**
   * Waits for the host's bump of `turn`.
   *
   * @throws {GuestParked} when the wait is not worth a worker
   */
  #wait(turn: number, awaited: number | undefined, from: number): void {
    const { pressure, parksAlways } = this.#options
    let parkAfterMs: number | undefined
    for (;;) {
      // Bumped by the host: there is a frame, or a signal.
      if (Atomics.load(this.#words, TURN) !== turn) return
      // Written by the host before its bump.
      if (Atomics.load(this.#words, SIGNAL) === Signal.park) throw new GuestParked(awaited)
      let blockMs = parksAlways ? 0 : MAX_BLOCK_MS
      // Written by the host whenever its queue changes. The host wakes this wait when an execution
      // queues.
      if (Atomics.load(pressure, PRESSURE) > 0) {
        parkAfterMs ??= this.#options.parkAfterMs(awaited)
        blockMs = Math.min(blockMs, parkAfterMs)
      }
      const restMs = blockMs - (performance.now() - from)
      // Awaits the host's next bump of `turn`, which follows a posted frame or a stored signal.
      if (restMs <= 0) throw new GuestParked(awaited)
      Atomics.wait(this.#words, TURN, turn, restMs)
    }
  }

  #setState(state: number): void {
    // Published for the host's supervision, which leaves a waiting guest alone.
    Atomics.store(this.#words, STATE, state)
  }
}
