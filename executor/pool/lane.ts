/**
 * The host's end of a lane: one worker thread, which gets one execution after the other.
 *
 * This file knows whose turn the lane is. A frame of another serial is believed by none: its thread
 * is ended, and the execution that it runs at that moment gets another one.
 */

import { randomUUID } from 'node:crypto'
import { MessageChannel, type MessagePort, receiveMessageOnPort } from 'node:worker_threads'
import {
  DOWN,
  DOWN_AT,
  GuestState,
  LATCH_BYTES,
  LOOKING,
  POSTED,
  SIGNAL,
  Signal,
  STATE,
  TAKEN,
  TURN,
  UP,
  UP_AT,
} from '../../protocol/latch.ts'
import { type Limits, limitTable } from '../../protocol/limits.ts'
import { AsciiText, spareOf } from '../boundary/ascii-text.ts'
import { SharedLoss } from '../boundary/guest-pool.ts'
import {
  deliveryFrame,
  type FrameTag,
  frameChars,
  isText,
  type LaneQuestion,
  type LaneStart,
  type LongFrame,
  restOf,
  TAKEN_STEP_CHARS,
  taskFrame,
  transferOf,
} from '../boundary/lane-frames.ts'
import { LaneSlot } from '../boundary/lane-slot.ts'
import type { Delivery, GuestTask } from '../boundary/messages.ts'

/** Receives what the worker sends about one execution. */
export interface LaneListener {
  /** A message of the guest: JSON in a text, or the value. */
  onMessage(message: unknown): void
  /** Resolves when there is room for further messages; absent or `undefined`: there is. */
  room?(): Promise<void> | undefined
  /** The report, in the same way. The turn is over. */
  onReport(report: unknown): void
  /** There is no report. The turn is over. */
  onFailure(error: Error): void
}

/** Questions that a thread has not answered. */
interface Asked {
  readonly resolve: (answer: string) => void
  readonly reject: (error: Error) => void
}

/** The host's end of the lane of one thread. */
export class Lane {
  /** The worker's end; it travels with the task that the thread begins with. */
  readonly start: LaneStart
  /** The latch, as `protocol/latch.ts` says. */
  readonly words: Int32Array
  #ours: MessagePort
  #up: LaneSlot
  #down: LaneSlot
  /** Frames that went on the port, modulo 2^32. */
  #posted = 0
  /** Frames of this turn that were taken off the port. */
  #received = 0
  #isLooking = false
  #onFault: () => void
  /** Whose turn it is; `undefined` between two executions. */
  #serial: string | undefined
  #listener: LaneListener | undefined
  #asked = new Map<string, Asked>()
  #lastQuestion = 0
  /** JSON of the tools that the thread has. */
  #tools: string | undefined
  /** Characters of the messages of this turn, and those that the worker knows to be taken. */
  #takenChars = 0
  #saidChars = 0
  /** The turn in which the worker is about to be sent more. */
  #saying: string | undefined
  /** The limits that the thread has. */
  #limits: Limits | undefined
  /** Whether the guest has sent a message since the last delivery. */
  #isAsked = false
  /** Memory of the last arguments of the turn that came as bytes, for the next bytes that go. */
  #spare: ArrayBuffer | undefined
  #isLost = false
  #isClosed = false

  /** @param onFault called when the thread is not to be trusted any more, or has closed its end */
  constructor(onFault: () => void) {
    const { port1, port2 } = new MessageChannel()
    const latch = new SharedArrayBuffer(LATCH_BYTES)
    this.start = { port: port2, latch }
    this.words = new Int32Array(latch)
    this.#up = new LaneSlot(latch, UP, UP_AT)
    this.#down = new LaneSlot(latch, DOWN, DOWN_AT)
    this.#ours = port1
    this.#onFault = onFault
    port1.on('message', frame => {
      // What is in the slot was sent before it, or after it when the host has looked too early.
      this.look()
      this.#takePosted(frame)
      this.look()
    })
    port1.on('close', () => {
      this.#isClosed = true
      onFault()
    })
  }

  get isLost(): boolean {
    return this.#isLost
  }

  /** Whether another execution may have it. */
  get isSound(): boolean {
    return !this.#isLost && !this.#isClosed
  }

  /** `false` while the guest waits, and no answer is on its way. */
  get isAtWork(): boolean {
    // Written by the worker around each wait.
    return !this.#isAsked || Atomics.load(this.words, STATE) !== GuestState.waiting
  }

  /** Begins the turn of an execution; returns its serial. */
  begin(listener: LaneListener): string {
    // The worker does not wait on these words: it reads them in its next task.
    Atomics.store(this.words, SIGNAL, Signal.none)
    Atomics.store(this.words, STATE, GuestState.queued)
    Atomics.store(this.words, TAKEN, 0)
    Atomics.store(this.words, POSTED, this.#posted)
    Atomics.store(this.words, LOOKING, this.#isLooking ? 1 : 0)
    // No honest worker has left a frame. The bytes are another execution's.
    this.#up.empty()
    this.#up.wipe()
    this.#down.wipe()
    this.#received = 0
    this.#isAsked = false
    this.#takenChars = 0
    this.#saidChars = 0
    this.#serial = randomUUID()
    this.#listener = listener
    // Behind shorter bytes it would show those of another execution.
    this.#spare = undefined
    this.#ours.ref()
    return this.#serial
  }

  /** Hands over the task of the execution whose turn it is. */
  run(task: GuestTask): void {
    if (task.tools !== this.#tools) {
      this.#send(`l${task.tools}`)
      this.#tools = task.tools
    }
    if (task.limits !== this.#limits) {
      this.#send(`b${JSON.stringify(task.limits)}`)
      this.#limits = task.limits
    }
    this.post(taskFrame(task))
  }

  /** Hands a delivery over to the guest of a serial. */
  deliver(serial: string, delivery: Delivery): void {
    const isOfTurn = serial === this.#serial
    if (isOfTurn) this.#isAsked = false
    const frame = deliveryFrame(serial, delivery, isOfTurn ? this.#spare : undefined)
    // A buffer that was transferred is not here any more.
    if (typeof frame !== 'string' && frame.ascii?.buffer === this.#spare) this.#spare = undefined
    this.post(frame)
  }

  post(frame: string | LongFrame): void {
    this.#send(frame)
    this.bump()
  }

  #send(frame: string | LongFrame): void {
    if (typeof frame === 'string' && this.#down.put(frame, this.#posted)) return
    if (typeof frame === 'string') this.#ours.postMessage(frame)
    else this.#ours.postMessage(frame, transferOf(frame))
    this.#posted = (this.#posted + 1) | 0
    // Read by the worker before it looks at its port. Published by the bump that follows.
    Atomics.store(this.words, POSTED, this.#posted)
  }

  /** From now on {@link look} is called in each turn of the event loop. */
  startLooking(): void {
    this.#isLooking = true
    // Read by the worker before it fills its slot, and after that.
    Atomics.store(this.words, LOOKING, 1)
  }

  /** Takes the frame that the worker has put into its slot. `false`: there is none. */
  look(): boolean {
    if (this.#isLost) return false
    const frame = this.#up.take(this.#received)
    if (frame === undefined) return false
    this.#take(frame)
    return true
  }

  /** Looks for the last time: from now on all frames come on the port. */
  stopLooking(): void {
    this.#isLooking = false
    // A worker that does not see it has filled its slot before, and is seen by the last look.
    Atomics.store(this.words, LOOKING, 0)
    this.look()
  }

  /** Ends a wait of the worker. */
  bump(): void {
    // Publishes the frames that were posted before: the worker takes them after it has seen the
    // turn.
    Atomics.add(this.words, TURN, 1)
    Atomics.notify(this.words, TURN)
  }

  /**
   * Asks the thread, which answers between two executions. Returns JSON that is not checked yet.
   *
   * @throws {Error} when the thread is lost before it has answered
   */
  ask(what: LaneQuestion): Promise<string> {
    if (this.#isLost) return Promise.reject(new Error('its thread is lost'))
    const { promise, resolve, reject } = Promise.withResolvers<string>()
    const id = String(++this.#lastQuestion)
    this.#asked.set(id, { resolve, reject })
    this.post(`q${id} ${what}`)
    return promise
  }

  /** The thread is gone, or is to be. The execution whose turn it is ends with the error. */
  lose(error: Error): void {
    // What an honest thread has sent before it was lost still counts.
    this.#takeAll()
    this.#close(error)
  }

  #close(error: Error): void {
    if (this.#isLost) return
    this.#isLost = true
    this.#ours.close()
    for (const { reject } of this.#asked.values()) reject(error)
    this.#end()?.onFailure(error)
  }

  /** Ends the turn. What the worker sends of it from then on is not believed. */
  #end(): LaneListener | undefined {
    const listener = this.#listener
    this.#serial = undefined
    this.#listener = undefined
    this.#ours.unref()
    return listener
  }

  /** Takes a frame that has come on the port. */
  #takePosted(frame: unknown): void {
    if (this.#isOfTurn(frame, 'm')) this.#received++
    this.#take(frame)
  }

  #take(frame: unknown): void {
    if (this.#isLost) return
    if (this.#isOfTurn(frame, 'm')) {
      // Counted before the memory of its bytes goes to the next delivery.
      const chars = frameChars(frame as string | LongFrame)
      this.#message(frame)
      this.#count(chars)
    } else if (this.#isOfTurn(frame, 'r')) this.#report(contentOf(frame))
    else if (typeof frame === 'string' && this.#isOfTurn(frame, 'f')) {
      this.#end()?.onFailure(new Error(restOf(frame).slice(0, MAX_REASON_CHARS)))
    } else if (!this.#isAnswer(frame)) {
      this.#distrust()
    }
  }

  /** Counts the characters of a message, and says so to the worker from time to time. */
  #count(chars: number): void {
    this.#takenChars += chars
    const isLittle = this.#takenChars - this.#saidChars < TAKEN_STEP_CHARS
    if (isLittle || this.#serial === undefined || this.#saying === this.#serial) return
    this.#saying = this.#serial
    this.#sayTaken(this.#serial, this.#listener?.room?.())
  }

  /** Says what was taken, in a later turn of the event loop: then others have had theirs. */
  async #sayTaken(serial: string, room: Promise<void> | undefined): Promise<void> {
    await room
    await nextTurn()
    if (this.#saying === serial) this.#saying = undefined
    if (this.#serial !== serial) return
    this.#saidChars = this.#takenChars
    // Read by the worker before a request, and after the bump when it waits for room.
    Atomics.store(this.words, TAKEN, this.#takenChars | 0)
    this.bump()
  }

  #message(frame: unknown): void {
    this.#isAsked = true
    const { ascii, value } =
      typeof frame === 'string' ? NOTHING : (Object(frame) as Partial<LongFrame>)
    if (ascii === undefined) this.#listener?.onMessage(contentOf(frame))
    else if (isInput(ascii)) {
      const input = `${new AsciiText(ascii)}`
      this.#spare = spareOf(ascii)
      this.#listener?.onMessage({ ...Object(value), input })
    } else this.#distrust()
  }

  /** Takes the frames that have come, of a thread that may post without an end. */
  #takeAll(): void {
    for (let left = MAX_LAST_FRAMES; left > 0 && !this.#isLost; left--) {
      if (this.look()) continue
      const received = receiveMessageOnPort(this.#ours)
      if (received === undefined) return
      this.#takePosted(received.message)
    }
  }

  #report(report: unknown): void {
    const listener = this.#end()
    // Frames after the report are charged to the execution of the report, and not to the next one.
    this.#takeAll()
    if (this.#isLost) listener?.onFailure(new Error(UNKNOWN_FRAME))
    else listener?.onReport(report)
  }

  #distrust(): void {
    // The worker writes it when it begins: an execution that has not begun has not sent the frame.
    const isQueued = Atomics.load(this.words, STATE) === GuestState.queued
    this.#close(isQueued ? new SharedLoss(UNKNOWN_FRAME) : new Error(UNKNOWN_FRAME))
    this.#onFault()
  }

  /** Whether a frame is of the execution whose turn it is. */
  #isOfTurn(frame: unknown, tag: FrameTag): boolean {
    if (this.#serial === undefined) return false
    if (typeof frame === 'string') return isText(frame, tag, this.#serial)
    const long = Object(frame) as Partial<LongFrame>
    return long.tag === tag && long.serial === this.#serial
  }

  /** Takes an answer to a question that was asked. */
  #isAnswer(frame: unknown): boolean {
    if (typeof frame !== 'string' || !frame.startsWith('a')) return false
    const space = frame.indexOf(' ')
    const id = frame.slice(1, space)
    const asked = this.#asked.get(id)
    if (asked === undefined) return false
    this.#asked.delete(id)
    asked.resolve(frame.slice(space + 1))
    return true
  }
}

const nextTurn = () => new Promise<void>(resolve => setImmediate(resolve))

/** What a text has of an object. */
const NOTHING: Partial<LongFrame> = {}

const UNKNOWN_FRAME = 'its thread has sent a frame that no worker sends'

/** More than an honest worker has on its way when it is lost: its log comes in batches. */
const MAX_LAST_FRAMES = 10_000

/** A reason is an error's message. */
const MAX_REASON_CHARS = 2000

/** Whether these can be the bytes of arguments: an honest worker sends none beyond the limit. */
const isInput = (bytes: unknown): bytes is Uint8Array =>
  bytes instanceof Uint8Array && bytes.length <= MAX_INPUT_BYTES

/** With the character that marks how they are written. */
const MAX_INPUT_BYTES = limitTable.maxCallBytes.ceiling + 1

const contentOf = (frame: unknown): unknown =>
  typeof frame === 'string' ? restOf(frame) : (frame as LongFrame).value
