/** Notifies hosts that the list of tools is another one: where what it says to them has changed. */

import type { McpBackend } from './backend.ts'
import { programText } from './tool-list.ts'

/** Changes come in bursts, as when servers connect: one notification is for all of them. */
const QUIET_MS = 100

interface Watched {
  readonly backend: McpBackend
  readonly notify: () => void
  /** The last text of the list; absent until a caller has read it. */
  lastText: string | undefined
}

/** The hosts that want to know. */
export class ListWatch {
  #watched = new Set<Watched>()
  #onProblem: (error: Error) => void
  #timer: NodeJS.Timeout | undefined

  constructor(onProblem: (error: Error) => void) {
    this.#onProblem = onProblem
  }

  /**
   * Calls `notify` whenever the list says something else than at the last call, and at this one.
   *
   * @returns ends it
   */
  watch(backend: McpBackend, notify: () => void): () => void {
    const watched: Watched = { backend, notify, lastText: undefined }
    this.#watched.add(watched)
    void this.#read(watched)
    return () => this.#watched.delete(watched)
  }

  /** Looks whether the list has changed. */
  check(): void {
    if (this.#watched.size === 0) return
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      for (const watched of this.#watched) void this.#read(watched)
    }, QUIET_MS).unref()
  }

  /** Watches nothing any more. */
  close(): void {
    clearTimeout(this.#timer)
    this.#watched.clear()
  }

  async #read(watched: Watched): Promise<void> {
    try {
      const text = await programText(watched.backend)
      const { lastText } = watched
      watched.lastText = text
      if (lastText !== undefined && lastText !== text && this.#watched.has(watched))
        watched.notify()
    } catch (error) {
      // The next change, or the host's own question, finds out what is there.
      this.#onProblem(error as Error)
    }
  }
}
