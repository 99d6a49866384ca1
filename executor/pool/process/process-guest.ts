/** The daemon's end of a guest in another process. */

import {
  ForgedMessage,
  type GuestLink,
  type GuestReader,
  type GuestWork,
  type PoolRun,
  ThreadEnded,
} from '../../boundary/guest-pool.ts'
import type { Delivery, GuestReport } from '../../boundary/messages.ts'
import { engineOf, engines } from '../../engine/engine.ts'
import { MessageReader } from '../message-reader.ts'
import { HEARTBEAT_MS, type ToChild } from './wire.ts'

/** The daemon's end of one run in a child process: sends to it, and reads what comes from it. */
export class ProcessGuest implements GuestLink {
  readonly run: PoolRun
  readonly ended = Promise.withResolvers<GuestReport>()
  /** Why it is not to be trusted any more. */
  fault: ForgedMessage | ThreadEnded | undefined
  isRunning = false
  heartbeat = 0
  readonly graceMs: number
  #id: number
  #reader: GuestReader | undefined
  #send: (message: ToChild) => void
  #isWanted = false
  /** Messages that wait until the work is made and sent. */
  #early: ToChild[] | undefined = []

  constructor(id: number, run: PoolRun, send: (message: ToChild) => void) {
    this.#id = id
    this.run = run
    // The heartbeat that is known here may be as old as that.
    this.graceMs = engines[engineOf(run.language)].graceMs + HEARTBEAT_MS
    this.#send = send
  }

  deliver(delivery: Delivery): void {
    this.#sendInOrder({ kind: 'deliver', run: this.#id, delivery })
  }

  stop(): void {
    this.#sendInOrder({ kind: 'stop', run: this.#id })
  }

  setParking(isWanted: boolean): void {
    if (isWanted === this.#isWanted) return
    this.#isWanted = isWanted
    this.#sendInOrder({ kind: 'park', run: this.#id, isWanted })
  }

  /** Takes a message of the guest. A forged one ends its thread. */
  receive(message: unknown): void {
    try {
      this.run.receive(this.#read.message(message))
    } catch (error) {
      this.fault ??= new ForgedMessage(error)
      this.endThread()
    }
  }

  /** Takes the last message of the guest. @param snapshot the state of its session */
  report(report: unknown, snapshot: Uint8Array | undefined): void {
    try {
      const whole = snapshot === undefined ? report : { ...Object(report), snapshot }
      this.ended.resolve(this.#read.report(whole))
    } catch (error) {
      this.fault ??= new ForgedMessage(error)
      this.endThread()
      this.ended.reject(this.fault)
    }
  }

  endThread(): void {
    this.fault ??= new ThreadEnded()
    this.#sendInOrder({ kind: 'end-thread', run: this.#id })
  }

  /** The work has been sent. */
  open(work: GuestWork): void {
    this.#reader = new MessageReader(work)
    const early = this.#early ?? []
    this.#early = undefined
    for (const message of early) this.#send(message)
  }

  get #read(): GuestReader {
    if (this.#reader === undefined) throw new Error('a message about work that it was not given')
    return this.#reader
  }

  #sendInOrder(message: ToChild): void {
    if (this.#early === undefined) this.#send(message)
    else this.#early.push(message)
  }
}
