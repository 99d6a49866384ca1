/** Signed links to files: a client with a link reads that file until the link expires. */

import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { readIfThere } from '../base/read-if-there.ts'
import { storedSecret } from '../base/secret-file.ts'

/** The name of the key's file in the state folder. */
export const LINK_KEY_FILE = 'file-link-key'
/** How long a link works by default: an hour. */
export const DEFAULT_LINK_MS = 3_600_000
/** And at most: a week. */
export const MAX_LINK_MS = 7 * 86_400_000
/** The name of the key among the secrets of a shared store. */
export const LINK_SECRET = 'file links'
/** Bytes of the key, as many as the hash has. */
const KEY_BYTES = 32

/** A new key, as text. */
export function newLinkKey(): string {
  return randomBytes(KEY_BYTES).toString('base64url')
}

/** Signs links, and reads them. The key is made when the first link is. */
export class FileLinks {
  readonly #file: string
  readonly #now: () => number
  #key: Buffer | undefined

  /**
   * @param file where the key is kept, for its owner alone
   * @param key the key of all daemons of a shared store, in the place of the file
   */
  constructor(file: string, now: () => number, key?: string) {
    this.#file = file
    this.#now = now
    this.#key = key === undefined ? undefined : Buffer.from(key, 'base64url')
  }

  /** The query of a link. @param expiresMs how long it works */
  sign(fileId: string, expiresMs: number): string {
    const expires = this.#now() + expiresMs
    const signature = this.#signature(this.#keyOf(true) as Buffer, fileId, String(expires))
    return new URLSearchParams({ expires: String(expires), signature }).toString()
  }

  /** Whether a link was signed here and has not expired. */
  isValid(fileId: string, expires: string, signature: string): boolean {
    const key = this.#keyOf(false)
    if (key === undefined || !/^\d{1,16}$/.test(expires)) return false
    const expected = Buffer.from(this.#signature(key, fileId, expires))
    const given = Buffer.from(signature)
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return false
    return Number(expires) > this.#now()
  }

  #signature(key: Buffer, fileId: string, expires: string): string {
    return createHmac('sha256', key).update(`${fileId}\n${expires}`).digest('base64url')
  }

  #keyOf(isWanted: boolean): Buffer | undefined {
    if (this.#key !== undefined) return this.#key
    const isThere = isWanted || readIfThere(this.#file) !== undefined
    if (!isThere) return undefined
    this.#key = Buffer.from(storedSecret(this.#file, newLinkKey), 'base64url')
    return this.#key
  }
}
