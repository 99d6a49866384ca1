/**
 * Where an execution stands in this process: one value, and the steps by which it changes.
 *
 *     queued ──▶ running ──▶ parked
 *       ▲ ◀──────┘  │          │
 *       └───────────┼──────────┘
 *                   ▼
 *     any of them ──▶ leaving ──▶ settled
 *
 * Each step asserts the modes that it may begin from: a step that is not in the picture is a fault
 * of ours, and throws.
 */

import type { ExecutionError } from '../../protocol/execution/execution.ts'
import type { GuestLink } from '../boundary/guest-pool.ts'

/** Why an execution is to leave its guest, and how it goes on. */
export type Departure =
  /** A limit or a cancel ends it. */
  | { readonly kind: 'stopped'; readonly error: ExecutionError }
  /** It is kept until a person removes the cause. */
  | { readonly kind: 'stuck'; readonly error: ExecutionError }
  /** It goes on from its store, in another process or in this one later. */
  | { readonly kind: 'suspended' }
  /** This process could not store what it did. The program is not at fault. */
  | { readonly kind: 'fault'; readonly error: unknown }

/** Where a guest stood when it was torn down. */
export interface Parked {
  /** The call that it waits for; absent when it waits for any. */
  readonly awaited: number | undefined
  /** Deliveries that it had been handed. */
  readonly received: number
  /** By `performance.now()`. */
  readonly sinceMs: number
}

/** The modes of an execution, each with the data that belongs to it alone. */
export type ExecutionMode =
  /** It has no guest: it waits for a worker, or for the check of its types. */
  | { readonly mode: 'queued' }
  /** Its guest holds a worker. */
  | { readonly mode: 'running'; readonly guest: GuestLink }
  /** Its guest was torn down while it waited. {@link Parked} says for which delivery. */
  | { readonly mode: 'parked'; readonly parked: Parked }
  /** It goes no further here. Its guest is stopped, and its end is worked out. */
  | {
      readonly mode: 'leaving'
      readonly why: Departure
      readonly guest?: GuestLink | undefined
      readonly parked?: Parked | undefined
    }
  /** This process is done with it. */
  | { readonly mode: 'settled' }

/** Holds the mode of one execution. */
export class ExecutionState {
  #now: ExecutionMode = { mode: 'queued' }

  /** Whether it may go on here: nothing has asked it to leave, and it has not ended. */
  get isFree(): boolean {
    return this.#now.mode !== 'leaving' && this.#now.mode !== 'settled'
  }

  /** Why it leaves; absent while it may go on. */
  get departure(): Departure | undefined {
    return this.#now.mode === 'leaving' ? this.#now.why : undefined
  }

  /** The guest that holds a worker. */
  get guest(): GuestLink | undefined {
    return 'guest' in this.#now ? this.#now.guest : undefined
  }

  /** Where its guest stands, when it was torn down. */
  get parked(): Parked | undefined {
    return 'parked' in this.#now ? this.#now.parked : undefined
  }

  /** A worker has taken it. */
  enterRunning(guest: GuestLink): void {
    const now = this.#expect('queued', 'leaving')
    this.#now = now.mode === 'leaving' ? { ...now, guest } : { mode: 'running', guest }
  }

  /** Its worker was released: at the end of a run, when the worker is lost, or when it leaves. */
  leaveRunning(): void {
    const now = this.#expect('running', 'leaving')
    this.#now = now.mode === 'leaving' ? { ...now, guest: undefined } : { mode: 'queued' }
  }

  /** Its guest has given the worker back to wait. */
  enterParked(parked: Parked): void {
    this.#expect('queued')
    this.#now = { mode: 'parked', parked }
  }

  /** The awaited delivery of its guest has come, or it leaves. */
  leaveParked(): void {
    const now = this.#expect('parked', 'leaving')
    this.#now = now.mode === 'leaving' ? { ...now, parked: undefined } : { mode: 'queued' }
  }

  /**
   * Makes it leave. The first reason counts, with one exception: after a fault of this process
   * nothing that it worked out may be reported.
   *
   * @returns whether this reason counts
   */
  enterLeaving(why: Departure): boolean {
    const now = this.#now
    const isFirst = this.isFree || (why.kind === 'fault' && this.departure?.kind !== 'fault')
    if (!isFirst || now.mode === 'settled') return false
    this.#now = { mode: 'leaving', why, guest: this.guest, parked: this.parked }
    return true
  }

  /** It has ended, is stuck, or goes on elsewhere. */
  enterSettled(): void {
    this.#expect('queued', 'leaving')
    this.#now = { mode: 'settled' }
  }

  #expect<Mode extends ExecutionMode['mode']>(
    ...modes: readonly Mode[]
  ): Extract<ExecutionMode, { mode: Mode }> {
    const now = this.#now
    if ((modes as readonly string[]).includes(now.mode)) {
      return now as Extract<ExecutionMode, { mode: Mode }>
    }
    throw new Error(`An execution that is ${now.mode} was to be ${modes.join(' or ')}`)
  }
}
