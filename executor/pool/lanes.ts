/**
 * The lanes of a pool, one for each of its threads: opens them, gives them to executions, and opens
 * another one in the place of one that is lost.
 *
 * An execution gets a free thread that ran the same owner last, else a new one, else one of another
 * owner; among equal ones the thread that ran its session last, else one that ran no session. While
 * programs are short it may wait for a thread that is about to be free (`short-turns.ts`).
 *
 * A thread that has changed its owner too often is ended instead of going to another owner. So what an
 * escaped program may have left in it does not meet all of the others.
 */

import { setTimeout as delay } from 'node:timers/promises'
import { type Piscina, queueOptionsSymbol } from 'piscina'
import { LatchdError } from '../../protocol/errors.ts'
import type { LaneStart } from '../boundary/lane-frames.ts'
import { LaneQueue, type Wanting } from './lane-queue.ts'
import type { Assignment } from './pool-threads.ts'
import type { ShortTurns } from './short-turns.ts'
import { ThreadLane } from './thread-lane.ts'

/** The wait for a thread that replaces an ended one, at most; it takes under a second. */
const REPLACE_MS = 5000
/** The first thread of a pool has the cores for so long, unless an execution waits for another one. */
const SETTLE_MS = 250
/** Pauses before further tries to start a thread. */
const RETRY_MS = [100, 500, 2000]

/** The lanes of a pool of threads. */
export class Lanes {
  #pool: Piscina<LaneStart, unknown>
  #maxChanges: number
  #turns: ShortTurns
  #lanes = new Set<ThreadLane>()
  /** In the order in which they became free. */
  #free: ThreadLane[] = []
  /** The executions that want one. */
  readonly queue: LaneQueue
  /** Lanes whose thread is not ready yet; aborted when none comes. */
  #opening = new Map<ThreadLane, AbortController>()
  /** Called when a lane is ready in the place of one that was lost, one each. */
  #replacements = new Set<() => void>()
  /** Opens the lanes that were to be opened later. */
  #openAtOnce = () => {}
  #isClosed = false

  /**
   * @param pool makes the threads; its `loadBalancer` is `threads.choose`
   * @param maxChanges how often a thread goes from one owner to another, at most
   * @param turns the turns of these lanes, and of no others
   */
  constructor(pool: Piscina<LaneStart, unknown>, maxChanges: number, turns: ShortTurns) {
    this.#pool = pool
    this.#maxChanges = maxChanges
    this.#turns = turns
    const choose = (wanting: Wanting) => this.#choose(wanting)
    this.queue = new LaneQueue({ choose, onLack: () => this.#openAtOnce() }, turns)
  }

  /** The lanes that are ready, whether an execution has them or not. */
  get all(): ReadonlySet<ThreadLane> {
    return this.#lanes
  }

  /**
   * Opens the lane of a thread that has none; resolves when it is ready.
   *
   * @throws {Error} when its thread does not come up
   */
  async open(): Promise<void> {
    const assignment: Assignment = {}
    const lane = new ThreadLane(assignment)
    const { start } = lane
    const left = new AbortController()
    this.#opening.set(lane, left)
    const task = { ...start, [queueOptionsSymbol]: assignment }
    this.#pool.run(task, { transferList: [start.port], signal: left.signal }).then(
      () => this.#lose(lane, new Error('its thread has left its lane')),
      error => this.#lose(lane, error),
    )
    await lane.ask('warm-up')
    this.#opening.delete(lane)
    lane.unref()
    this.#lanes.add(lane)
    this.release(lane)
    const [replaced] = this.#replacements
    if (replaced === undefined) return
    this.#replacements.delete(replaced)
    replaced()
  }

  /** A thread without a lane was lost: those that wait for a thread do not wait any longer. */
  fail(error: Error): void {
    for (const left of this.#opening.values()) left.abort(error)
  }

  /** Takes the free lane that suits an owner best; `undefined`: there is none at the moment. */
  #choose({ owner, session }: Wanting): ThreadLane | undefined {
    let chosen: ThreadLane | undefined
    let best = Infinity
    let spent: ThreadLane | undefined
    for (const lane of this.#free) {
      if (!lane.isSound) continue
      const cost = this.#costOf(lane, owner) + sessionCost(lane, session)
      if (cost === Infinity) spent = lane
      if (cost > best || cost === Infinity) continue
      // Of several equal ones that with the most turns: V8 has optimized its code.
      if (cost === best && chosen !== undefined && lane.turns < chosen.turns) continue
      best = cost
      chosen = lane
    }
    if (chosen === undefined) {
      spent?.end(new Error('its thread has had its time'))
      return undefined
    }
    this.#free.splice(this.#free.indexOf(chosen), 1)
    if (chosen.owner !== undefined && chosen.owner !== owner) chosen.changes++
    chosen.owner = owner
    chosen.session = session
    chosen.turns++
    this.#turns.begin(chosen)
    return chosen
  }

  /** Gives a lane back, whose turn is over. */
  release(lane: ThreadLane): void {
    this.#turns.end(lane)
    if (!lane.isSound) return
    this.#free.push(lane)
    this.queue.serve()
  }

  /** Resolves when the next lane is ready, or does not come. */
  async replaced(): Promise<void> {
    if (this.#isClosed) return
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#replacements.add(resolve)
    const timer = setTimeout(resolve, REPLACE_MS)
    await promise
    clearTimeout(timer)
    this.#replacements.delete(resolve)
  }

  /** Ends all threads. */
  async close(): Promise<void> {
    this.#isClosed = true
    for (const resolve of this.#replacements) resolve()
    this.queue.close(new LatchdError('EXECUTOR_CLOSED', 'The executor was closed'))
    await this.#pool.destroy()
  }

  /** The lower, the better a lane suits this owner; `Infinity`: the owner must not have it. */
  #costOf({ owner, changes }: ThreadLane, wanted: string): number {
    if (owner === wanted) return 0
    if (owner === undefined) return 1
    return changes < this.#maxChanges ? 2 : Infinity
  }

  /** The thread of a lane is gone, or has no task any more: another one takes its place. */
  #lose(lane: ThreadLane, error: Error): void {
    const wasReady = this.#lanes.delete(lane)
    this.#opening.delete(lane)
    this.#free = this.#free.filter(other => other !== lane)
    this.#turns.end(lane)
    lane.end(error)
    if (wasReady) void this.#reopen()
  }

  /**
   * Opens further lanes, one after another: when an execution waits for one, or after a moment in
   * which those that are ready have the cores for what comes first.
   */
  openLater(count: number): void {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#openAtOnce = resolve
    const timer = setTimeout(resolve, SETTLE_MS).unref()
    void promise.then(async () => {
      clearTimeout(timer)
      for (let left = count; left > 0; left--) await this.#reopen()
    })
  }

  /** Opens a lane; tries again as long as no thread comes up. */
  async #reopen(): Promise<void> {
    for (let tries = 0; !this.#isClosed; tries++) {
      try {
        await this.open()
        return
      } catch {
        // Executions wait meanwhile. A machine may have no room for a thread for a moment.
        await delay(RETRY_MS[Math.min(tries, RETRY_MS.length - 1)], undefined, { ref: false })
      }
    }
  }
}

/** A new thread is better than one that holds another session, that better than another owner's. */
function sessionCost({ session }: ThreadLane, wanted: string | undefined): number {
  if (session === undefined) return 0
  return session === wanted ? -SAME_GAIN : OTHER_COST
}

const SAME_GAIN = 0.5
const OTHER_COST = 1.5
