/**
 * The host's half of the latch: one guest under way, its messages, its deliveries, its end.
 *
 * What a call does is decided by whoever runs the guest, in {@link GuestCalls}; this file keeps
 * the order, the timers and the signal.
 */

import { MessageChannel, type MessagePort, receiveMessageOnPort } from 'node:worker_threads'
import type { LogLine } from '../protocol/execution.ts'
import { BEAT, GuestState, LATCH_BYTES, SIGNAL, Signal, STATE, TURN } from '../protocol/latch.ts'
import type { Delivery, GuestMessage } from './messages.ts'

/** What the guest asks of its host. Each answers with a reply text and never rejects. */
export interface GuestCalls {
  call(id: number, tool: number, input: string): Promise<string>
  nextItem(id: number, stream: number): Promise<string>
  closeStream(id: number, stream: number): Promise<string>
  logs(lines: readonly LogLine[]): void
}

export class GuestRun {
  /** The worker's end of the port; travels with the task. */
  readonly port: MessagePort
  readonly latch = new SharedArrayBuffer(LATCH_BYTES)
  #words = new Int32Array(this.latch)
  #ours: MessagePort
  #calls: GuestCalls
  #timers = new Map<number, NodeJS.Timeout>()

  constructor(calls: GuestCalls) {
    const { port1, port2 } = new MessageChannel()
    this.#ours = port1
    this.port = port2
    this.#calls = calls
    port1.on('message', (message: GuestMessage) => this.#receive(message))
  }

  /** Whether the guest runs at this moment, neither waiting nor ended. */
  get isRunning(): boolean {
    // Written by the worker around each wait.
    return Atomics.load(this.#words, STATE) === GuestState.running
  }

  /** A number that changes as long as the guest is alive. */
  get beat(): number {
    // Written by the worker at each poll of the guest.
    return Atomics.load(this.#words, BEAT)
  }

  /** Tells the guest to stop; it ends at its next poll or wait. */
  stop(): void {
    // Publishes the reason before the bump of `turn` ends the worker's wait.
    Atomics.store(this.#words, SIGNAL, Signal.cancel)
    this.#bump()
  }

  /** Takes what the guest had sent, and lets go of the port and the timers; the guest has ended. */
  close(): void {
    // The report comes by another port, and may overtake log lines and calls.
    for (;;) {
      const received = receiveMessageOnPort(this.#ours)
      if (received === undefined) break
      this.#receive(received.message as GuestMessage)
    }
    this.#ours.close()
    for (const timer of this.#timers.values()) clearTimeout(timer)
    this.#timers.clear()
  }

  #receive(message: GuestMessage): void {
    switch (message.kind) {
      case 'call':
        this.#answer(message.id, this.#calls.call(message.id, message.tool, message.input))
        return
      case 'next-item':
        this.#answer(message.id, this.#calls.nextItem(message.id, message.stream))
        return
      case 'close-stream':
        this.#answer(message.id, this.#calls.closeStream(message.id, message.stream))
        return
      case 'start-timer':
        this.#startTimer(message.id, message.delayMs)
        return
      case 'clear-timer':
        clearTimeout(this.#timers.get(message.id))
        this.#timers.delete(message.id)
        return
      case 'logs':
        this.#calls.logs(message.lines)
        return
      default:
        message satisfies never
    }
  }

  async #answer(id: number, reply: Promise<string>): Promise<void> {
    this.#deliver(id, await reply)
  }

  #startTimer(id: number, delayMs: number): void {
    const timer = setTimeout(() => {
      this.#timers.delete(id)
      this.#deliver(id, '')
    }, delayMs)
    this.#timers.set(id, timer)
  }

  #deliver(id: number, text: string): void {
    const delivery: Delivery = { id, text, atMs: Date.now() }
    this.#ours.postMessage(delivery)
    this.#bump()
  }

  #bump(): void {
    // Publishes what was posted before: the worker takes its messages after it has seen the turn.
    Atomics.add(this.#words, TURN, 1)
    Atomics.notify(this.#words, TURN)
  }
}
