/**
 * The frames on a lane: the port and the latch (`protocol/latch.ts`) of one worker thread, on which
 * the host hands it one execution after the other. A short text goes through a slot of the latch's memory
 * where that is free and the other end looks; all else goes on the port.
 *
 * | from   | first character | then | rest |
 * | ------ | --------------- | ---- | ---- |
 * | host   | `t` task        | serial, space | JSON of the work, a line end, the source |
 * | host   | `l` tools       |      | JSON of the tools of the tasks from here on |
 * | host   | `b` bounds      |      | JSON of the limits of the tasks from here on |
 * | host   | `d` delivery    | serial, space | call number, space, instant, a line end, the text |
 * | host   | `q` question    | id, space | what is asked: a {@link LaneQuestion} |
 * | worker | `m` message     | serial, space | JSON of a {@link GuestMessage} |
 * | worker | `r` report      | serial, space | JSON of a {@link GuestReport}; the last frame of its serial |
 * | worker | `f` failure     | serial, space | why there is no report; the last frame of its serial |
 * | worker | `a` answer      | id, space | JSON of the answer to a question |
 *
 * A frame is a text, since a text crosses several times faster than an object. What would make a long
 * text, or has bytes, crosses as an object ({@link LongFrame}), which costs one copy and no escapes. Long arguments, and a
 * long string that is a whole answer, stand beside it as bytes where all of them are ASCII.
 *
 * Each task has a serial of 122 random bits. Frames of another one are of an execution that has ended:
 * the worker drops deliveries that came too late, and no honest worker sends anything after a report.
 */

import { AsciiText, asciiTextOf, isAscii } from './ascii-text.ts'
import type { Delivery, GuestTask } from './messages.ts'
import type { StringReply } from './string-reply.ts'

/** What a thread is given its lane by: the task of the pool, one for each thread. */
export interface LaneStart {
  /** The worker's end of the port. */
  readonly port: import('node:worker_threads').MessagePort
  /** The latch; see `protocol/latch.ts`. */
  readonly latch: SharedArrayBuffer
}

/** What the host asks of a thread: to have guests ready, its statistics, to give back memory. */
export type LaneQuestion = 'warm-up' | 'statistics' | 'collect'

/** A frame that is not a text. */
export interface LongFrame {
  readonly tag: FrameTag
  readonly serial: string
  readonly value: unknown
  /** The arguments of a message, or the string of a delivery, as bytes of ASCII that change hands. */
  readonly ascii?: Uint8Array
}

/** The first character of a frame. */
export type FrameTag = 't' | 'l' | 'b' | 'd' | 'q' | 'm' | 'r' | 'f' | 'a'

/** Texts up to this many characters are escaped into JSON; longer ones cross in an object. */
export const MAX_TEXT_CHARS = 65_536
/** Texts inside of a frame that are longer are not tried. */
export const LONG_CHARS = 16_384
const SERIAL_CHARS = 36
/** Where the rest of a frame with a serial begins. */
const REST_AT = 1 + SERIAL_CHARS + 1

/** Whether a frame is a text of a kind and a serial. */
export function isText(frame: unknown, tag: FrameTag, serial: string): frame is string {
  return typeof frame === 'string' && frame.startsWith(tag) && frame.startsWith(serial, 1)
}

/** The rest of a text with a serial. */
export const restOf = (frame: string): string => frame.slice(REST_AT)

/** A frame that carries a value of one serial. @param isLong whether its texts are surely long */
export function valueFrame(
  tag: FrameTag,
  serial: string,
  value: object,
  isLong: boolean,
): string | LongFrame {
  if (!isLong) {
    const text = JSON.stringify(value)
    if (text.length <= MAX_TEXT_CHARS) return `${tag}${serial} ${text}`
  }
  return { tag, serial, value }
}

/**
 * A guest sends no further request while the host has this many characters of its messages to take. A
 * port hands its frames over in one turn of the event loop, so one guest makes such a turn longer by
 * this much and one frame.
 */
export const MAX_UNTAKEN_CHARS = 256 * 1024
/** The host says what it has taken when it is at least so much more than it has said. */
export const TAKEN_STEP_CHARS = MAX_UNTAKEN_CHARS / 4

/** Characters of a frame, the same at both ends: of a text, or of the texts of an object. */
export function frameChars(frame: string | LongFrame): number {
  if (typeof frame === 'string') return frame.length
  let sum = frame.ascii?.length ?? 0
  for (const one of Object.values(Object(frame.value)))
    if (typeof one === 'string') sum += one.length
  return sum
}

/** Whether a text is one that no JSON is made of. */
export const isLongText = (text: string | undefined): boolean =>
  text !== undefined && text.length > LONG_CHARS

/** A frame with a delivery for the guest of a task. @param spare memory for its bytes, if any */
export function deliveryFrame(
  serial: string,
  delivery: Delivery,
  spare?: ArrayBuffer,
): string | LongFrame {
  const { callNumber, text, atMs } = delivery
  if (typeof text !== 'string') return stringFrame(serial, delivery, text, spare)
  // Behind a head it would be copied once more, and be read as a part of another text.
  if (isLongText(text)) return { tag: 'd', serial, value: delivery }
  return `d${serial} ${callNumber} ${atMs}\n${text}`
}

function stringFrame(
  serial: string,
  delivery: Delivery,
  { string }: StringReply,
  spare: ArrayBuffer | undefined,
): LongFrame {
  const text = `${string}`
  if (!isAscii(text)) return { tag: 'd', serial, value: { ...delivery, text: { string: text } } }
  return {
    tag: 'd',
    serial,
    value: { ...delivery, text: '' },
    ascii: asciiTextOf(text, spare).bytes,
  }
}

/** What of a frame changes hands. */
export const transferOf = ({ ascii }: LongFrame): ArrayBuffer[] =>
  ascii === undefined ? [] : [ascii.buffer as ArrayBuffer]

/** The delivery of a frame of {@link deliveryFrame}; `undefined` for a frame of another kind or task. */
export function readDelivery(frame: string | LongFrame, serial: string): Delivery | undefined {
  if (typeof frame !== 'string') {
    if (frame.tag !== 'd' || frame.serial !== serial) return undefined
    const delivery = frame.value as Delivery
    if (frame.ascii === undefined) return delivery
    return { ...delivery, text: { string: new AsciiText(frame.ascii) } }
  }
  if (!isText(frame, 'd', serial)) return undefined
  const space = frame.indexOf(' ', REST_AT)
  const line = frame.indexOf('\n', space)
  return {
    callNumber: Number(frame.slice(REST_AT, space)),
    atMs: Number(frame.slice(space + 1, line)),
    text: frame.slice(line + 1),
  }
}

/** What a thread is given beside its tasks, since it is mostly that of the last one. */
export type SharedFacts = Pick<GuestTask, 'tools' | 'limits'>

/** A frame with a task, without what the thread is given beside. */
export function taskFrame(task: GuestTask): string | LongFrame {
  const { serial, tools: _, limits: __, source, expectedMs, ...work } = task
  if (!hasLongTexts(task)) {
    // Infinity becomes null by itself.
    const head = JSON.stringify(expectedMs === undefined ? work : { ...work, expectedMs })
    if (head.length <= MAX_TEXT_CHARS) return `t${serial} ${head}\n${source}`
  }
  return { tag: 't', serial, value: { ...task, tools: '', limits: undefined } }
}

/** The task of a frame of {@link taskFrame}. @param shared of the last frames of such facts */
export function readTask(frame: string | LongFrame, shared: SharedFacts): GuestTask {
  if (typeof frame !== 'string') return { ...(frame.value as GuestTask), ...shared }
  const line = frame.indexOf('\n')
  const { expectedMs, ...work } = JSON.parse(frame.slice(REST_AT, line)) as SentWork
  return {
    ...work,
    serial: frame.slice(1, 1 + SERIAL_CHARS),
    source: frame.slice(line + 1),
    ...shared,
    expectedMs: expectedMs && withInfinity(expectedMs),
  }
}

/** Work in JSON: an endless time is `null`. */
type SentWork = Omit<GuestTask, 'expectedMs' | keyof SharedFacts> & {
  readonly expectedMs?: Readonly<Record<number, number | null>>
}

/** Times that were written as JSON, where an endless one is `null`. */
export function withInfinity(
  expectedMs: Readonly<Record<number, number | null>>,
): Readonly<Record<number, number>> {
  return Object.fromEntries(Object.entries(expectedMs).map(([tool, ms]) => [tool, ms ?? Infinity]))
}

function hasLongTexts({ session, program, inputs, journal }: GuestTask): boolean {
  if (session?.snapshot !== undefined || isLongText(program?.code) || isLongText(inputs))
    return true
  let chars = 0
  for (const { text, request } of journal) {
    chars += request.length + (text?.length ?? 0)
    if (chars > LONG_CHARS) return true
  }
  return false
}
