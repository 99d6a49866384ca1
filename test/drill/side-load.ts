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
  /** Whether what was lost so has not yet been followed by work of what took its place. */
  readonly isRecovering?: boolean
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

/** A side load whose lanes take the same step again and again. */
export class LaneLoad {
  readonly name: string
  /** How many steps have done what was promised. */
  count = 0
  readonly #lanes = new Lanes()
  readonly #laneCount: number
  readonly #step: (lane: number, n: number, load: LaneLoad) => Promise<boolean>

  /** @param step as {@link Lanes.start}; counts what it has done in the load that it is given */
  constructor(
    name: string,
    lanes: number,
    step: (lane: number, n: number, load: LaneLoad) => Promise<boolean>,
  ) {
    this.name = name
    this.#laneCount = lanes
    this.#step = step
  }

  get problems(): readonly string[] {
    return this.#lanes.problems
  }

  start(): void {
    this.#lanes.start(this.#laneCount, (lane, n) => this.#step(lane, n, this))
  }

  drain(): Promise<void> {
    return this.#lanes.drain()
  }

  /** Notes a problem; ends the lane that found it. */
  wrong(what: string, found: unknown): false {
    this.#lanes.problems.push(`${what}: ${JSON.stringify(found)}`)
    return false
  }
}
