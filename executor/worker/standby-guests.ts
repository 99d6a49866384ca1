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
  /** Those that hold the state of a session, by its name; the one used last comes last. */
  #ofSessions = new Map<string, StandbyGuest>()
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

  /** Returns the guest that holds a state of a session; `undefined`: it is not here. */
  leaseHeld(state: string | undefined): StandbyGuest | undefined {
    const guest = state === undefined ? undefined : this.#ofSessions.get(state)
    if (guest !== undefined) this.#ofSessions.delete(state as string)
    return guest
  }

  /**
   * Returns a guest that is as good as new. Makes one when there is none.
   *
   * @throws {Error} when the base snapshot of this thread has changed
   */
  async lease(): Promise<StandbyGuest> {
    // A new guest takes many times as long as to rewind one whose turn has not come yet.
    if (this.#ready.length === 0) this.rewindUsed()
    if (this.#ready.length === 0) this.#giveUpSession()
    return this.#ready.pop() ?? (await this.#make())
  }

  /**
   * Takes a used guest back: {@link rewindUsed}, or the next lease, makes it as good as new.
   *
   * @param isInDoubt whether its program ended in a way that few do: then nothing is believed
   * @param state name of the session's state that it may keep for the next program; absent: none
   */
  giveBack(guest: StandbyGuest, isInDoubt: boolean, state?: string): void {
    if (this.#isDraining) return
    const isKept = state !== undefined && !isInDoubt && guest.holdsSession === true
    if (isKept) this.#ofSessions.set(state, guest)
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
    while (this.#ofSessions.size > 0) this.#giveUpSession()
  }

  /** Rewinds the guest whose session has not been used for longest. */
  #giveUpSession(): void {
    for (const [state, guest] of this.#ofSessions) {
      this.#ofSessions.delete(state)
      this.#rewind(guest, false)
      return
    }
  }

  #rewind(guest: StandbyGuest, isInDoubt: boolean): void {
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
    this.#ofSessions.clear()
  }

  /** Checks the base snapshot against its hash, and drops standby guests that have changed. */
  #check(): void {
    this.#maker.requireWhole()
    this.#ready = this.#ready.filter(guest => guest.isWhole())
  }

  /** Guests that stand ready, or can be made so at once. */
  get #kept(): number {
    return this.#ready.length + this.#used.length + this.#ofSessions.size
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
