/**
 * The generated secret of a daemon without a configured one: made once, and stored in its state
 * folder.
 */

import { randomBytes } from 'node:crypto'
import { closeSync, constants, openSync, renameSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { readIfThere } from '../base/read-if-there.ts'
import { SECRET_PREFIX } from '../config/webhook-secret-prefix.ts'

/** Its name in the state folder. */
export const WEBHOOK_SECRET_FILE = 'webhook-secret'

/** Bytes of a secret; the scheme allows 24 to 64. */
const SECRET_BYTES = 32

/** A new secret. */
export function newSecret(): string {
  return SECRET_PREFIX + randomBytes(SECRET_BYTES).toString('base64')
}

/** Reads the secret of a state folder, or makes one. The caller is alone in the folder. */
export function keptSecret(stateDir: string): string {
  const file = join(stateDir, WEBHOOK_SECRET_FILE)
  const kept = readIfThere(file)?.trim()
  if (kept !== undefined && kept !== '') return kept
  const secret = newSecret()
  // It gets its name only when it is whole and on disk: receivers learn it once.
  const made = `${file}.new`
  const { O_WRONLY, O_CREAT, O_TRUNC, O_SYNC } = constants
  // The write itself is on disk when it returns: under permissions Node has no fsync.
  const descriptor = openSync(made, O_WRONLY | O_CREAT | O_TRUNC | O_SYNC, 0o600)
  try {
    writeSync(descriptor, `${secret}\n`)
  } finally {
    closeSync(descriptor)
  }
  renameSync(made, file)
  return secret
}
