/**
 * Signed-in browsers. A browser holds a cookie that says which token it speaks for and until when,
 * signed with a key of the state folder, or of all daemons of a store, and the token's digest: so it outlives a restart, and ends
 * with its token.
 */

import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { join } from 'node:path'
import type { KnownCaller, Tokens } from '../../auth/tokens.ts'
import { storedSecret } from '../../base/secret-file.ts'

/** A working day: after it a browser is to show its token again. */
export const SIGNED_IN_MS = 12 * 3_600_000

const KEY_FILE = 'console-key'
const KEY_BYTES = 32
const ID_BYTES = 12
/** Sign-outs that are remembered until their cookies expire by themselves. */
const MAX_SIGNED_OUT = 10_000

interface Claims {
  readonly name: string
  readonly expiresAtMs: number
  readonly id: string
}

/** The name of the key among the secrets of a shared store. */
export const SIGN_IN_SECRET = 'console sign-ins'

/** A new key, as text. */
export function newSignInKey(): string {
  return randomBytes(KEY_BYTES).toString('base64url')
}

/** Signs browsers in and out, and recognizes them. */
export class BrowserSignIns {
  readonly #tokens: Tokens
  readonly #stateDir: string
  readonly #now: () => number
  #key: string | undefined
  /** Ids of cookies that were given back before their time, the oldest first. */
  #signedOut = new Set<string>()

  /**
   * @param now epoch milliseconds
   * @param key that of all daemons of a shared store, in the place of the folder's
   */
  constructor(tokens: Tokens, stateDir: string, now: () => number, key?: string) {
    this.#key = key
    this.#tokens = tokens
    this.#stateDir = stateDir
    this.#now = now
  }

  /** The value of a cookie for a caller; `undefined` when its token is gone. */
  signIn({ name }: KnownCaller): string | undefined {
    const token = this.#tokens.named(name)
    if (token === undefined) return undefined
    const claims: Claims = {
      name,
      expiresAtMs: this.#now() + SIGNED_IN_MS,
      id: randomBytes(ID_BYTES).toString('base64url'),
    }
    const payload = Buffer.from(JSON.stringify(claims)).toString('base64url')
    return `${payload}.${this.#sign(payload, token.digest).toString('base64url')}`
  }

  /** The caller of a cookie; `undefined` when it is not ours, expired, or its token is gone. */
  callerOf(cookie: string): KnownCaller | undefined {
    const [payload = '', signature = '', ...rest] = cookie.split('.')
    const claims = rest.length === 0 ? claimsOf(payload) : undefined
    const token = claims && this.#tokens.named(claims.name)
    if (token === undefined || claims === undefined) return undefined
    const expected = this.#sign(payload, token.digest)
    const given = Buffer.from(signature, 'base64url')
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined
    const isOver = claims.expiresAtMs <= this.#now() || this.#signedOut.has(claims.id)
    return isOver ? undefined : token.caller
  }

  /** Ends a cookie before its time. */
  signOut(cookie: string): void {
    if (this.callerOf(cookie) === undefined) return
    const { id } = claimsOf(cookie.split('.', 1)[0] as string) as Claims
    this.#signedOut.add(id)
    const [oldest] = this.#signedOut
    if (this.#signedOut.size > MAX_SIGNED_OUT && oldest !== undefined)
      this.#signedOut.delete(oldest)
  }

  #sign(payload: string, digest: Buffer): Buffer {
    this.#key ??= storedSecret(join(this.#stateDir, KEY_FILE), newSignInKey)
    return createHmac('sha256', this.#key).update(digest).update(payload).digest()
  }
}

/** What a cookie claims, before anything proves it. */
function claimsOf(payload: string): Claims | undefined {
  try {
    const { name, expiresAtMs, id } = JSON.parse(Buffer.from(payload, 'base64url').toString())
    const isWhole =
      typeof name === 'string' && typeof expiresAtMs === 'number' && typeof id === 'string'
    return isWhole ? { name, expiresAtMs, id } : undefined
  } catch {
    // Not written by us.
    return undefined
  }
}
