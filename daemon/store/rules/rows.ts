/** Rows whose columns are the same in every store, as what the daemon reads. */

import type { Session } from '../../../protocol/execution/session.ts'
import type { StoredWebhookMessage } from '../webhook-message.ts'

/** The columns of a message to a webhook. Instants are epoch milliseconds. */
export interface WebhookRow {
  readonly message_id: string
  readonly execution_id: string
  readonly owner: string
  readonly url: string
  readonly body: string
  readonly created_ms: number
  readonly attempts: number
}

/** The message of a row. */
export function messageOf(row: WebhookRow): StoredWebhookMessage {
  return {
    messageId: row.message_id,
    executionId: row.execution_id,
    owner: row.owner,
    url: row.url,
    body: row.body,
    createdAtMs: row.created_ms,
    attempts: row.attempts,
  }
}

/** The columns of a session that its callers see. Instants are epoch milliseconds. */
export interface SessionHead {
  readonly session_id: string
  readonly created_ms: number
  readonly used_ms: number
  readonly executions: number
  readonly snapshot_bytes: number
}

/** The session of a row. */
export function sessionOf(row: SessionHead): Session {
  return {
    sessionId: row.session_id,
    createdAtMs: row.created_ms,
    lastUsedAtMs: row.used_ms,
    executions: row.executions,
    snapshotBytes: row.snapshot_bytes,
  }
}
