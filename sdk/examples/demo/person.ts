/** The person of the demo, who sees what the programs ask and decides, with a client of their own. */

import { setTimeout as wait } from 'node:timers/promises'
import type { Approval, Latchd, LatchdError } from '../../index.ts'
import { decide } from './decisions.ts'
import { printAsked, printDecided } from './print.ts'

/** How long the person thinks about each, all at once. */
const THINK_MS = 150

export class Person {
  readonly #latchd: Latchd
  /** Approvals that are left alone until the person comes back to them. */
  readonly #left = Promise.withResolvers<Approval>()
  readonly #isLeft: (approval: Approval) => boolean

  /** @param isLeft which approvals are not decided as they come */
  constructor(latchd: Latchd, isLeft: (approval: Approval) => boolean) {
    this.#latchd = latchd
    this.#isLeft = isLeft
  }

  /** Begins to watch what all programs ask; ends with the connection. */
  async watch(): Promise<void> {
    const events = await this.#latchd.allEvents()
    this.#answer(events).catch(error => {
      // The daemon is gone, or the demo is over: there is nothing to answer any more.
      const { code } = error as LatchdError
      if (code !== 'CONNECTION_LOST' && code !== 'EXECUTOR_CLOSED') throw error
    })
  }

  /** Resolves with the first approval that is left alone. */
  get left(): Promise<Approval> {
    return this.#left.promise
  }

  /** Decides. */
  async decide(approval: Approval): Promise<void> {
    const { decision, reason } = decide(approval)
    const { approvals } = this.#latchd
    const options = reason === undefined ? {} : { reason }
    printDecided(
      decision === 'approve'
        ? await approvals.approve(approval.approvalId, options)
        : await approvals.reject(approval.approvalId, options),
    )
  }

  async #answer(events: Awaited<ReturnType<Latchd['allEvents']>>): Promise<void> {
    for await (const event of events) {
      if (event.type !== 'approval-requested') continue
      printAsked(event.approval)
      if (this.#isLeft(event.approval)) this.#left.resolve(event.approval)
      else this.#think(event.approval)
    }
  }

  async #think(approval: Approval): Promise<void> {
    await wait(THINK_MS)
    await this.decide(approval)
  }
}
