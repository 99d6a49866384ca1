/** The worker's end of its lane: frames in both directions, and the words of the latch. */

import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads'
import { TURN } from '../../protocol/latch.ts'
import type { Limits } from '../../protocol/limits.ts'
import type { AsciiText } from '../boundary/ascii-text.ts'
import {
  frameChars,
  isLongText,
  type LaneStart,
  type LongFrame,
  readDelivery,
  readTask,
  type SharedFacts,
  transferOf,
  valueFrame,
} from '../boundary/lane-frames.ts'
import type { Delivery, GuestMessage, GuestReport, GuestTask } from '../boundary/messages.ts'

/** A frame for the thread itself. */
export type LaneCommand =
  | { readonly kind: 'task'; readonly task: GuestTask }
  | { readonly kind: 'question'; readonly id: string; readonly what: string }

/** The worker's end of the lane of its thread. */
export class WorkerLane {
  /** The latch, as `protocol/latch.ts` says. */
  readonly words: Int32Array
  #port: MessagePort
  /** Frames for the thread that came while a guest ran. */
  #putBy: unknown[] = []
  /** Of the last frames of such facts. */
  #shared: SharedFacts = { tools: '[]', limits: {} as Limits }

  constructor({ port, latch }: LaneStart) {
    this.#port = port
    this.words = new Int32Array(latch)
  }

  /** The turn before which all frames have come that are taken from here on. */
  turn(): number {
    // Read before the port is: a frame that comes after makes the next wait end at once.
    return Atomics.load(this.words, TURN)
  }

  /** The next delivery for the guest of a task that has come; frames of others are put by. */
  nextDelivery(serial: string): Delivery | undefined {
    for (;;) {
      const received = receiveMessageOnPort(this.#port)
      if (received === undefined) return undefined
      const frame = received.message as string | LongFrame
      const delivery = readDelivery(frame, serial)
      if (delivery !== undefined) return delivery
      this.#putBy.push(frame)
    }
  }

  /** The next frame for the thread that has come. */
  nextCommand(): LaneCommand | undefined {
    for (;;) {
      const frame = this.#putBy.length > 0 ? this.#putBy.shift() : this.#received()
      if (frame === undefined) return undefined
      const command = this.#read(frame as string | LongFrame)
      if (command !== undefined) return command
    }
  }

  /**
   * Blocks until there may be another frame.
   *
   * @param turn of {@link turn}
   * @param mostMs the longest sleep; for ever when absent
   * @returns `false` when it has slept that long
   */
  sleep(turn: number, mostMs?: number): boolean {
    // Awaits the host's bump, which follows a posted frame.
    return Atomics.wait(this.words, TURN, turn, mostMs) !== 'timed-out'
  }

  /**
   * Sends a message of the guest. Returns the characters of its frame.
   *
   * @param input the arguments of the message, which has none then
   */
  send(serial: string, message: GuestMessage, input?: AsciiText): number {
    if (input !== undefined) {
      const frame: LongFrame = { tag: 'm', serial, value: message, ascii: input.bytes }
      // Counted before its bytes change hands.
      const chars = frameChars(frame)
      this.#port.postMessage(frame, transferOf(frame))
      return chars
    }
    const isLong = message.kind === 'compiled' || ('input' in message && isLongText(message.input))
    const frame = valueFrame('m', serial, message, isLong)
    this.#port.postMessage(frame)
    return frameChars(frame)
  }

  /** The last frame of a task. */
  report(serial: string, report: GuestReport): void {
    const { outcome, snapshot } = report
    const output = outcome.status === 'completed' ? outcome.output : undefined
    const isLong = snapshot !== undefined || isLongText(output?.json) || isLongText(output?.encoded)
    this.#port.postMessage(valueFrame('r', serial, report, isLong))
  }

  /** The last frame of a task without a report. */
  fail(serial: string, error: unknown): void {
    this.#port.postMessage(`f${serial} ${error instanceof Error ? error.message : String(error)}`)
  }

  answer(id: string, answer: object): void {
    this.#port.postMessage(`a${id} ${JSON.stringify(answer)}`)
  }

  #received(): unknown {
    return receiveMessageOnPort(this.#port)?.message
  }

  /** `undefined` for a frame that is not for the thread. */
  #read(frame: string | LongFrame): LaneCommand | undefined {
    if (typeof frame !== 'string') {
      if (frame.tag !== 't') return undefined
      return { kind: 'task', task: readTask(frame, this.#shared) }
    }
    switch (frame[0]) {
      case 't':
        return { kind: 'task', task: readTask(frame, this.#shared) }
      case 'q': {
        const space = frame.indexOf(' ')
        return { kind: 'question', id: frame.slice(1, space), what: frame.slice(space + 1) }
      }
      case 'l':
        this.#shared = { ...this.#shared, tools: frame.slice(1) }
        return undefined
      case 'b':
        this.#shared = {
          ...this.#shared,
          limits: Object.freeze(JSON.parse(frame.slice(1)) as Limits),
        }
        return undefined
      default:
        // A delivery for a guest that has ended.
        return undefined
    }
  }
}
