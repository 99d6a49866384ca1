/** The worker's end of its lane: frames in both directions, and the words of the latch. */

import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads'
import { errorText } from '../../protocol/base/error-text.ts'
import { DOWN, DOWN_AT, LOOKING, POSTED, TURN, UP, UP_AT } from '../../protocol/latch.ts'
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
import { LaneSlot } from '../boundary/lane-slot.ts'
import type { Delivery, GuestMessage, GuestReport, GuestTask } from '../boundary/messages.ts'
import { programTerms } from '../boundary/spin-choice.ts'
import { spins, spinUntilBump } from './spin.ts'

/** A frame for the thread itself. */
export type LaneCommand =
  | { readonly kind: 'task'; readonly task: GuestTask }
  | { readonly kind: 'question'; readonly id: string; readonly what: string }

/** The worker's end of the lane of its thread. */
export class WorkerLane {
  /** The latch, as `protocol/latch.ts` says. */
  readonly words: Int32Array
  #port: MessagePort
  #up: LaneSlot
  #down: LaneSlot
  /** Frames of the task that went on the port. */
  #posted = 0
  /** Frames that were taken off the port, modulo 2^32. */
  #received = 0
  /** Frames for the thread that came while a guest ran. */
  #putBy: (string | LongFrame)[] = []
  /** Of the last frames of such facts. */
  #shared: SharedFacts = { tools: '[]', limits: {} as Limits }

  constructor({ port, latch }: LaneStart) {
    this.#port = port
    this.words = new Int32Array(latch)
    this.#up = new LaneSlot(latch, UP, UP_AT)
    this.#down = new LaneSlot(latch, DOWN, DOWN_AT)
  }

  /** The turn before which all frames have come that are taken from here on. */
  turn(): number {
    // Read before the frames are: a frame that comes after makes the next wait end at once.
    return Atomics.load(this.words, TURN)
  }

  /** The next delivery for the guest of a task that has come; frames of others are put by. */
  nextDelivery(serial: string): Delivery | undefined {
    for (;;) {
      const frame = this.#next()
      if (frame === undefined) return undefined
      const delivery = readDelivery(frame, serial)
      if (delivery !== undefined) return delivery
      this.#putBy.push(frame)
    }
  }

  /** The next frame for the thread that has come. */
  nextCommand(): LaneCommand | undefined {
    for (;;) {
      const frame = this.#putBy.length > 0 ? this.#putBy.shift() : this.#next()
      if (frame === undefined) return undefined
      const command = this.#read(frame)
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
    if (spins(this.words) && this.#spin(turn)) return true
    // Awaits the host's bump, which follows a posted frame.
    return Atomics.wait(this.words, TURN, turn, mostMs) !== 'timed-out'
  }

  #spin(turn: number): boolean {
    return spinUntilBump(this.words, turn, performance.now() + programTerms.spinMs)
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
      this.#post(frame)
      return chars
    }
    const isLong = message.kind === 'compiled' || ('input' in message && isLongText(message.input))
    const frame = valueFrame('m', serial, message, isLong)
    this.#post(frame)
    return frameChars(frame)
  }

  /** The last frame of a task. */
  report(serial: string, report: GuestReport): void {
    const { outcome, snapshot } = report
    const output = outcome.status === 'completed' ? outcome.output : undefined
    const isLong = snapshot !== undefined || isLongText(output?.json) || isLongText(output?.encoded)
    this.#post(valueFrame('r', serial, report, isLong))
  }

  /** The last frame of a task without a report. */
  fail(serial: string, error: unknown): void {
    this.#post(`f${serial} ${errorText(error)}`)
  }

  answer(id: string, answer: object): void {
    // Not in the slot, which the host may empty for the next task at this moment.
    this.#port.postMessage(`a${id} ${JSON.stringify(answer)}`)
  }

  #post(frame: string | LongFrame): void {
    if (typeof frame === 'string' && this.#putUp(frame)) return
    this.#posted++
    if (typeof frame === 'string') this.#port.postMessage(frame)
    else this.#port.postMessage(frame, transferOf(frame))
  }

  /** Sends a frame without waking the host, when that looks. */
  #putUp(frame: string): boolean {
    // Written by the host as long as its event loop turns.
    if (Atomics.load(this.words, LOOKING) === 0 || !this.#up.put(frame, this.#posted)) return false
    // It has looked for the last time, maybe before the frame was there.
    return Atomics.load(this.words, LOOKING) === 1 || !this.#up.takeBack()
  }

  /** The next frame of the host, in the order in which they were sent. */
  #next(): string | LongFrame | undefined {
    // Written by the host after each frame on the port, and before its bump. To look at the port costs as
    // much as a frame.
    const posted = Atomics.load(this.words, POSTED)
    const frame = this.#down.take(this.#received)
    if (frame !== undefined || posted === this.#received) return frame
    const received = receiveMessageOnPort(this.#port)
    if (received !== undefined) {
      this.#received = (this.#received + 1) | 0
      return received.message
    }
    // A program that was out of the engine has taken frames of its own execution.
    this.#received = posted
    return this.#down.take(posted)
  }

  /** `undefined` for a frame that is not for the thread. */
  #read(frame: string | LongFrame): LaneCommand | undefined {
    if (typeof frame !== 'string') return frame.tag === 't' ? this.#task(frame) : undefined
    switch (frame[0]) {
      case 't':
        return this.#task(frame)
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

  #task(frame: string | LongFrame): LaneCommand {
    this.#posted = 0
    return { kind: 'task', task: readTask(frame, this.#shared) }
  }
}
