/**
 * How two daemons prove to each other that they are what the database says.
 *
 *     dialer                         answerer
 *     GET /challenge  ────────────▶
 *                     ◀────────────  challenge: its time, a number of its own, its seal of both
 *     GET / upgrade   ────────────▶  dialer, answerer, challenge, the dialer's number, proof
 *                     ◀────────────  101 with its proof
 *
 * A proof is an HMAC over all of that with the key of the other one, which stands in the database
 * alone. A challenge is good for {@link CHALLENGE_MS}, at the daemon that made it, for one dial. The
 * daemon keeps nothing for challenges that it has given out, so that a stranger cannot fill it.
 */

import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

/** A challenge can be answered for this long. */
export const CHALLENGE_MS = 10_000
const NONCE_BYTES = 16

/** What both proofs of a dial are made from. */
export interface Dial {
  /** The id of the daemon that dials. */
  readonly from: string
  /** The id of the daemon that is dialled. */
  readonly to: string
  readonly challenge: string
  /** A number that the dialer has made for this dial. */
  readonly nonce: string
}

/** A new number that cannot be guessed. */
export const newNonce = (): string => randomBytes(NONCE_BYTES).toString('hex')

/** The proof of one side. @param key the key of the other side */
export function proofOf(key: string, side: 'dialer' | 'answerer', dial: Dial): string {
  const { from, to, challenge, nonce } = dial
  const text = JSON.stringify(['latchd-peer.1', side, from, to, challenge, nonce])
  return createHmac('sha256', key).update(text).digest('hex')
}

/** Whether two proofs are the same, in a time that does not say how far. */
export function isSameProof(a: string, b: string): boolean {
  const [first, second] = [Buffer.from(a), Buffer.from(b)]
  return first.length === second.length && timingSafeEqual(first, second)
}

/** The form of what a dialer sends, as the value of the header `Authorization`. */
const CREDENTIALS =
  /^latchd-peer ([0-9a-f]{16}) ([0-9a-f]{16}) (\d{1,15}\.[0-9a-f]{32}\.[0-9a-f]{64}) ([0-9a-f]{32}) ([0-9a-f]{64})$/

/** The header of a dial. */
export function writeCredentials({ from, to, challenge, nonce }: Dial, proof: string): string {
  return `latchd-peer ${from} ${to} ${challenge} ${nonce} ${proof}`
}

/** Reads the header of a dial; `undefined` for any other. */
export function readCredentials(
  header: string | undefined,
): { readonly dial: Dial; readonly proof: string } | undefined {
  const [, from, to, challenge, nonce, proof] = CREDENTIALS.exec(header ?? '') ?? []
  if (!from || !to || !challenge || !nonce || !proof) return undefined
  return { dial: { from, to, challenge, nonce }, proof }
}

/** Makes challenges, and takes each once. */
export class Challenges {
  readonly #secret = randomBytes(32)
  readonly #now: () => number
  /** Challenges that were answered with a proof, until they are too old. */
  #used = new Map<string, number>()

  /** @param now a clock that never goes back, in milliseconds */
  constructor(now: () => number) {
    this.#now = now
  }

  make(): string {
    const begin = `${Math.floor(this.#now())}.${newNonce()}`
    return `${begin}.${this.#seal(begin)}`
  }

  /** Whether this daemon has made a challenge, a moment ago, that was not used. */
  isGood(challenge: string): boolean {
    const [atMs = '', nonce = '', seal = ''] = challenge.split('.')
    if (!isSameProof(seal, this.#seal(`${atMs}.${nonce}`))) return false
    return this.#now() - Number(atMs) <= CHALLENGE_MS && !this.#used.has(challenge)
  }

  /** A challenge was answered, with a proof: no one can answer it again. */
  use(challenge: string): void {
    const nowMs = this.#now()
    this.#used.set(challenge, nowMs)
    for (const [one, atMs] of this.#used) {
      if (nowMs - atMs <= CHALLENGE_MS + 1) break
      this.#used.delete(one)
    }
  }

  #seal(begin: string): string {
    return createHmac('sha256', this.#secret).update(begin).digest('hex')
  }
}
