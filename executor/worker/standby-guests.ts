/**
 * Guests that stand ready, so that no execution waits for one.
 *
 * A used guest is rewound in place when that is possible, and is a later execution's; otherwise a new
 * one is made. Both are done while the worker has nothing else to do, after the report has left.
 */

import type { GuestMaker, StandbyGuest } from '../engine/engine.ts'

/** Dropped guests are collected when together they have this much memory: V8 would let them lie. */
const GARBAGE_BYTES = 32 * 1024 * 1024

/** The guests of one worker that wait for a program. */
export class StandbyGuests {
  #maker: GuestMaker
  #ready: StandbyGuest[] = []
  /** Their programs have ended; they are not rewound yet. */
  #used: UsedGuest[] = []
  /** Those that hold the state of a session, by its name; the one used last comes last. */
  #ofSessions = new Map<string, StandbyGuest>()
  #collect: () => void
  /** Memory of the guests that were dropped since the last collection. */
  #garbageBytes = 0
  /** Executions that got a rewound guest, and guests that were made. */
  readonly counts = { rewound: 0, made: 0 }

  constructor(maker: GuestMaker, collect: () => void) {
    this.#maker = maker
    this.#collect = collect
  }

  get size(): number {
    return this.#ready.length
  }

  /** Returns the guest that holds a state of a session; `undefined`: it is not here. */
  leaseHeld(state: string | undefined): StandbyGuest | undefined {
    const guest = state === undefined ? undefined : this.#ofSessions.get(state)
    if (guest !== undefined) this.#ofSessions.delete(state as string)
    return guest
  }

  /**
   * Returns a guest that stands ready, or was used and can be rewound; `undefined`: one has to be
   * made.
   *
   * @param need of the program
   * @throws {Error} when the base snapshot of this thread has changed
   */
  lease(need: GuestNeed): StandbyGuest | undefined {
    for (;;) {
      const at = this.#ready.findLastIndex(
        guest => !hasGrown(guest) || (!need.isSession && guest.grownBytes < need.memoryBytes),
      )
      if (at >= 0) return this.#ready.splice(at, 1)[0]
      if (!this.#rewindNext() && !this.#giveUpSession()) return undefined
    }
  }

  /**
   * Takes a used guest back; {@link rest} rewinds it.
   *
   * @param isInDoubt whether its program ended in a way that few do: then nothing is believed
   * @param state name of the session's state that it may keep for the next program; absent: none
   */
  giveBack(guest: StandbyGuest, isInDoubt: boolean, state?: string): void {
    const isKept = state !== undefined && !isInDoubt && guest.holdsSession === true
    if (isKept) this.#ofSessions.set(state, guest)
    else this.#used.push({ guest, isInDoubt })
  }

  /**
   * Gives up what is kept for programs that may not come: the guests that hold a session, whose next
   * program restores its snapshot, and those whose memory has grown.
   */
  giveUpMemory(): void {
    while (this.#giveUpSession());
    while (this.#rewindNext());
    this.giveUpGrown()
  }

  /** Whether one stands ready whose memory has grown. */
  get hasGrown(): boolean {
    return this.#ready.some(hasGrown)
  }

  /** Gives up those whose memory has grown. */
  giveUpGrown(): void {
    this.#ready = this.#ready.filter(guest => !hasGrown(guest))
  }

  /** The guest whose session has not been used for longest is one to be rewound. */
  #giveUpSession(): boolean {
    for (const [state, guest] of this.#ofSessions) {
      this.#ofSessions.delete(state)
      this.#used.push({ guest, isInDoubt: false })
      return true
    }
    return false
  }

  /**
   * Rewinds a used guest, collects dropped ones or makes one: one of these, while no program waits.
   * `false`: nothing of it is due.
   *
   * @throws {Error} when the base snapshot of this thread has changed
   */
  rest(): boolean | Promise<boolean> {
    if (this.#rewindNext()) return true
    if (this.#garbageBytes > GARBAGE_BYTES) {
      this.#garbageBytes = 0
      this.#collect()
      return true
    }
    return this.#kept < this.#maker.standby && this.#makeNext()
  }

  /** Makes guests until enough stand ready. */
  async fill(): Promise<void> {
    while (this.#kept < this.#maker.standby) await this.#makeNext()
  }

  /** Guests that stand ready, or can be made so at once. */
  get #kept(): number {
    return this.#ready.length + this.#used.length + this.#ofSessions.size
  }

  /** Makes a guest. */
  async make(): Promise<StandbyGuest> {
    this.counts.made++
    return await this.#maker.create()
  }

  async #makeNext(): Promise<true> {
    this.#ready.push(await this.make())
    return true
  }

  /** Rewinds the guest that was used first; one that cannot be rewound is dropped. */
  #rewindNext(): boolean {
    const used = this.#used.shift()
    if (used === undefined) return false
    const { guest, isInDoubt } = used
    const { memoryBytes } = guest
    // Of guests that not every program can have there are no more than stand ready.
    const isWanted = !hasGrown(guest) || this.#ready.length < this.#maker.standby
    const isRewound = isWanted && guest.rewind()
    if (isInDoubt) this.#check()
    if (isRewound && (!isInDoubt || guest.isWhole())) {
      this.counts.rewound++
      this.#ready.push(guest)
    } else this.#garbageBytes += memoryBytes
    return true
  }

  /** Checks the base snapshot against its hash, and drops standby guests that have changed. */
  #check(): void {
    this.#maker.requireWhole()
    this.#ready = this.#ready.filter(guest => guest.isWhole())
  }
}

const hasGrown = (guest: StandbyGuest): guest is StandbyGuest & { readonly grownBytes: number } =>
  (guest.grownBytes ?? 0) > 0

/** What a program needs of its guest. */
export interface GuestNeed {
  readonly isSession: boolean
  /** Its limit. */
  readonly memoryBytes: number
}

interface UsedGuest {
  readonly guest: StandbyGuest
  readonly isInDoubt: boolean
}
