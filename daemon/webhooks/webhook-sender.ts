/**
 * Sends the messages of the store's outbox: each until it arrives, is refused for good, or is too
 * old. A message leaves the outbox after its receiver has answered, so it may arrive twice.
 *
 * One timer waits for the next due message. Messages under way are leased: no daemon finds them due.
 */

import { setLongTimeout } from '../../protocol/base/long-timeout.ts'
import { OwnerCounts } from '../../protocol/base/owner-counts.ts'
import { within } from '../../protocol/base/within.ts'
import type { StoredWebhookMessage, StoreWriter, WebhookMessage } from '../store/store.ts'
import { untilRoom } from '../store/until-room.ts'
import { receiverKey } from '../store/webhook-message.ts'
import { backOffMs } from './back-off.ts'
import type { Post } from './post.ts'

/** What {@link WebhookSender} works with. */
export interface SenderDependencies {
  readonly store: Pick<
    StoreWriter,
    'leaseWebhooks' | 'releaseWebhooks' | 'nextWebhookMs' | 'endWebhook' | 'delayWebhook'
  >
  readonly post: Post
  /** A message is given up at this age, in milliseconds. */
  readonly keepMs: number
  /** Epoch milliseconds. */
  readonly now: () => number
  /** From 0 to 1. */
  readonly random: () => number
  /** Calls back at an instant; returns a function that cancels it. */
  readonly at: (atMs: number, callback: () => void) => () => void
  /** Called with each failed attempt; `isLast`: the message is given up. */
  readonly onFailure: (message: WebhookMessage, why: string, isLast: boolean) => void
  /** Called with errors of the store. */
  readonly onFault: (error: unknown) => void
}

/** The clock, the dice and the timers of this machine. */
export const senderMachine = (
  now: () => number,
): Pick<SenderDependencies, 'now' | 'random' | 'at'> => ({
  now,
  random: Math.random,
  at: (atMs, callback) => setLongTimeout(callback, Math.max(0, atMs - now())),
})

/**
 * Messages under way: of all owners, of one owner, and to one receiver of an owner. A slow receiver
 * leaves room for the owner's others.
 */
const MAX_UNDER_WAY = 64
const MAX_OF_OWNER = 16
const MAX_TO_ONE = 8
/** The messages of an owner that may be under way even when other owners take all the room. */
const LEAST_OF_OWNER = 2
/** A look that failed is repeated after this long. */
const LOOK_AGAIN_MS = 1000

/** Posts the messages of the outbox, within bounds per receiver and owner. */
export class WebhookSender {
  #deps: SenderDependencies
  /** Attempts under way, by message. */
  #underWay = new Map<string, Promise<void>>()
  #toReceiver = new OwnerCounts()
  #ofOwner = new OwnerCounts()
  #looking: Promise<void> | undefined
  #looksAgain = false
  #wakeAtMs = Infinity
  #disarm: () => void = () => {}
  #closed = new AbortController()

  constructor(deps: SenderDependencies) {
    this.#deps = deps
  }

  /** Looks for due messages: at the start, and whenever a message was stored. */
  wake(): void {
    if (this.#closed.signal.aborted) return
    if (this.#looking !== undefined) {
      this.#looksAgain = true
      return
    }
    this.#looking = this.#look()
      .catch(error => {
        this.#deps.onFault(error)
        this.#wakeAt(this.#deps.now() + LOOK_AGAIN_MS)
      })
      .finally(() => {
        this.#looking = undefined
        if (this.#looksAgain) this.wake()
      })
  }

  /**
   * Lets attempts under way go on for `graceMs`. The other messages are sent after the next start.
   */
  async close(graceMs: number): Promise<void> {
    await within(this.#settle(), graceMs, () => {})
    this.#disarm()
    this.#closed.abort()
    await this.#settle()
  }

  async #settle(): Promise<void> {
    while (this.#looking !== undefined || this.#underWay.size > 0) {
      await Promise.all([this.#looking, ...this.#underWay.values()])
    }
  }

  async #look(): Promise<void> {
    this.#looksAgain = false
    const { store, now } = this.#deps
    for (;;) {
      if (this.#closed.signal.aborted) return
      const busy = {
        receivers: this.#toReceiver.atLeast(MAX_TO_ONE),
        owners: this.#ofOwner.atLeast(this.#maxOfOwner),
      }
      const due = await store.leaseWebhooks(now(), MAX_UNDER_WAY, busy)
      const left = due.filter(message => !this.#send(message))
      if (left.length > 0) await store.releaseWebhooks(left.map(({ messageId }) => messageId))
      if (left.length === due.length) break
    }
    // Messages under way are the next due ones; each end looks again.
    if (this.#underWay.size > 0) return
    const nextAtMs = await store.nextWebhookMs()
    if (nextAtMs !== undefined) this.#wakeAt(nextAtMs)
  }

  #wakeAt(atMs: number): void {
    if (atMs >= this.#wakeAtMs || this.#closed.signal.aborted) return
    this.#wakeAtMs = atMs
    this.#disarm()
    this.#disarm = this.#deps.at(atMs, () => {
      this.#wakeAtMs = Infinity
      this.wake()
    })
  }

  /** How many messages one owner may have under way now. */
  get #maxOfOwner(): number {
    return this.#underWay.size < MAX_UNDER_WAY ? MAX_OF_OWNER : LEAST_OF_OWNER
  }

  /** Whether there was room for it. */
  #send(message: StoredWebhookMessage): boolean {
    const { messageId, url, owner } = message
    if (this.#underWay.has(messageId)) return false
    const receiver = receiverKey(owner, new URL(url).origin)
    if (this.#toReceiver.of(receiver) >= MAX_TO_ONE) return false
    if (this.#ofOwner.of(owner) >= this.#maxOfOwner) return false
    const leaves = [this.#toReceiver.add(receiver), this.#ofOwner.add(owner)]
    const attempt = this.#attempt(message)
      .catch(error => this.#deps.onFault(error))
      .finally(() => {
        this.#underWay.delete(messageId)
        for (const leave of leaves) leave()
        this.wake()
      })
    this.#underWay.set(messageId, attempt)
    return true
  }

  async #attempt(message: WebhookMessage): Promise<void> {
    const { store, post, now, random, keepMs, onFailure } = this.#deps
    const { messageId, attempts, createdAtMs } = message
    const outcome = await post(message, this.#closed.signal)
    // The end of this process interrupted it: that is not the fault of the receiver.
    if (outcome.kind === 'failed' && this.#closed.signal.aborted) return
    const nextAtMs = now() + backOffMs(attempts, random())
    const isLast = outcome.kind !== 'failed' || nextAtMs - createdAtMs > keepMs
    if (outcome.kind !== 'delivered') {
      onFailure(message, outcome.kind === 'gone' ? 'status 410' : outcome.why, isLast)
    }
    const { signal } = this.#closed
    if (isLast) await untilRoom(() => store.endWebhook(messageId), { signal })
    else {
      await untilRoom(() => store.delayWebhook(messageId, nextAtMs), { signal })
      this.#wakeAt(nextAtMs)
    }
  }
}
