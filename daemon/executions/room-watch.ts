/** Writes of one execution that wait for room on a full disk, and callers that want to know. */

import { untilRoom } from '../store/until-room.ts'

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
