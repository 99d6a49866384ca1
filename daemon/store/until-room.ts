/**
 * Writes that must not be refused: on a full disk they wait for room, and nothing is lost
 * meanwhile.
 */

import { setTimeout as delay } from 'node:timers/promises'
import { LatchdError } from '../../protocol/errors.ts'

/** Milliseconds after which a write that found the disk full is tried again. */
export const FULL_DISK_MS = 500

/** Whether a write was refused because its disk is full: the store holds what it held before. */
export function isStoreFull(error: unknown): boolean {
  return error instanceof LatchdError && error.code === 'STORE_FULL'
}

/** Options of {@link untilRoom}. */
export interface RoomOptions {
  /** Called each time that a write finds no room. */
  readonly onFull?: () => void
  /** Gives up when aborted: then the refusal is thrown. */
  readonly signal?: AbortSignal
}

/** Tries a write until the disk has room for it. @throws whatever else the write throws */
export async function untilRoom<T>(
  write: () => Promise<T>,
  { onFull, signal }: RoomOptions = {},
): Promise<T> {
  for (;;) {
    try {
      return await write()
    } catch (error) {
      if (!isStoreFull(error) || signal?.aborted === true) throw error
      onFull?.()
      await delay(FULL_DISK_MS)
    }
  }
}

/** Repeats writes until there is room, and says when one waits for it. */
export class RoomWatch {
  #isLacking = false
  /** Resolved while a write waits for room; absent until a caller asks. */
  #lacking: PromiseWithResolvers<void> | undefined

  /** Resolves when a write waits for room; at once when one does. */
  lacksRoom(): Promise<void> {
    if (this.#isLacking) return Promise.resolve()
    this.#lacking ??= Promise.withResolvers()
    return this.#lacking.promise
  }

  /** Writes as soon as there is room. @throws the error of a write that fails for another reason */
  async write(write: () => Promise<void>): Promise<void> {
    await untilRoom(write, {
      onFull: () => {
        this.#isLacking = true
        this.#lacking?.resolve()
      },
    })
    if (!this.#isLacking) return
    this.#isLacking = false
    this.#lacking = undefined
  }
}
