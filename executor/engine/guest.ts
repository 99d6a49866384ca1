/** The interface between the executor and a guest engine. */

import type { Variable } from '../../protocol/execution/replay.ts'
import type { AsciiText } from '../boundary/ascii-text.ts'
import type { Reply } from '../boundary/string-reply.ts'

/** The host's side of one execution, as the engine calls it. Each may throw to end the guest. */
export interface GuestHooks {
  /** Called every few thousand operations of the guest; throws when the guest has to end. */
  poll(): void
  /**
   * Answers a request of the prelude; see `executor/guest/host/host.ts`.
   *
   * @param kept the encoded value that the request is about, where its text is not that
   */
  host(operation: number, number: number, text: string, kept?: string | AsciiText): Reply | number
  /** The guest's clock in epoch milliseconds, fractions allowed. */
  now(): number
}

/** One virtual machine that runs one program. */
export interface Guest {
  /**
   * Prepares the virtual machine for one program: hooks, heap limit, tools, inputs, seed.
   *
   * @param tools JSON of the tools
   * @param configuration JSON of the rest
   */
  begin(hooks: GuestHooks, memoryBytes: number, tools: string, configuration: string): void
  /**
   * Evaluates a program's first synchronous part; its end is reported through the hooks.
   *
   * @throws {GuestThrown} when the engine refuses the text as a syntax error.
   */
  evaluate(code: string): void
  /**
   * As `begin`, for one program of a session, whose memory is kept for the next one; the tools are
   * in the configuration. An error that a hook throws is thrown by the call that the guest was in, as in `begin`. On the way there the
   * guest is interrupted, and from then on no function of it runs.
   */
  beginSession(hooks: GuestHooks, memoryBytes: number, configuration: string): void
  /**
   * Brings a session's guest to rest after its program, however that ended. No rest of the program
   * runs any more, and timers, deliveries and rejections are forgotten.
   *
   * @returns `void` when the memory is in doubt or has no room for another program: then there is
   *   no new snapshot, and the session keeps the one it had
   */
  endSession(): 'clean' | 'void'
  /**
   * A session's memory, after `endSession` has found it clean; `undefined` when it is larger than
   * `maxBytes`.
   */
  snapshot(maxBytes: number): Uint8Array | undefined
  /**
   * Puts a session's memory into a guest that is as good as new.
   *
   * @throws {LatchdError} SNAPSHOT_INCOMPATIBLE when another engine or prelude made the bytes, or
   *   they are damaged; the guest is as it was.
   */
  restore(snapshot: Uint8Array): void
  /**
   * Makes a guest ready for the next program of its session, on the memory as the last one left it:
   * as `restore` of its snapshot would, without the copies. To be called after `endSession` has
   * found it clean. Absent where that is not possible.
   */
  continueSession?(): void
  /** Runs one pending job. `false` when there was none. @throws {GuestThrown} when it threw. */
  runJob(): boolean
  /** Hands over a delivery. @throws {GuestThrown} when a timer's callback threw. */
  deliver(id: number, reply: Reply): void
  /** Texts of the unhandled rejections, oldest first. */
  unhandledRejections(): string[]
  /**
   * The engine's stack of the place where the program stands. To be called inside of `host`, before
   * the guest is ended.
   */
  currentStack(): string
  /**
   * The engine's stack of the oldest call that the program has not awaited to its end; empty: there is
   * none. Absent of engines whose programs wait on their stack.
   */
  waitingStack?(): string
  /**
   * The variables of the program's innermost function, at most 200. To be called as `currentStack`;
   * absent of engines that cannot say.
   */
  variables?(): Variable[]
  /**
   * Whether the engine has asked for the zone of a local time since the last call of this. It does
   * so for a date that is read from a text without a zone. The answer is always UTC.
   */
  takeZoneAsked(): boolean
  /** Whether the heap has no room left: then jobs are lost, and promises stay pending for ever. */
  isFull(): boolean
  /** Bytes of memory that the guest has touched, at its peak. */
  readonly memoryBytes: number
  /**
   * Makes the virtual machine as good as new, whatever ended the last program.
   *
   * @returns `false` when that is not possible: drop it then.
   */
  rewind(): boolean
}

/**
 * The guest threw past its program. `description` is the prelude's description of the error, as
 * JSON.
 */
export class GuestThrown extends Error {
  override readonly name = 'GuestThrown'
  readonly description: string

  constructor(description: string) {
    super('the guest threw')
    this.description = description
  }
}

/** The guest's heap has no room for a value that the host has to put there or take out. */
export class OutOfGuestMemory extends Error {
  override readonly name = 'OutOfGuestMemory'
}

/** The name that the guest's own frames carry in stacks. */
export const PROGRAM_FILE = 'program'
