/**
 * The generated secret of a daemon without a configured one: made once, and stored in its state
 * folder.
 */

import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { storedSecret } from '../base/secret-file.ts'
import { SECRET_PREFIX } from '../config/webhook-secret-prefix.ts'

/** Its name in the state folder. */
export const WEBHOOK_SECRET_FILE = 'webhook-secret'
/** Its name among the secrets of a shared store. */
export const WEBHOOK_SECRET = 'webhooks'

/** Bytes of a secret; the scheme allows 24 to 64. */
const SECRET_BYTES = 32

/** A new secret. */
export function newSecret(): string {
  return SECRET_PREFIX + randomBytes(SECRET_BYTES).toString('base64')
}

/** Reads the secret of a state folder, or makes one. The caller is alone in the folder. */
export function keptSecret(stateDir: string): string {
  return storedSecret(join(stateDir, WEBHOOK_SECRET_FILE), newSecret)
}
