/**
 * Sends what the store's outbox holds: each message until it arrives, is refused for good, or is too
 * old. A message leaves the outbox after its receiver has answered, so one may arrive twice.
 *
 * One timer waits for the next message that is due; those under way come back from the store as due
 * until their end is written, and are passed over.
 */

import { setLongTimeout } from '../../protocol/base/long-timeout.ts'
import { OwnerCounts } from '../auth/owner-counts.ts'
import type { StoredWebhookMessage, StoreWriter, WebhookMessage } from '../store/store.ts'
import { untilRoom } from '../store/until-room.ts'
import { receiverKey } from '../store/webhook-message.ts'
import { backOffMs } from './back-off.ts'
import type { Post } from './post.ts'

export interface SenderDependencies {
  readonly store: Pick<StoreWriter, 'dueWebhooks' | 'nextWebhookMs' | 'endWebhook' | 'delayWebhook'>
  readonly post: Post
  /** A message is given up at this age, in milliseconds. */
  readonly keepMs: number
  /** Epoch milliseconds. */
  readonly now: () => number
  /** From 0 to 1. */
  readonly random: () => number
  /** Calls back at an instant; gives what cancels that. */
  readonly at: (atMs: number, callback: () => void) => () => void
  /** Told of each attempt that failed; `isLast`: the message is given up. */
  readonly onFailure: (message: WebhookMessage, why: string, isLast: boolean) => void
  /** Told of what the store refused. */
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
 * Messages under way at once, of them those of one owner, and of those the ones to one receiver: a
 * slow receiver leaves room for the owner's others.
 */
const MAX_UNDER_WAY = 64
const MAX_OF_OWNER = 16
const MAX_TO_ONE = 8
/** An owner has so many under way at least, also when those of others have taken all the room. */
const LEAST_OF_OWNER = 2
/** A look that failed is repeated after this long. */
const LOOK_AGAIN_MS = 1000

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

  /** Looks for messages that are due: at the start, and whenever one was kept. */
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

  /** Lets attempts under way end for so long; what did not arrive is sent after the next start. */
  async close(graceMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, graceMs)
    await Promise.race([this.#settle(), promise])
    clearTimeout(timer)
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
      // Those under way are due until their end is written.
      const due = await store.dueWebhooks(now(), this.#underWay.size + MAX_UNDER_WAY, busy)
      const sent = due.filter(message => this.#send(message))
      if (sent.length === 0) break
    }
    // While some are under way they are the next that are due; each end looks again.
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

  /** What one owner may have under way now. */
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
    // Cut off by the end of this process: it says nothing about the receiver.
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
