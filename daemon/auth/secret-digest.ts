/** Secrets of tokens. The daemon stores digests: a reader of a digest cannot send the token. */

import { hash, randomBytes } from 'node:crypto'

/** Entropy of a secret, in bytes. */
const SECRET_BYTES = 32

/** A new secret for a token, in letters that need no quoting. */
export const newSecret = (): string => randomBytes(SECRET_BYTES).toString('base64url')

/** The written form of a digest in place of a secret. */
const WRITTEN = /^sha256:([0-9a-f]{64})$/

/**
 * The SHA-256 of a secret, in hex; for `sha256:` and 64 hex digits those digits, so that a file
 * need not hold the secret. A fast hash is enough: secrets are random, not words that people
 * choose.
 */
export function digestOf(secret: string): string {
  return WRITTEN.exec(secret)?.[1] ?? hash('sha256', secret)
}

/**
 * Whether a secret was configured as its digest, so that the daemon does not know the secret
 * itself.
 */
export function isWrittenDigest(secret: string): boolean {
  return WRITTEN.test(secret)
}
