/** The address of a daemon. */

import { LatchdError } from '../protocol/errors.ts'

/** The address of a daemon when neither the app nor `LATCHD_URL` names one. */
export const DEFAULT_URL = 'http://127.0.0.1:7070'

/** @throws {LatchdError} `CONFIG_INVALID` */
export function readUrl(given: string | undefined, fromEnvironment: string | undefined): string {
  const text = given ?? fromEnvironment ?? DEFAULT_URL
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url !== undefined && /^https?:$/.test(url.protocol)) return text.replace(/\/+$/, '')
  // `localhost:7070` is a URL, of the scheme `localhost:`.
  const isAddress = URL.canParse(`http://${text}`) && !text.includes('://')
  const advice = isAddress ? `; did you mean http://${text}?` : ''
  throw new LatchdError(
    'CONFIG_INVALID',
    `Cannot use ${given === undefined ? 'LATCHD_URL' : 'the url'} ${JSON.stringify(text)}: a URL with http:// or https:// is expected${advice}`,
  )
}
