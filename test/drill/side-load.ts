/** What goes on in a daemon beside the executions of a drill. */

import type { Random } from '../soak/random.ts'
import type { Kept } from './kept.ts'
import type { Load } from './load.ts'

/** What a side load stands on. */
export interface SideLoadOptions {
  readonly load: Load
  readonly seed: number
  /** Lanes, each with one thing under way. */
  readonly lanes: number
  readonly ledgerUrl: string
  readonly daemonUrl: string
}

/** One kind of work that a daemon is killed at. */
export interface SideLoad {
  /** For tables and problems. */
  readonly name: string
  /** How much of it the daemon has promised. */
  readonly count: number
  /** What is wrong, so far. */
  readonly problems: readonly string[]
  start(): void
  /** Something else than the daemon may be lost now. */
  disturb?(draw: Random): void
  /** Begins nothing more; resolves when all that was begun has ended. */
  drain(): Promise<void>
  /** Holds what is on disk against what was promised. */
  check?(kept: Kept): readonly string[]
  close?(): Promise<void>
}

export type MakeSideLoad = (options: SideLoadOptions) => SideLoad

/** Lanes that go on until they are told to stop. */
export class Lanes {
  readonly problems: string[] = []
  isOver = false
  #work: Promise<unknown> = Promise.resolve()

  /** @param step does one thing; `false`: its lane is over */
  start(lanes: number, step: (lane: number, n: number) => Promise<boolean>): void {
    const run = async (lane: number) => {
      for (let n = 0; !this.isOver; n++) if (!(await step(lane, n))) return
    }
    this.#work = Promise.all(Array.from({ length: lanes }, (_, lane) => run(lane)))
  }

  async drain(): Promise<void> {
    this.isOver = true
    await this.#work
  }
}
