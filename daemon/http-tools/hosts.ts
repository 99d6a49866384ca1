/** The hosts that the requests of an entry may reach. */

import { type HostPattern, parseHostPattern } from '../outbound/host-pattern.ts'
import { targetOf } from '../outbound/target.ts'

/**
 * The host of a URL that the operator wrote, as a pattern: a private address or name that stands
 * there is allowed, and a public name that leads to a private address is not.
 */
export function writtenHost(url: URL): HostPattern {
  const { host, port } = targetOf(url)
  return parseHostPattern(`${host.includes(':') ? `[${host}]` : host}:${port}`)
}

/** The host of a URL from a document: never a private address. */
export function foreignHost(url: URL): HostPattern {
  const { host, port } = targetOf(url)
  return { kind: 'name', name: host, mayBePrivate: false, port }
}

/** Whether a document is at a URL, and not in a file. */
export const isUrl = (document: string): boolean => /^https?:\/\//i.test(document)
