/**
 * Signatures by the Standard Webhooks scheme
 * (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md).
 */

import { createHmac } from 'node:crypto'
import { SECRET_PREFIX } from '../config/webhook-secret-prefix.ts'

/** The signed parts: the id of the message, the second of sending, and its body. */
export interface Signed {
  readonly messageId: string
  readonly timestamp: number
  readonly body: string
}

/** The headers that let a receiver check a message. */
export function signatureHeaders(secret: string, signed: Signed): Record<string, string> {
  const { messageId, timestamp, body } = signed
  const signature = createHmac('sha256', keyOf(secret))
    .update(`${messageId}.${timestamp}.${body}`)
    .digest('base64')
  return {
    'webhook-id': messageId,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': `v1,${signature}`,
  }
}

/** The bytes of a `whsec_` secret; of any other text its own in UTF-8. */
function keyOf(secret: string): Buffer {
  return secret.startsWith(SECRET_PREFIX)
    ? Buffer.from(secret.slice(SECRET_PREFIX.length), 'base64')
    : Buffer.from(secret)
}
