/** The parts that every engine has: a base snapshot, guests, and what a thread needs for them. */

import type { Guest } from './guest.ts'

/** The memory that every guest of an engine begins with, and what its guests need beside it. */
export interface BaseSnapshot {
  /** Names and versions of the runtime that made it. */
  readonly engine: string
  /** SHA-256 of the memory, hexadecimal. */
  readonly memoryHash: string
}

/** Names of the runtime of guests. State from another runtime may mean something else here. */
export interface RuntimeTags {
  /** What a session's snapshot depends on. */
  readonly snapshot: string
  /** What a replay depends on. */
  readonly replay: string
}

/** A guest, with what a thread does to it between two programs. */
export interface StandbyGuest extends Guest {
  /** Whether its memory is that of the base snapshot, byte by byte; takes milliseconds. */
  isWhole(): boolean
  /** Whether {@link Guest.continueSession} is possible now; absent: never. */
  readonly holdsSession?: boolean
  /**
   * The length of its memory, when that has grown and cannot shrink; 0 or absent: it is as long as a new
   * guest's. A session's snapshot would have this length, and a program with a smaller limit would seem
   * to be past it.
   */
  readonly grownBytes?: number
}

/** Names of the thread's realm that an engine needs after the seal, beside those that all need. */
export interface EngineNames {
  readonly globals: readonly string[]
  readonly ofProcess: readonly string[]
}

/** Makes the guests of a thread. */
export interface GuestMaker {
  /** How many guests stand ready in each thread. */
  readonly standby: number
  readonly names: EngineNames
  /** Whether loading it leaves so much garbage that the thread's heap is to be shrunk afterwards. */
  readonly leavesGarbage: boolean
  create(): Promise<StandbyGuest>
  /** Checks the thread's copy of the base snapshot. @throws {Error} when it has changed */
  requireWhole(): void
}
