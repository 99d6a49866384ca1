/** Requests with an ambiguous or oversized head: refused before anything else is read. */

import type { IncomingMessage } from 'node:http'
import { LatchdError } from '../../../protocol/errors.ts'

/** Far more than clients and proxies send. */
export const MAX_HEADERS = 100

/** Headers that must not repeat: of two values a proxy in front may have used the other one. */
const single: ReadonlySet<string> = new Set([
  'authorization',
  'content-length',
  'content-type',
  'host',
  'idempotency-key',
  'last-event-id',
  'origin',
  'transfer-encoding',
  'upgrade',
])

/** Why a request is not answered; `undefined` when it may be. */
export function headProblem(request: IncomingMessage): LatchdError | undefined {
  const { rawHeaders, url = '' } = request
  const count = rawHeaders.length / 2
  if (count > MAX_HEADERS) {
    const message = `Cannot read the request: ${count} headers, limit ${MAX_HEADERS}`
    return new LatchdError('HEADERS_TOO_LARGE', message)
  }
  const seen = new Set<string>()
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = (rawHeaders[i] as string).toLowerCase()
    if (single.has(name) && seen.has(name)) return invalid(`the header ${name} is there twice`)
    seen.add(name)
  }
  if (!url.startsWith('/') || url.includes('\\')) {
    return invalid('its target is no path that begins with a slash')
  }
  const { host } = request.headers
  if (host === undefined || !isHost(host)) return invalid('its Host header is no host')
  return undefined
}

let goodHost = ''

function isHost(host: string): boolean {
  // Nearly all requests of a daemon have the same host.
  if (host === goodHost) return true
  const name = host.replace(/:\d+$/, '').toLowerCase()
  // Not another way to write a name or an address, such as 0x7f.1.
  if (URL.parse(`http://${host}/`)?.hostname !== name) return false
  goodHost = host
  return true
}

function invalid(why: string): LatchdError {
  return new LatchdError('INVALID_REQUEST', `Cannot read the request: ${why}`)
}
