/**
 * Gives compilers to programs. A compiler goes to the owner that has had one for the least time.
 * One owner never has all of them, so a program of another owner finds one at once.
 */

import { OwnerShare } from '../pool/owner-share.ts'

/** Compilers at the same time; each uses more than one core and some 50 MB. */
export const MAX_COMPILERS = 3
/** Checks of one owner that may run at once. */
const MAX_OF_OWNER = 2
/**
 * Programs of one owner that may wait. More are not checked, so that no queue grows before the
 * pool's.
 */
const MAX_WAITING_OF_OWNER = 64
/** Programs of all owners that may wait. */
const MAX_WAITING = 512
/** Longest that a program waits: as long as a hostile one can hold each compiler. */
const TURN_MS = 20_000

const ENDED = 'the execution has ended'

interface Share {
  readonly share: OwnerShare<() => void>
  held: number
}

/** Gives the compilers to programs: to the owner with the least compiler time first. */
export class CheckTurns {
  #shares = new Map<string, Share>()
  /** The least time that a present owner has had. An owner that comes begins with it. */
  #leastHadMs = 0
  #held = 0
  readonly #now: () => number

  /** @param now milliseconds of a clock that never goes back */
  constructor(now = () => performance.now()) {
    this.#now = now
  }

  /** Whether a program of an owner that comes now waits for others. */
  isBusy(owner: string): boolean {
    return this.#held >= MAX_COMPILERS || (this.#shares.get(owner)?.held ?? 0) >= MAX_OF_OWNER
  }

  /**
   * Resolves when a compiler may be used, which {@link release} gives back.
   *
   * @param left ends the wait of a program that does not need it any more
   * @throws {Error} when too many wait, or the wait takes too long
   */
  async take(owner: string, left: AbortSignal): Promise<void> {
    if (left.aborted) throw new Error(ENDED)
    const entry = this.#enter(owner)
    const { share } = entry
    if (!this.isBusy(owner)) {
      this.#begin(entry)
      return
    }
    this.#refuseMore(owner, share)
    const place = {}
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    share.starts.push(place, resolve)
    const giveUp = (why: Error) => {
      if (share.starts.take(place) !== undefined) reject(why)
    }
    const onLeave = () => giveUp(new Error(ENDED))
    const onLate = () => giveUp(new Error(`no compiler was free within ${TURN_MS} ms`))
    const timer = setTimeout(onLate, TURN_MS)
    left.addEventListener('abort', onLeave, { once: true })
    try {
      await promise
    } finally {
      clearTimeout(timer)
      left.removeEventListener('abort', onLeave)
    }
  }

  /** Gives an owner's compiler back. The next owner gets it. */
  release(owner: string): void {
    const entry = this.#shares.get(owner)
    this.#held--
    if (entry !== undefined) {
      entry.held--
      entry.share.end(this.#now())
    }
    this.#startNext()
  }

  #refuseMore(owner: string, { waiting }: OwnerShare<unknown>): void {
    if (waiting >= MAX_WAITING_OF_OWNER) {
      throw new Error(`${waiting} programs of ${owner} wait for a compiler already`)
    }
    const all = this.#shares.values().reduce((sum, { share }) => sum + share.waiting, 0)
    if (all >= MAX_WAITING) throw new Error(`${all} programs wait for a compiler already`)
  }

  /**
   * The share of an owner that comes. Absent owners are forgotten, except those that had more time.
   */
  #enter(owner: string): Share {
    const nowMs = this.#now()
    const here = this.#shares.values().filter(({ share }) => !share.isAway)
    const leastMs = here.reduce((least, { share }) => Math.min(least, share.hadMs(nowMs)), Infinity)
    if (leastMs === Infinity) {
      this.#shares.clear()
      this.#leastHadMs = 0
    } else this.#leastHadMs = Math.max(this.#leastHadMs, leastMs)
    for (const [name, { share }] of this.#shares) {
      if (share.isAway && share.hadMs(nowMs) <= this.#leastHadMs) this.#shares.delete(name)
    }
    const entry = this.#shares.get(owner) ?? { share: new OwnerShare<() => void>(), held: 0 }
    if (entry.share.isAway) entry.share.comeBack(this.#leastHadMs)
    this.#shares.set(owner, entry)
    return entry
  }

  #begin(entry: Share): void {
    this.#held++
    entry.held++
    entry.share.begin(this.#now())
  }

  #startNext(): void {
    const nowMs = this.#now()
    let next: Share | undefined
    for (const entry of this.#shares.values()) {
      const { share, held } = entry
      if (share.waiting === 0 || held >= MAX_OF_OWNER) continue
      if (next === undefined || share.hadMs(nowMs) < next.share.hadMs(nowMs)) next = entry
    }
    const start = next?.share.next()
    if (next === undefined || start === undefined) return
    this.#begin(next)
    start()
  }
}
