/**
 * A short string in place of a long one: two requests of a program differ when their digests do.
 *
 * The digest is the tag of AES-GCM over the string under a public key: 128 bits, in a fourteenth of the
 * time of SHA-256. It finds every difference that comes about by chance. It does not resist a search
 * for two strings with one digest. Only the program could search, and all that it gains is an answer
 * of its own journal for a call of its own.
 */

import { createCipheriv } from 'node:crypto'

const KEY = Buffer.from('latchd: requests', 'latin1')
const START = Buffer.alloc(12)
/** Characters of a digest: 16 bytes in base64url. */
export const DIGEST_CHARS = 22
/** Bytes that are kept for texts: most arguments are shorter. */
const KEPT_BYTES = 1024 * 1024

let kept = Buffer.alloc(0)

/** The digest of a string, in base64url. */
export const digestOf = (text: string): string => digestOfBytes(bytesOf(text))

/** The digest of a string that is there as UTF-8. */
export function digestOfBytes(bytes: Uint8Array): string {
  const cipher = createCipheriv('aes-128-gcm', KEY, START)
  cipher.setAAD(bytes)
  cipher.final()
  return cipher.getAuthTag().toString('base64url')
}

function bytesOf(text: string): Buffer {
  const length = Buffer.byteLength(text)
  if (length > KEPT_BYTES) return Buffer.from(text)
  if (kept.length < length) kept = Buffer.alloc(Math.min(KEPT_BYTES, 2 * length))
  return kept.subarray(0, kept.write(text))
}
