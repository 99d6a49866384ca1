/**
 * The host's half of the latch: one guest on one worker, its messages, its deliveries, its signal.
 *
 * This file keeps the order of the messages. The execution decides what they mean.
 */

import { MessageChannel, type MessagePort, receiveMessageOnPort } from 'node:worker_threads'
import { BEAT, GuestState, LATCH_BYTES, SIGNAL, Signal, STATE, TURN } from '../../protocol/latch.ts'
import type { GuestLink } from '../boundary/guest-pool.ts'
import type { Delivery } from '../boundary/messages.ts'

/** The host's end of one guest on a thread of this process. */
export class GuestRun implements GuestLink {
  /** The worker's end of the port; travels with the task. */
  readonly port: MessagePort
  readonly graceMs: number
  readonly latch = new SharedArrayBuffer(LATCH_BYTES)
  #words = new Int32Array(this.latch)
  #ours: MessagePort
  #receive: (message: unknown) => void

  /**
   * @param receive gets each message of the guest, in order, as it came
   * @param graceMs of the guest's engine
   */
  constructor(receive: (message: unknown) => void, graceMs: number) {
    this.graceMs = graceMs
    const { port1, port2 } = new MessageChannel()
    this.#ours = port1
    this.port = port2
    this.#receive = receive
    port1.on('message', receive)
  }

  get isRunning(): boolean {
    // Written by the worker around each wait.
    return Atomics.load(this.#words, STATE) === GuestState.running
  }

  /** Whether the worker has begun the task. */
  get hasBegun(): boolean {
    // Written by the worker first of all.
    return Atomics.load(this.#words, STATE) !== GuestState.queued
  }

  get heartbeat(): number {
    // Written by the worker at each poll of the guest.
    return Atomics.load(this.#words, BEAT)
  }

  deliver(delivery: Delivery): void {
    this.#ours.postMessage(delivery)
    this.#bump()
  }

  stop(): void {
    // Publishes the reason before the bump of `turn` ends the worker's wait.
    Atomics.store(this.#words, SIGNAL, Signal.cancel)
    this.#bump()
  }

  setParking(isWanted: boolean): void {
    const from = isWanted ? Signal.none : Signal.park
    const to = isWanted ? Signal.park : Signal.none
    // A cancel stays. Published before the bump of `turn` ends the worker's wait.
    if (Atomics.compareExchange(this.#words, SIGNAL, from, to) === from && isWanted) this.#bump()
  }

  /** Lets a waiting guest look at the pool's pressure. */
  wake(): void {
    // Wakes without a bump: the worker sees that nothing has come, and asks how long to wait.
    Atomics.notify(this.#words, TURN)
  }

  /** Takes the last messages of the guest, which has ended, and closes the port. */
  close(): void {
    // The report comes by another port, and may overtake log lines and calls.
    for (;;) {
      const received = receiveMessageOnPort(this.#ours)
      if (received === undefined) break
      this.#receive(received.message)
    }
    this.#ours.close()
  }

  #bump(): void {
    // Publishes the messages that were posted before: the worker takes them after it has seen the
    // turn.
    Atomics.add(this.#words, TURN, 1)
    Atomics.notify(this.#words, TURN)
  }
}
