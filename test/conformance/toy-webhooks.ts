/** Messages to webhooks in memory, as a store has them. */

import type {
  BusyReceivers,
  StoredWebhookMessage,
  WebhookMessage,
} from '../../daemon/store/store.ts'
import { WEBHOOK_LEASE_MS } from '../../daemon/store/webhook-message.ts'

type Row = StoredWebhookMessage & { dueMs: number; untilMs: number }

export class ToyWebhooks {
  #rows = new Map<string, Row>()

  send(sent: WebhookMessage, owner: string): void {
    this.#rows.set(sent.messageId, { ...sent, owner, dueMs: sent.createdAtMs, untilMs: 0 })
  }

  leaseWebhooks(nowMs: number, limit: number, busy?: BusyReceivers): StoredWebhookMessage[] {
    const due = [...this.#rows.values()].filter(({ dueMs, untilMs, owner, url }) => {
      const isBusy = busy?.receivers.includes(`${owner} ${new URL(url).origin}`)
      return dueMs <= nowMs && untilMs <= nowMs && !isBusy && !busy?.owners.includes(owner)
    })
    due.sort((a, b) => a.dueMs - b.dueMs || (a.messageId < b.messageId ? -1 : 1))
    return due.slice(0, limit).map(message => {
      message.untilMs = nowMs + WEBHOOK_LEASE_MS
      const { dueMs: _, untilMs: __, ...sent } = message
      return sent
    })
  }

  releaseWebhooks(messageIds: readonly string[]): void {
    for (const id of messageIds) Object.assign(this.#rows.get(id) ?? {}, { untilMs: 0 })
  }

  nextWebhookMs(): number | undefined {
    const free = [...this.#rows.values()].filter(({ untilMs }) => untilMs === 0)
    return free.length === 0 ? undefined : Math.min(...free.map(({ dueMs }) => dueMs))
  }

  endWebhook(messageId: string): void {
    this.#rows.delete(messageId)
  }

  delayWebhook(messageId: string, nextAtMs: number): void {
    const message = this.#rows.get(messageId)
    if (message === undefined) return
    const attempts = message.attempts + 1
    this.#rows.set(messageId, { ...message, attempts, dueMs: nextAtMs, untilMs: 0 })
  }

  /** The owner of each that has not arrived. */
  owners(): string[] {
    return Array.from(this.#rows.values(), ({ owner }) => owner)
  }
}
