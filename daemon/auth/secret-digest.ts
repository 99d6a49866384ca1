/** Secrets of tokens as they are kept: nobody who reads a digest can send the token. */

import { hash } from 'node:crypto'

/** What begins a secret that was written down as its digest. */
const WRITTEN = /^sha256:([0-9a-f]{64})$/

/**
 * The SHA-256 of a secret, in hex; of `sha256:` and 64 hex digits those digits, so that a file need
 * not hold the secret. Not a slow hash: secrets are random, not words that people choose.
 */
export function digestOf(secret: string): string {
  return WRITTEN.exec(secret)?.[1] ?? hash('sha256', secret)
}

/** Whether a secret was written down as its digest, so that nobody here knows it. */
export function isWrittenDigest(secret: string): boolean {
  return WRITTEN.test(secret)
}
