/**
 * Patterns of the hosts that outbound requests may reach, one text each:
 *
 * | text | hosts | private addresses |
 * | --- | --- | --- |
 * | `*` | every one | no |
 * | `*.example.com` | every name below `example.com`, not that name itself | only below a private name |
 * | `example.com` | that name | only when it is a private name, such as `localhost` |
 * | `127.0.0.1`, `[::1]`, `10.0.0.0/8` | these addresses, also as what an allowed name resolves to | yes |
 *
 * Each may end in a port (`example.com:8080`); without one, or with `:*`, any port is meant.
 */

import { LatchdError } from '../../protocol/errors.ts'
import { type AddressRange, addressRange, isInRange } from './address.ts'
import { canonicalHost, type Target } from './target.ts'

type Hosts =
  | { readonly kind: 'any' }
  | { readonly kind: 'below'; readonly suffix: string; readonly mayBePrivate: boolean }
  | { readonly kind: 'name'; readonly name: string; readonly mayBePrivate: boolean }
  | { readonly kind: 'addresses'; readonly range: AddressRange }

/** A pattern that was read; `port` is absent when any will do. */
export type HostPattern = Hosts & { readonly port?: number }

/**
 * Ends of names that cannot be registered. Such a name is private in every network, so naming it
 * allows private addresses. The owner of any other name may point it at private addresses (DNS
 * rebinding). RFC 6761, RFC 6762 appendix G, RFC 8375 (home.arpa), ICANN's reservation of
 * `internal`.
 */
const privateEnds = new Set(
  'corp home home.arpa internal intranet lan local localdomain localhost private test'.split(' '),
)

/**
 * Reads a pattern.
 *
 * @throws {LatchdError} `CONFIG_INVALID` for a bad one
 */
export function parseHostPattern(text: string): HostPattern {
  const whole = text.trim().toLowerCase()
  // An IPv6 address needs no brackets when no port follows it.
  const range = addressRange(whole)
  if (range !== undefined) return { kind: 'addresses', range }
  const [, host, port] = /^(\[[^\]]+\](?:\/\d+)?|[^[\]:]+)(?::(\*|\d+))?$/.exec(whole) ?? []
  const hosts = host === undefined ? undefined : parseHosts(host)
  if (hosts === undefined || Number(port) > 65_535 || Number(port) === 0) {
    throw new LatchdError(
      'CONFIG_INVALID',
      `Cannot use the host pattern "${text}": a host such as example.com, *.example.com, 10.0.0.0/8 or *, with a port or without, is expected`,
    )
  }
  return port === undefined || port === '*' ? hosts : { ...hosts, port: Number(port) }
}

function parseHosts(text: string): Hosts | undefined {
  if (text === '*') return { kind: 'any' }
  const range = addressRange(text.replace(/[[\]]/g, ''))
  if (range !== undefined) return { kind: 'addresses', range }
  const isBelow = text.startsWith('*.')
  const name = hostName(isBelow ? text.slice(2) : text)
  if (name === undefined) return undefined
  // Another spelling of an address, such as 127.1 or 0x7f000001.
  const address = addressRange(name)
  if (address !== undefined) return isBelow ? undefined : { kind: 'addresses', range: address }
  const mayBePrivate = isPrivateName(name)
  return isBelow
    ? { kind: 'below', suffix: `.${name}`, mayBePrivate }
    : { kind: 'name', name, mayBePrivate }
}

/** A name as URLs have it (lower case, Punycode); `undefined` when no URL can. */
function hostName(text: string): string | undefined {
  if (/[/@?#\\\s*]/.test(text) || !URL.canParse(`http://${text}/`)) return undefined
  return canonicalHost(new URL(`http://${text}/`).hostname)
}

/** Whether a name has no dot (a machine of this network) or ends as private names do. */
function isPrivateName(name: string): boolean {
  const labels = name.split('.')
  return labels.length === 1 || [-1, -2].some(at => privateEnds.has(labels.slice(at).join('.')))
}

/** The pattern of one host from a URL of the operator: it may be private. */
export function trustedHost({ host, port }: Target): HostPattern {
  const range = addressRange(host)
  if (range !== undefined) return { kind: 'addresses', range, port }
  return { kind: 'name', name: host, mayBePrivate: true, port }
}

/** Whether a pattern admits a target at all. */
export function matchesHost(pattern: HostPattern, target: Target): boolean {
  if (pattern.port !== undefined && pattern.port !== target.port) return false
  switch (pattern.kind) {
    case 'any':
      return true
    case 'below':
      return target.host.endsWith(pattern.suffix)
    case 'name':
      return target.host === pattern.name
    case 'addresses':
      return addressRange(target.host) !== undefined && isInRange(target.host, pattern.range)
    default:
      return pattern satisfies never
  }
}

/** Whether a pattern admits private addresses of a target. */
export function allowsPrivate(pattern: HostPattern, target: Target, address: string): boolean {
  switch (pattern.kind) {
    case 'any':
      return false
    case 'below':
    case 'name':
      return pattern.mayBePrivate && matchesHost(pattern, target)
    case 'addresses':
      return matchesHost(pattern, { host: address, port: target.port })
    default:
      return pattern satisfies never
  }
}
