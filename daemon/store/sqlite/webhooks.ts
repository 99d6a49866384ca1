/** The outbox of messages to webhooks: written with the events, removed when they arrive. */

import type { BusyReceivers, StoredWebhookMessage, WebhookMessage } from '../store.ts'
import type { Connection } from './connection.ts'
import type { ExecutionRef } from './execution-row.ts'

interface WebhookRow {
  readonly message_id: string
  readonly execution_id: string
  readonly owner: string
  readonly url: string
  readonly body: string
  readonly created_ms: number
  readonly attempts: number
}

/** Operations on the outbox, the rows of the table `webhook`. */
export class Webhooks {
  #connection: Connection

  constructor(connection: Connection) {
    this.#connection = connection
  }

  /** Adds messages, due at once. */
  add({ owner }: Pick<ExecutionRef, 'owner'>, messages: readonly WebhookMessage[]): void {
    for (const { messageId, executionId, url, body, createdAtMs, attempts } of messages) {
      this.#connection.run(
        `INSERT INTO webhook (message_id, execution_id, owner, origin, url, body, created_ms,
          attempts, due_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        messageId,
        executionId,
        owner,
        new URL(url).origin,
        url,
        body,
        createdAtMs,
        attempts,
        createdAtMs,
      )
    }
  }

  due(
    nowMs: number,
    limit: number,
    { receivers, owners }: BusyReceivers = { receivers: [], owners: [] },
  ): StoredWebhookMessage[] {
    return this.#connection
      .all<WebhookRow>(
        `SELECT message_id, execution_id, owner, url, body, created_ms, attempts FROM webhook
          WHERE due_ms <= ?
            AND owner || ' ' || origin NOT IN (SELECT value FROM json_each(?))
            AND owner NOT IN (SELECT value FROM json_each(?))
          ORDER BY due_ms, message_id LIMIT ?`,
        nowMs,
        JSON.stringify(receivers),
        JSON.stringify(owners),
        limit,
      )
      .map(row => ({
        messageId: row.message_id,
        executionId: row.execution_id,
        owner: row.owner,
        url: row.url,
        body: row.body,
        createdAtMs: row.created_ms,
        attempts: row.attempts,
      }))
  }

  nextMs(): number | undefined {
    const row = this.#connection.get<{ due_ms: number | null }>(
      'SELECT min(due_ms) AS due_ms FROM webhook',
    )
    return row?.due_ms ?? undefined
  }

  end(messageId: string): void {
    this.#connection.run('DELETE FROM webhook WHERE message_id = ?', messageId)
  }

  delay(messageId: string, nextAtMs: number): void {
    this.#connection.run(
      'UPDATE webhook SET attempts = attempts + 1, due_ms = ? WHERE message_id = ?',
      nextAtMs,
      messageId,
    )
  }
}
