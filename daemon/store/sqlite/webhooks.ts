/** The outbox of messages to webhooks: written with the events, removed when they arrive. */

import { messageOf, type WebhookRow } from '../rules/rows.ts'
import type { BusyReceivers, StoredWebhookMessage, WebhookMessage } from '../store.ts'
import { WEBHOOK_LEASE_MS } from '../webhook-message.ts'
import type { Connection } from './connection.ts'
import type { ExecutionRef } from './execution-row.ts'

/**
 * Messages that are being sent, and until when no other look returns them. In memory: a lease ends
 * with the process.
 */
const LEASES = `CREATE TEMP TABLE lease (
  message_id TEXT PRIMARY KEY,
  until_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID`

const UNLEASED = 'message_id NOT IN (SELECT message_id FROM temp.lease)'

/** Operations on the outbox, the rows of the table `webhook`. */
export class Webhooks {
  #connection: Connection

  constructor(connection: Connection) {
    this.#connection = connection
    connection.database.exec(LEASES)
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

  lease(
    nowMs: number,
    limit: number,
    { receivers, owners }: BusyReceivers = { receivers: [], owners: [] },
  ): StoredWebhookMessage[] {
    this.#connection.run('DELETE FROM temp.lease WHERE until_ms <= ?', nowMs)
    const due = this.#connection
      .all<WebhookRow>(
        `SELECT message_id, execution_id, owner, url, body, created_ms, attempts FROM webhook
          WHERE due_ms <= ? AND ${UNLEASED}
            AND owner || ' ' || origin NOT IN (SELECT value FROM json_each(?))
            AND owner NOT IN (SELECT value FROM json_each(?))
          ORDER BY due_ms, message_id LIMIT ?`,
        nowMs,
        JSON.stringify(receivers),
        JSON.stringify(owners),
        limit,
      )
      .map(messageOf)
    for (const { messageId } of due) {
      this.#connection.run(
        'INSERT INTO temp.lease (message_id, until_ms) VALUES (?, ?)',
        messageId,
        nowMs + WEBHOOK_LEASE_MS,
      )
    }
    return due
  }

  nextMs(): number | undefined {
    const row = this.#connection.get<{ due_ms: number | null }>(
      `SELECT min(due_ms) AS due_ms FROM webhook WHERE ${UNLEASED}`,
    )
    return row?.due_ms ?? undefined
  }

  end(messageId: string): void {
    this.release(messageId)
    this.#connection.run('DELETE FROM webhook WHERE message_id = ?', messageId)
  }

  delay(messageId: string, nextAtMs: number): void {
    this.release(messageId)
    this.#connection.run(
      'UPDATE webhook SET attempts = attempts + 1, due_ms = ? WHERE message_id = ?',
      nextAtMs,
      messageId,
    )
  }

  /** Lets others send a leased message. */
  release(messageId: string): void {
    this.#connection.run('DELETE FROM temp.lease WHERE message_id = ?', messageId)
  }
}
