/** How much callers take of the daemon with their requests: how often they come, and with how much. */

import { OwnerCounts } from '../../protocol/base/owner-counts.ts'
import { LatchdError } from '../../protocol/errors.ts'
import { RETRY_AFTER_SECONDS } from '../base/retry-after.ts'
import type { Caller } from './caller.ts'
import { Rate } from './rate.ts'
import type { TokenLimits } from './token-limits.ts'

/**
 * Bytes of bodies that all callers together may have on their way: thirty of the longest, so that a
 * thousand connections cannot fill the memory.
 */
const MAX_BODY_BYTES_IN_FLIGHT = 256 * 1024 * 1024

interface Rates {
  readonly limits: TokenLimits
  readonly requests: Rate | undefined
  readonly bytes: Rate | undefined
}

/** The bytes of one request's body. */
export interface BodyShare {
  /** Counts bytes that come, or are about to. @throws {LatchdError} `TOKEN_LIMIT_EXCEEDED`, `TOO_MANY_BODIES` */
  add(bytes: number): void
  /** The request was answered. */
  release(): void
}

/**
 * Enforces each caller's rates of requests and bytes, and the bytes of bodies that are on their
 * way: those of one caller, and those of all callers together.
 */
export class CallerShares {
  readonly #now: () => number
  readonly #daemons: () => number
  #rates = new Map<string, Rates>()
  #inFlight = new OwnerCounts()
  #allInFlight = 0

  /**
   * @param now milliseconds of a clock that never goes back
   * @param daemons how many share the requests of callers: each takes its part of their rates
   */
  constructor(now: () => number, daemons: () => number = () => 1) {
    this.#now = now
    this.#daemons = daemons
  }

  /** Counts a request. @throws {LatchdError} `TOKEN_LIMIT_EXCEEDED` */
  admit(caller: Caller): void {
    const { requests } = this.#ratesOf(caller)
    const seconds = requests?.take(1) ?? 0
    if (seconds > 0) {
      throw beyond('the request', 'requestsPerSecond', caller.limits?.requestsPerSecond, seconds)
    }
  }

  /** Begins to count the body of a request. */
  body(caller: Caller): BodyShare {
    const { bytes: rate } = this.#ratesOf(caller)
    const { bytesPerSecond, maxBytesInFlight = Infinity } = caller.limits ?? {}
    const releases: (() => void)[] = []
    let counted = 0
    const add = (bytes: number) => {
      if (this.#inFlight.of(caller.name) + bytes > maxBytesInFlight) {
        throw beyond('the body', 'maxBytesInFlight', maxBytesInFlight, RETRY_AFTER_SECONDS)
      }
      if (this.#allInFlight + bytes > MAX_BODY_BYTES_IN_FLIGHT) {
        const message = `Cannot take the body: ${this.#allInFlight} bytes are on their way, limit ${MAX_BODY_BYTES_IN_FLIGHT}`
        throw new LatchdError('TOO_MANY_BODIES', message, {
          retryAfterSeconds: RETRY_AFTER_SECONDS,
        })
      }
      // A body that has begun to come is paid for as it comes.
      let seconds = 0
      if (counted === 0) seconds = rate?.take(bytes) ?? 0
      else rate?.charge(bytes)
      if (seconds > 0) throw beyond('the body', 'bytesPerSecond', bytesPerSecond, seconds)
      counted += bytes
      this.#allInFlight += bytes
      releases.push(this.#inFlight.add(caller.name, bytes))
    }
    const release = () => {
      for (const one of releases) one()
      this.#allInFlight -= counted
      counted = 0
    }
    return { add, release }
  }

  /**
   * Begins to count a body that is not kept in memory. A call of the result counts bytes that have
   * come. It throws `TOKEN_LIMIT_EXCEEDED` for the first of them, when the caller has to wait.
   */
  passing(caller: Caller): (bytes: number) => void {
    const { bytes: rate } = this.#ratesOf(caller)
    let hasBegun = false
    return bytes => {
      const seconds = hasBegun ? 0 : (rate?.take(bytes) ?? 0)
      if (hasBegun) rate?.charge(bytes)
      hasBegun = true
      const { bytesPerSecond } = caller.limits ?? {}
      if (seconds > 0) throw beyond('the body', 'bytesPerSecond', bytesPerSecond, seconds)
    }
  }

  /**
   * Counts bytes that arrived over a connection.
   *
   * @returns seconds for which the connection must not be read
   */
  frame(caller: Caller, bytes: number): number {
    const { bytes: rate } = this.#ratesOf(caller)
    rate?.charge(bytes)
    return rate?.owedSeconds() ?? 0
  }

  #ratesOf({ name, limits = {} }: Caller): Rates {
    const known = this.#rates.get(name)
    // A reload gives a changed token new limits.
    if (known?.limits === limits) return known
    const rate = (perSecond: number | undefined) =>
      perSecond === undefined ? undefined : new Rate(() => perSecond / this.#daemons(), this.#now)
    const { requestsPerSecond, bytesPerSecond } = limits
    const rates = { limits, requests: rate(requestsPerSecond), bytes: rate(bytesPerSecond) }
    this.#rates.set(name, rates)
    return rates
  }
}

function beyond(
  what: string,
  limit: keyof TokenLimits,
  bound: number | undefined,
  seconds: number,
): LatchdError {
  return new LatchdError(
    'TOKEN_LIMIT_EXCEEDED',
    `Cannot take ${what}: the token is at its limit ${limit} ${bound}`,
    { retryAfterSeconds: Math.ceil(seconds) },
  )
}
