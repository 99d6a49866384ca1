/** Messages to webhooks in a store, until they have arrived. */

/** For so long a daemon that looked for due messages may send them, in milliseconds. */
export const WEBHOOK_LEASE_MS = 30_000

/** A message to a webhook that is to be sent, or sent again. */
export interface WebhookMessage {
  readonly messageId: string
  readonly executionId: string
  readonly url: string
  /** JSON, the same at every try. */
  readonly body: string
  readonly createdAtMs: number
  readonly attempts: number
}

/** A message in the store, with its owner. */
export interface StoredWebhookMessage extends WebhookMessage {
  readonly owner: string
}

/** Owners, and receivers of an owner, that have as many messages under way as they may. */
export interface BusyReceivers {
  /** By {@link receiverKey}. */
  readonly receivers: readonly string[]
  readonly owners: readonly string[]
}

/**
 * A receiver of one owner. Another owner's messages to the same host are counted apart, so that a
 * path without answers does not delay them. Names of owners have no space.
 */
export const receiverKey = (owner: string, origin: string): string => `${owner} ${origin}`
