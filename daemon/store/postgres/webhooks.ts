/** The outbox of messages to webhooks: written with the events, sent by the daemon that leases one. */

import { messageOf, type WebhookRow } from '../rules/rows.ts'
import type { BusyReceivers, StoredWebhookMessage } from '../store.ts'
import { WEBHOOK_LEASE_MS } from '../webhook-message.ts'
import type { Transaction } from './database.ts'

/** Adds messages, due at once. A message that is there already stays. */
export async function addWebhooks(
  tx: Transaction,
  messages: readonly StoredWebhookMessage[],
): Promise<void> {
  if (messages.length === 0) return
  await tx.run(
    `INSERT INTO webhook (message_id, execution_id, owner, origin, url, body, created_ms, attempts,
        due_ms)
      SELECT *, created_ms FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[],
        $6::text[], $7::bigint[], $8::int[]) AS n(message_id, execution_id, owner, origin, url, body,
        created_ms, attempts) ON CONFLICT DO NOTHING`,
    [
      messages.map(({ messageId }) => messageId),
      messages.map(({ executionId }) => executionId),
      messages.map(({ owner }) => owner),
      messages.map(({ url }) => new URL(url).origin),
      messages.map(({ url }) => url),
      messages.map(({ body }) => body),
      messages.map(({ createdAtMs }) => createdAtMs),
      messages.map(({ attempts }) => attempts),
    ],
  )
}

/** Leases due messages, earliest first. */
export async function leaseWebhooks(
  tx: Transaction,
  nowMs: number,
  limit: number,
  { receivers, owners }: BusyReceivers = { receivers: [], owners: [] },
): Promise<StoredWebhookMessage[]> {
  const rows = await tx.rows<WebhookRow & { due_ms: number }>(
    `WITH due AS (SELECT message_id FROM webhook
        WHERE due_ms <= $1 AND leased_ms <= $1
          AND owner || ' ' || origin <> ALL($2::text[]) AND owner <> ALL($3::text[])
        ORDER BY due_ms, message_id LIMIT $4 FOR UPDATE SKIP LOCKED)
      UPDATE webhook SET leased_ms = $5 FROM due WHERE webhook.message_id = due.message_id
      RETURNING webhook.message_id, execution_id, owner, url, body, created_ms, attempts, due_ms`,
    [nowMs, receivers, owners, limit, nowMs + WEBHOOK_LEASE_MS],
  )
  rows.sort((a, b) => a.due_ms - b.due_ms || (a.message_id < b.message_id ? -1 : 1))
  return rows.map(messageOf)
}

/** Lets others send leased messages. */
export async function releaseWebhooks(
  tx: Transaction,
  messageIds: readonly string[],
): Promise<void> {
  await tx.run('UPDATE webhook SET leased_ms = 0 WHERE message_id = ANY($1::text[])', [messageIds])
}

/** When the next message is due that is not leased, or a lease ends; `undefined` without messages. */
export async function nextWebhookMs(tx: Transaction): Promise<number | undefined> {
  const [row] = await tx.rows<{ due_ms: number | null }>(
    'SELECT min(due_ms) AS due_ms FROM webhook WHERE leased_ms = 0',
  )
  return row?.due_ms ?? undefined
}

/** Removes a message. */
export async function endWebhook(tx: Transaction, messageId: string): Promise<void> {
  await tx.run('DELETE FROM webhook WHERE message_id = $1', [messageId])
}

/** A message did not arrive: tried again at `nextAtMs`. */
export async function delayWebhook(
  tx: Transaction,
  messageId: string,
  nextAtMs: number,
): Promise<void> {
  // The instant shows whether it has been carried out before.
  await tx.run(
    `UPDATE webhook SET attempts = attempts + 1, due_ms = $2, leased_ms = 0
      WHERE message_id = $1 AND due_ms <> $2`,
    [messageId, nextAtMs],
  )
}
