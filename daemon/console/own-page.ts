/** Requests that come from pages of the console, and those that come from elsewhere. */

import { LatchdError } from '../../protocol/errors.ts'

/** The headers of a request that say where it comes from. */
export interface Sender {
  readonly method: string
  /** The host that the browser asked. */
  readonly host: string | undefined
  readonly origin: string | undefined
  /** `Sec-Fetch-Site` of the browser. */
  readonly site: string | undefined
}

/**
 * Refuses what another page sent, and forms that do not say that a page of the console sent them.
 *
 * Origins that may use the API may not use the console: its forms speak for the person who is
 * signed in.
 *
 * @throws {LatchdError} `FORBIDDEN`
 */
export function requireOwnPage({ method, host, origin, site }: Sender): void {
  const isReading = method === 'GET' || method === 'HEAD'
  if (origin === undefined ? isReading || site === 'same-origin' : isOf(origin, host)) return
  const from = origin === undefined ? 'no page of the console' : `a page of "${origin}"`
  throw new LatchdError('FORBIDDEN', `Cannot take a request of ${from}: the console takes its own`)
}

function isOf(origin: string, host: string | undefined): boolean {
  return URL.canParse(origin) && new URL(origin).host === host?.toLowerCase()
}
