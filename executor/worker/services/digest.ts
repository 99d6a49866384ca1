import { createHash } from 'node:crypto'

/** Node's names of the algorithms of `executor/guest/web/digest.ts`. */
const ALGORITHMS: ReadonlyMap<string, string> = new Map([
  ['SHA-1', 'sha1'],
  ['SHA-256', 'sha256'],
  ['SHA-384', 'sha384'],
  ['SHA-512', 'sha512'],
])

/** One request: an algorithm and 24 MiB, whose digest takes 0.1 s. */
const MAX_REQUEST_CHARS = 33_554_432 + 16

/**
 * Answers a guest's request for a digest, `ALGORITHM:base64`. The text comes from a hostile
 * program: a request that the guest's own half would not send gets an empty digest.
 */
export function answerDigest(request: string): string {
  const colon = request.indexOf(':')
  const algorithm = ALGORITHMS.get(request.slice(0, colon))
  if (algorithm === undefined || request.length > MAX_REQUEST_CHARS) return ''
  return createHash(algorithm)
    .update(Buffer.from(request.slice(colon + 1), 'base64'))
    .digest('base64')
}
