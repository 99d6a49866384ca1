/**
 * The worker's half of the latch: sends calls, blocks until there is a delivery.
 *
 * Deliveries that arrive while the guest is blocked on another call are stashed in order. The
 * guest gets one at a time, with all of its jobs run in between, since only that order can be
 * replayed.
 */

import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads'
import { BEAT, GuestState, MAX_WAIT_MS, SIGNAL, STATE, TURN } from '../../protocol/latch.ts'
import { Fifo } from '../fifo.ts'
import type { Delivery, GuestMessage } from '../messages.ts'
import { GuestEnd } from './guest-end.ts'

export class Channel {
  #port: MessagePort
  #words: Int32Array
  /** Arrived and not taken, in order of arrival. */
  #stash = new Fifo<number, Delivery>()
  #waitMs = 0

  constructor(port: MessagePort, latch: SharedArrayBuffer) {
    this.#port = port
    this.#words = new Int32Array(latch)
    this.#setState(GuestState.running)
  }

  /** Milliseconds spent blocked so far. */
  get waitMs(): number {
    return this.#waitMs
  }

  send(message: GuestMessage): void {
    this.#port.postMessage(message)
  }

  /** Puts a reply of the worker's own among the deliveries. */
  stash(delivery: Delivery): void {
    this.#stash.push(delivery.id, delivery)
  }

  /** Blocks until the delivery for `id` is here. @throws {GuestEnd} when the host signals. */
  take(id: number): Delivery {
    for (;;) {
      const turn = this.#collect()
      const delivery = this.#stash.take(id)
      if (delivery !== undefined) return delivery
      this.#block(turn)
    }
  }

  /** Blocks until there is any delivery; gives the oldest. @throws {GuestEnd} when the host signals. */
  takeNext(): Delivery {
    for (;;) {
      const turn = this.#collect()
      const delivery = this.#stash.shift()
      if (delivery !== undefined) return delivery
      this.#block(turn)
    }
  }

  /** Shows the host that the guest is alive. @throws {GuestEnd} when the host signals. */
  poll(): void {
    // Read by the host's supervision only: tells a guest that runs from one that is wedged.
    Atomics.add(this.#words, BEAT, 1)
    this.#checkSignal()
  }

  /** The guest has ended: nothing more is sent. */
  end(): void {
    this.#setState(GuestState.ended)
  }

  #checkSignal(): void {
    // Written once by the host, before it bumps `turn`.
    if (Atomics.load(this.#words, SIGNAL) !== 0) throw new GuestEnd()
  }

  /** Takes what has arrived off the port; gives the turn before which it arrived. */
  #collect(): number {
    // Read before the port is: a reply that comes after makes the wait end at once.
    const turn = Atomics.load(this.#words, TURN)
    for (;;) {
      const received = receiveMessageOnPort(this.#port)
      if (received === undefined) break
      const delivery = received.message as Delivery
      this.#stash.push(delivery.id, delivery)
    }
    this.#checkSignal()
    return turn
  }

  #block(turn: number): void {
    const from = performance.now()
    this.#setState(GuestState.waiting)
    // Awaits the host's next bump of `turn`, which follows a posted reply or a stored signal.
    Atomics.wait(this.#words, TURN, turn, MAX_WAIT_MS)
    this.#setState(GuestState.running)
    this.#waitMs += performance.now() - from
  }

  #setState(state: number): void {
    // Published for the host's supervision, which leaves a waiting guest alone.
    Atomics.store(this.#words, STATE, state)
  }
}
