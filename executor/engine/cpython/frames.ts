/**
 * The frames that a guest writes at its door, and the answers that it reads there.
 *
 * A frame is an operation, a number and a text, divided by spaces: `2 0 j{"x":1}`. A guest can
 * write to the door itself, so a frame is performed only when it is one that the prelude could
 * have written.
 */

import { STREAM } from '../../../protocol/values/value-format.ts'
import { TAKE_NEXT } from '../../boundary/take-next.ts'
import { toolIndex } from '../../boundary/tool-index.ts'
import { fileOperations } from '../../files/file-operations.ts'
import { HostOperation } from '../../guest/host/host-operations.ts'
import { zoneFile } from './zone/zone-file.ts'
import { zoneNames } from './zone/zone-list.ts'

/** Longer than any frame that the limits let pass: the arguments of a call, all of them escaped. */
const MAX_FRAME_BYTES = 128 * 1024 * 1024
const HEAD = /^(\d{1,2}) (-?\d{1,10}) /
/** Longer than a head. */
const HEAD_CHARS = 16
/** The operation of the answer to `place()` of the prelude; no host performs it. */
const PLACE = 99
/** The engine itself answers: with the file of a zone in base64, or with all names of zones. */
const ZONE = 65

/** Performs an operation. It may throw to end the guest. */
export type Perform = (operation: number, number: number, text: string) => string | number

const plain: ReadonlySet<number> = new Set([
  HostOperation.log,
  HostOperation.awaitCall,
  HostOperation.startTimer,
  HostOperation.clearTimer,
  TAKE_NEXT,
])
const calls: ReadonlySet<number> = new Set([HostOperation.call, HostOperation.callConcurrently])
const ofStreams: ReadonlySet<number> = new Set([
  HostOperation.nextItem,
  HostOperation.nextItemConcurrently,
  HostOperation.closeStream,
  HostOperation.closeStreamConcurrently,
])
const ends: ReadonlySet<number> = new Set([
  HostOperation.finalAnswer,
  HostOperation.returned,
  HostOperation.threw,
])

/** Levels of the console; see `protocol/execution/console-levels.ts`. */
const MAX_LEVEL = 4
/** The number of a final answer that ends the program where it stands. */
const AT_ONCE = 1
const NOTHING = new Uint8Array()

function zoneAnswer(name: string): string {
  if (name === '') return [...zoneNames()].join(' ')
  return zoneFile(name)?.toString('base64') ?? ''
}

/** Takes the frames of one program. */
export class FrameReader {
  #tools: number
  #perform: Perform
  #answer: Uint8Array = NOTHING
  #place = ''
  /** Numbers of calls and timers whose answers were not taken. */
  #asked = new Set<number>()
  #streams = new Set<number>()
  /** The program is being ended: of its frames only the console's and the report of its end count. */
  isEnding = false
  /** What the guest has last reported of its end. It counts when the run has returned. */
  end: { readonly operation: number; readonly text: string } | undefined

  /** @param tools how many tools the execution has */
  constructor(tools: number, perform: Perform) {
    this.#tools = tools
    this.#perform = perform
  }

  /** Puts a text where the guest reads it. */
  offer(text: string): void {
    this.#answer = Buffer.from(text)
  }

  /** What the guest reads now. It reads each answer once. */
  read(): Uint8Array {
    const answer = this.#answer
    this.#answer = NOTHING
    return answer
  }

  /** The place that the prelude has reported; empty when it has not. */
  takePlace(): string {
    const place = this.#place
    this.#place = ''
    return place
  }

  /** Takes a frame. @returns `false` for one that the prelude does not write */
  write(frame: Uint8Array): boolean {
    if (frame.length > MAX_FRAME_BYTES) return false
    const text = Buffer.from(frame.buffer, frame.byteOffset, frame.length).toString()
    const [head, operationText = '', numberText = ''] = HEAD.exec(text.slice(0, HEAD_CHARS)) ?? []
    if (head === undefined) return false
    const operation = Number(operationText)
    const number = Number(numberText)
    const rest = text.slice(head.length)
    if (this.isEnding && operation !== HostOperation.log && !ends.has(operation)) return false
    if (operation === PLACE) this.#place = rest
    else if (operation === ZONE && number === 0) this.offer(zoneAnswer(rest))
    else if (operation === HostOperation.finalAnswer && number === AT_ONCE) {
      // The host ends the guest in there.
      this.#perform(operation, 0, rest)
    } else if (ends.has(operation)) this.end = { operation, text: rest }
    else if (this.#isAllowed(operation, number)) {
      this.offer(this.#noted(operation, number, this.#perform(operation, number, rest)))
    } else return false
    return true
  }

  #isAllowed(operation: number, number: number): boolean {
    if (calls.has(operation)) return toolIndex(number) < this.#tools
    if (ofStreams.has(operation)) return this.#streams.has(number)
    if (operation === HostOperation.file) return number >= 0 && number < fileOperations.length
    if (operation === HostOperation.awaitCall) return this.#asked.has(number)
    if (operation === HostOperation.log) return number >= 0 && number <= MAX_LEVEL
    return plain.has(operation) && number >= 0
  }

  /** Notes what was asked for and which streams there are, and gives the answer as text. */
  #noted(operation: number, number: number, answer: string | number): string {
    if (typeof answer === 'number') {
      const isAsked =
        operation === HostOperation.callConcurrently ||
        operation === HostOperation.startTimer ||
        operation === HostOperation.nextItemConcurrently ||
        operation === HostOperation.closeStreamConcurrently
      if (isAsked) this.#asked.add(answer)
      return String(answer)
    }
    let reply = answer
    if (operation === TAKE_NEXT) {
      const space = answer.indexOf(' ')
      this.#asked.delete(Number(answer.slice(0, space)))
      reply = answer.slice(space + 1)
    } else if (operation === HostOperation.awaitCall) this.#asked.delete(number)
    if (reply[0] === STREAM) this.#streams.add(Number(reply.slice(1)))
    return answer
  }
}
