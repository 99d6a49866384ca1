/** Links that sign a browser in once, so that no token is typed into it. */

import { hash } from 'node:crypto'
import { newSecret } from './secret-digest.ts'
import type { KnownCaller } from './tokens.ts'

/** How long a link waits to be opened. */
export const LINK_MS = 120_000
/** Links that wait at the same time; beyond it the oldest ends. */
const MAX_LINKS = 100

interface Waiting {
  readonly caller: KnownCaller
  readonly expiresAtMs: number
}

/** The links that wait to be opened. They end with the process. */
export class SignInLinks {
  readonly #now: () => number
  /** By the digest of the secret, oldest first. */
  #waiting = new Map<string, Waiting>()

  /** @param now milliseconds of a clock that never goes back */
  constructor(now: () => number) {
    this.#now = now
  }

  /** Makes the secret of a link that signs in as the caller, once, within {@link LINK_MS}. */
  add(caller: KnownCaller): string {
    const secret = newSecret()
    this.#waiting.set(hash('sha256', secret), { caller, expiresAtMs: this.#now() + LINK_MS })
    const [oldest] = this.#waiting.keys()
    if (this.#waiting.size > MAX_LINKS && oldest !== undefined) this.#waiting.delete(oldest)
    return secret
  }

  /** The caller of a link, which ends; `undefined` when it is used, expired or withdrawn. */
  take(secret: string): KnownCaller | undefined {
    const digest = hash('sha256', secret)
    const waiting = this.#waiting.get(digest)
    this.#waiting.delete(digest)
    if (waiting === undefined || waiting.expiresAtMs <= this.#now()) return undefined
    return waiting.caller.withdrawn.aborted ? undefined : waiting.caller
  }
}
