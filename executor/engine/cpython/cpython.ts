/**
 * A guest on CPython: one instance of the interpreter, which runs a program to its end in one call.
 *
 * The program reaches its host by frames at the door (`files.ts`). A frame that the guest writes is
 * a request: an operation of `executor/guest/host/host-operations.ts`, a number and a text. The
 * worker performs it at once, and the guest reads the answer. A guest may write any frame, so each
 * is checked here before it is performed. What the guest writes about its end counts only when the
 * run has returned.
 *
 * The host ends a guest by an exception that it throws through WebAssembly. No code of the guest
 * runs on the way, and its memory is void until the next rewind.
 */

import { textOfReply } from '../../boundary/string-reply.ts'
import type { StandbyGuest } from '../engine-parts.ts'
import { type GuestHooks, GuestThrown } from '../guest.ts'
import { hashOf } from '../memory-hash.ts'
import { decodeSnapshot, encodeSnapshot } from '../session-snapshot.ts'
import { EINTR, EINVAL } from './files.ts'
import { FrameReader } from './frames.ts'
import { type EngineParts, Instance, SealViolation } from './instance.ts'
import type { InstanceHooks } from './instance-hooks.ts'
import { Interruption } from './interruption.ts'
import type { Image } from './packed-image.ts'
import { SeededRandom } from './seeded-random.ts'
import { type ZoneClock, zoneClock } from './zone/zone-clock.ts'

/** A statement that names nothing: the guest's main module keeps its names to itself. */
const MAIN = `__import__('latchd_guest.program').program.main()`
const PLACE = `__import__('latchd_guest.program').program.place()`
/** An instance whose heap has grown beyond this is given up, since memory never shrinks. */
const MAX_RESTING_BYTES = 96 * 1024 * 1024
/** All the files of a program together. */
const MAX_FILE_BYTES = 32 * 1024 * 1024

const idle: InstanceHooks = {
  write: () => 0,
  read: () => new Uint8Array(),
  poll: () => 0,
  now: () => 0,
  zone: zoneClock(undefined),
  random: bytes => bytes.fill(0),
}

/** What the engine reads of a program's configuration. */
interface Configuration {
  readonly tools: readonly unknown[]
  readonly seed: readonly [number, number, number, number]
  readonly startedAtMs?: number
  readonly timeZone?: string
}

/** The image that guests begin as. */
export interface GuestImage extends Image {
  /** Names the interpreter and the image; see `image-source.ts`. */
  readonly tag: string
}

/** A guest on CPython. */
export class CPythonGuest implements StandbyGuest {
  #instance: Instance
  #image: GuestImage
  #stackPointer: number
  #configuration = ''
  #frames: FrameReader | undefined
  /** Of a session's program. */
  #interruption: Interruption | undefined
  /** The program's hooks; absent: none has begun. */
  #hooks: GuestHooks | undefined
  #state: 'new' | 'running' | 'clean' | 'void' = 'new'
  #isSession = false
  /** The interpreter is being asked for its place, in the middle of the program. */
  #isAsked = false
  #isTrapped = false

  private constructor(image: GuestImage, instance: Instance) {
    this.#image = image
    this.#instance = instance
    this.#stackPointer = instance.stackPointer
  }

  /** Makes a fresh guest: an instance with the image in it. */
  static async create(image: GuestImage, parts: EngineParts): Promise<CPythonGuest> {
    const instance = await Instance.create(parts, idle, image)
    instance.seal()
    return new CPythonGuest(image, instance)
  }

  get memoryBytes(): number {
    return this.#instance.memory.length
  }

  begin(hooks: GuestHooks, memoryBytes: number, tools: string, configuration: string): void {
    this.#begin(hooks, memoryBytes, `{"tools":${tools},${configuration.slice(1)}`)
  }

  #begin(hooks: GuestHooks, memoryBytes: number, configuration: string): void {
    const { tools, seed, startedAtMs, timeZone } = JSON.parse(configuration) as Configuration
    const zone = zoneClock(timeZone)
    const random = new SeededRandom(seed)
    const frames = new FrameReader(tools.length, (operation, number, text) => {
      const answer = hooks.host(operation, number, text)
      return typeof answer === 'number' ? answer : textOfReply(answer)
    })
    this.#hooks = hooks
    this.#frames = frames
    this.#interruption = this.#isSession ? new Interruption() : undefined
    this.#configuration = configuration
    this.#state = 'running'
    this.#instance.begin(
      {
        write: frame => this.#write(frames, frame),
        read: () => frames.read(),
        poll: () => this.#poll(hooks),
        now: () => hooks.now(),
        zone,
        random: bytes => random.fill(bytes),
      },
      this.#image.imageBytes + memoryBytes,
      MAX_FILE_BYTES,
    )
    if (timeZone === undefined && !this.#isSession) return
    this.#instance.nameZone(zoneNamesOf(zone, startedAtMs ?? 0))
  }

  #write(frames: FrameReader, frame: Uint8Array): number {
    try {
      if (frames.write(frame)) return 0
      if (this.#interruption?.end === undefined) return EINVAL
      this.#interruption.begin()
    } catch (error) {
      this.#interrupt(error)
    }
    return EINTR
  }

  #poll(hooks: GuestHooks): number {
    if (this.#isAsked) return 0
    try {
      // It is the sign that the guest answers, also while it is ended.
      hooks.poll()
    } catch (error) {
      if (this.#interruption?.end === undefined) this.#interrupt(error)
    }
    return this.#interruption?.poll() ?? 0
  }

  /** Ends the program by what a hook has thrown: at once, or in a session by unwinding it. */
  #interrupt(error: unknown): void {
    if (this.#interruption === undefined || this.#frames === undefined) throw error
    this.#interruption.begin(error)
    this.#frames.isEnding = true
  }

  beginSession(hooks: GuestHooks, memoryBytes: number, configuration: string): void {
    this.#isSession = true
    this.#begin(hooks, memoryBytes, configuration)
  }

  evaluate(code: string): void {
    const frames = this.#frames as FrameReader
    frames.offer(`{"source":${JSON.stringify(code)},${this.#configuration.slice(1)}`)
    try {
      this.#instance.run(MAIN)
    } catch (error) {
      this.#state = 'void'
      throw this.#readFault(error)
    }
    this.#state = this.#instance.violation === undefined ? 'clean' : 'void'
    const { end } = frames
    const ended = this.#interruption?.end
    if (ended !== undefined) {
      // Without a report of its end the prelude has not come to rest.
      if (end === undefined) this.#state = 'void'
      throw ended.error
    }
    if (end === undefined) throw new GuestThrown(fault('SystemError', LOST_DOOR))
    ;(this.#hooks as GuestHooks).host(end.operation, 0, end.text)
  }

  /** What an exception means that came through the interpreter. */
  #readFault(error: unknown): unknown {
    const { violation } = this.#instance
    if (violation !== undefined || error instanceof SealViolation) {
      const message = `The program called a function of the interpreter that programs here have not: ${violation}`
      return new GuestThrown(fault('SystemError', message))
    }
    if (error instanceof RangeError && /call stack/.test(error.message)) {
      this.#isTrapped = true
      return new GuestThrown(fault('RecursionError', 'The recursion was too deep for the stack'))
    }
    if (error instanceof WebAssembly.RuntimeError) {
      this.#isTrapped = true
      return new GuestThrown(fault('SystemError', `The interpreter failed: ${error.message}`))
    }
    return error
  }

  runJob(): boolean {
    return false
  }

  /** Nothing in the interpreter waits any more: a program takes its deliveries itself. */
  deliver(): void {}

  unhandledRejections(): string[] {
    return []
  }

  currentStack(): string {
    const frames = this.#frames as FrameReader
    if (this.#interruption?.end !== undefined) throw new Error('the program is being ended')
    this.#isAsked = true
    try {
      this.#instance.runInside(PLACE)
      return frames.takePlace()
    } finally {
      this.#isAsked = false
    }
  }

  takeZoneAsked(): boolean {
    return false
  }

  isFull(): boolean {
    return false
  }

  endSession(): 'clean' | 'void' {
    return this.#state === 'clean' ? 'clean' : 'void'
  }

  snapshot(maxBytes: number): Uint8Array | undefined {
    if (this.#state !== 'clean' || !this.#isSession) {
      throw new Error('a snapshot of a guest that is not at rest')
    }
    return encodeSnapshot(this.#base, this.#instance.memory, maxBytes)
  }

  get holdsSession(): boolean {
    return this.#isSession && this.#state === 'clean' && !this.#isSpent
  }

  continueSession(): void {
    if (this.#state !== 'clean') throw new Error('a session in a guest that is not at rest')
    // As for a rewind: what is made now has the same times, wherever the session goes on.
    this.#instance.begin(idle, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY)
    this.#instance.emptyFiles(this.#stackPointer)
    this.#state = 'new'
  }

  restore(snapshot: Uint8Array): void {
    if (this.#state !== 'new') throw new Error('a snapshot for a guest that is in use')
    const { memoryBytes, runs } = decodeSnapshot(this.#base, snapshot)
    this.#instance.growTo(memoryBytes)
    for (const { at, bytes } of runs) this.#instance.memory.set(bytes, at)
  }

  get #base() {
    const { tag, imageBytes: memoryBytes, parts } = this.#image
    return { tag, memoryBytes, parts, lowest: 0 }
  }

  /** Whether the instance is not to be used for another caller's program, whatever is copied anew. */
  get #isSpent(): boolean {
    const isLost = this.#instance.violation !== undefined || this.#isTrapped
    return isLost || this.memoryBytes > MAX_RESTING_BYTES
  }

  rewind(): boolean {
    this.#hooks = undefined
    this.#frames = undefined
    this.#isSession = false
    if (this.#isSpent) return false
    this.#instance.begin(idle, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY)
    this.#instance.reset(this.#image.parts, this.#stackPointer)
    this.#state = 'new'
    return true
  }

  /** SHA-256 of the memory, as far as the image goes. */
  memoryHash(): string {
    return hashOf(this.#instance.memory.subarray(0, this.#image.imageBytes))
  }

  isWhole(): boolean {
    return this.memoryHash() === this.#image.memoryHash
  }
}

/** The names of a zone's winter and summer in the year of an instant, as `time.tzname` has them. */
function zoneNamesOf(zone: ZoneClock, ms: number): [string, string] {
  const year = new Date(ms).getUTCFullYear()
  const times = [0, 6].map(month => zone.localTimeAt(Date.UTC(year, month, 1) / 1000))
  const named = (isSummer: boolean) => times.find(time => time.isSummer === isSummer) ?? times[0]
  return [named(false)?.name ?? '', named(true)?.name ?? '']
}

const LOST_DOOR = 'The program closed descriptor 3, by which its end is reported'

/** A described error as the prelude writes it. */
const fault = (name: string, message: string) => JSON.stringify({ name, message })
