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

  /** Returns a guest. Makes one when none stands ready. */
  async lease(): Promise<StandbyGuest> {
    return this.#ready.pop() ?? (await this.#make())
  }

  /**
   * Takes a used guest back.
   *
   * @param isInDoubt whether its program ended in a way that few do: then nothing is believed
   * @throws {Error} when the base snapshot of this thread has changed
   */
  giveBack(guest: StandbyGuest, isInDoubt: boolean): void {
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
  }

  /** Checks the base snapshot against its hash, and drops standby guests that have changed. */
  #check(): void {
    this.#maker.requireWhole()
    this.#ready = this.#ready.filter(guest => guest.isWhole())
  }

  async #fill(): Promise<void> {
    while (this.#ready.length < this.#maker.standby && !this.#isDraining)
      this.#ready.push(await this.#make())
  }

  async #make(): Promise<StandbyGuest> {
    this.counts.made++
    return await this.#maker.create()
  }
}
