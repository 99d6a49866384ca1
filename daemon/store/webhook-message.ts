/** Messages to webhooks as a store keeps them, until they have arrived. */

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

/** A message in the store, and whose it is. */
export interface StoredWebhookMessage extends WebhookMessage {
  readonly owner: string
}

/** Those of whom, or to whom, as much is under way as may be. */
export interface BusyReceivers {
  /** By {@link receiverKey}. */
  readonly receivers: readonly string[]
  readonly owners: readonly string[]
}

/**
 * A receiver of one owner. Another owner's messages to the same host are counted apart: a path of it
 * that does not answer is no reason to keep them waiting. Names of owners have no space.
 */
export const receiverKey = (owner: string, origin: string): string => `${owner} ${origin}`
