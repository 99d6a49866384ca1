/**
 * How a request failed:
 * `FETCH_REFUSED`: latchd does not send it, or does not take its answer;
 * `FETCH_TOO_LARGE`, `FETCH_TIMEOUT`: its answer passed a bound;
 * `FETCH_FAILED`: the network or the server failed.
 */
export type FetchErrorCode = 'FETCH_REFUSED' | 'FETCH_TOO_LARGE' | 'FETCH_TIMEOUT' | 'FETCH_FAILED'

/** A request that got no answer. The message is for guests: it names the host and no address. */
export class FetchError extends Error {
  override readonly name = 'FetchError'
  readonly code: FetchErrorCode

  constructor(code: FetchErrorCode, host: string, why: string, options?: { cause: unknown }) {
    super(`Cannot fetch from ${host}: ${why}`, options)
    this.code = code
  }
}
