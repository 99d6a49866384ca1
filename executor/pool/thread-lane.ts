/** A lane as its pool knows it: with its thread, and with whose executions it has had. */

import { Lane } from './lane.ts'
import { LaneSpin } from './lane-spin.ts'
import type { Assignment } from './pool-threads.ts'

/** A lane with its thread, and whose executions it has had. */
export class ThreadLane extends Lane {
  /** The owner of the execution that it ran last; absent: none has run. */
  owner: string | undefined
  /** The session of that execution, whose state its guest may hold. */
  session: string | undefined
  /** How often it has gone from one owner to another. */
  changes = 0
  /** Executions that it has had. */
  turns = 0
  #assignment: Assignment
  readonly spin = new LaneSpin(this)

  /** @param assignment says which thread it is, once there is one */
  constructor(assignment: Assignment) {
    super(() => assignment.thread?.end())
    this.#assignment = assignment
  }

  override get isSound(): boolean {
    return super.isSound && this.#assignment.thread?.isEnding !== true
  }

  /** Ends the thread. The execution that it runs ends with the error. */
  end(error: Error): void {
    this.#assignment.thread?.end()
    this.lose(error)
  }

  /**
   * Whether the thread has sent messages on its lane alone. Asked at each report, so that a message
   * elsewhere is charged to the execution of that report, and not to the next one.
   */
  isQuiet(): boolean {
    return this.#assignment.thread?.isQuiet() ?? true
  }

  /** Lets the process end although the thread is there. */
  unref(): void {
    this.#assignment.thread?.unref()
  }
}
