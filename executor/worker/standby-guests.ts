/**
 * Guests that stand ready, so that no execution waits for one.
 *
 * A used guest is rewound in place when that is possible, and is the next execution's; otherwise a
 * new one is made while the worker has nothing else to do.
 */

import type { GuestMaker, StandbyGuest } from '../engine/engine.ts'

/** Dropped guests are collected when together they have this much memory: V8 would let them lie. */
const GARBAGE_BYTES = 32 * 1024 * 1024

/** The guests of one worker that wait for a program. */
export class StandbyGuests {
  #maker: GuestMaker
  #ready: StandbyGuest[] = []
  /** Used, and not rewound yet; with whether its program ended in a way that few do. */
  #used: { readonly guest: StandbyGuest; readonly isInDoubt: boolean }[] = []
  /** Those that hold the memory of a session, for its next program; the one used last comes last. */
  #ofSessions: StandbyGuest[] = []
  #making: Promise<void> | undefined
  #collect: () => void
  #isDraining = false
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

  /**
   * Returns a guest: one that holds the session, one that is as good as new, or a new one.
   *
   * @param snapshot of the session whose program is to run
   * @throws {Error} when the base snapshot of this thread has changed
   */
  async lease(snapshot?: Uint8Array): Promise<StandbyGuest> {
    const held = snapshot && this.#ofSessions.findLast(guest => guest.holdsSession?.(snapshot))
    if (held !== undefined) {
      this.#ofSessions = this.#ofSessions.filter(guest => guest !== held)
      return held
    }
    // A new guest takes many times as long as to rewind one whose turn has not come yet.
    if (this.#ready.length === 0) this.rewindUsed()
    if (this.#ready.length === 0) this.#giveUpSession()
    return this.#ready.pop() ?? (await this.#make())
  }

  /** Takes a used guest back: {@link rewindUsed}, or the next lease, makes it as good as new. */
  giveBack(guest: StandbyGuest, isInDoubt: boolean): void {
    if (!isInDoubt && guest.holdsSession?.()) this.#ofSessions.push(guest)
    else this.#used.push({ guest, isInDoubt })
  }

  /**
   * Rewinds the used guests.
   *
   * @throws {Error} when the base snapshot of this thread has changed
   */
  rewindUsed(): void {
    for (const { guest, isInDoubt } of this.#used.splice(0)) this.#rewind(guest, isInDoubt)
  }

  /** Rewinds the guests that hold a session: the next program of it restores its snapshot. */
  giveUpSessions(): void {
    while (this.#ofSessions.length > 0) this.#giveUpSession()
  }

  #giveUpSession(): void {
    const guest = this.#ofSessions.shift()
    if (guest !== undefined) this.#rewind(guest, false)
  }

  #rewind(guest: StandbyGuest, isInDoubt: boolean): void {
    if (this.#isDraining) return
    const { memoryBytes } = guest
    const isRewound = guest.rewind()
    if (isInDoubt) this.#check()
    if (isRewound && (!isInDoubt || guest.isWhole())) {
      this.counts.rewound++
      this.#ready.push(guest)
      return
    }
    this.#garbageBytes += memoryBytes
    if (this.#garbageBytes > GARBAGE_BYTES) {
      this.#garbageBytes = 0
      // Not now: this guest is still referred to from here.
      setImmediate(this.#collect)
    }
    this.fill()
  }

  /** Makes guests until enough stand ready. */
  fill(): Promise<void> {
    this.#making ??= this.#fill().finally(() => {
      this.#making = undefined
    })
    return this.#making
  }

  /** Drops all guests and makes no more. */
  drain(): void {
    this.#isDraining = true
    this.#ready = []
    this.#used = []
    this.#ofSessions = []
  }

  /** Checks the base snapshot against its hash, and drops standby guests that have changed. */
  #check(): void {
    this.#maker.requireWhole()
    this.#ready = this.#ready.filter(guest => guest.isWhole())
  }

  /** Guests that stand ready, or can be made so at once. */
  get #kept(): number {
    return this.#ready.length + this.#used.length + this.#ofSessions.length
  }

  async #fill(): Promise<void> {
    while (this.#kept < this.#maker.standby && !this.#isDraining)
      this.#ready.push(await this.#make())
  }

  async #make(): Promise<StandbyGuest> {
    this.counts.made++
    return await this.#maker.create()
  }
}
