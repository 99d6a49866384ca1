/** The names that a daemon answers to, and the pages that may use it. */

import { isIP } from 'node:net'
import { LatchdError } from '../../../protocol/errors.ts'

/** The host names that a daemon answers to. */
export interface HostRule {
  /** Names and addresses of hosts, in lower case, without ports. */
  readonly hosts: ReadonlySet<string>
  /**
   * Whether literal addresses are served too. A name cannot lead to them, so DNS rebinding cannot
   * either. Without tokens only the daemon's own address is served.
   */
  readonly servesAddresses: boolean
  /** Origins of pages that may use the daemon, besides its own. */
  readonly origins: ReadonlySet<string>
}

/** Options of the rule for host names. */
export interface HostRuleOptions {
  /** The address that the daemon listens on. */
  readonly host: string
  /** The host name of the machine. */
  readonly machine: string
  readonly hasTokens: boolean
  /** Further names, and origins, as they are configured. */
  readonly hosts: readonly string[]
  readonly origins: readonly string[]
}

const loopback = ['localhost', '127.0.0.1', '[::1]']

/** The rule of a daemon. */
export function hostRule({ host, machine, hasTokens, hosts, origins }: HostRuleOptions): HostRule {
  // Only with tokens is the daemon reached from other machines, by the name of its own.
  const names = [...loopback, host, ...(hasTokens ? [machine] : []), ...hosts]
  return {
    hosts: new Set(names.map(name => hostName(name))),
    servesAddresses: hasTokens,
    origins: new Set(origins),
  }
}

/** The headers of a request that name its target and the page that sent it. */
export interface RequestOrigin {
  readonly host: string | undefined
  /** The host of the request to a trusted proxy; absent without one. */
  readonly forwardedHost: string | undefined
  /** Absent when no page sent it. */
  readonly origin: string | undefined
}

/**
 * Refuses requests that a browser was tricked into: by DNS rebinding (another `Host`), or by
 * another site (an `Origin` that is neither the daemon's own nor in the configuration).
 *
 * @returns the origin that gets CORS headers; `undefined` for none
 * @throws {LatchdError} `FORBIDDEN`
 */
export function checkOrigin(rule: HostRule, request: RequestOrigin): string | undefined {
  const { host, forwardedHost, origin } = request
  for (const name of forwardedHost === undefined ? [host] : [host, forwardedHost]) {
    if (name !== undefined && isServed(rule, hostName(name))) continue
    const message = `Cannot answer to the host "${name ?? ''}": LATCHD_HOSTS names those that are served`
    throw new LatchdError('FORBIDDEN', message)
  }
  if (origin === undefined) return undefined
  if (rule.origins.has(origin.toLowerCase())) return origin
  const own = (forwardedHost ?? host)?.toLowerCase()
  if (URL.canParse(origin) && new URL(origin).host === own) return undefined
  const message = `Cannot answer to a page of "${origin}": LATCHD_ORIGINS names those that are served`
  throw new LatchdError('FORBIDDEN', message)
}

function isServed({ hosts, servesAddresses }: HostRule, name: string): boolean {
  return hosts.has(name) || (servesAddresses && isIP(name.replace(/^\[(.*)\]$/, '$1')) !== 0)
}

/** A name without port, lower case. */
function hostName(host: string): string {
  // Node compiles its pattern of such an address when it is first asked, which takes 5 ms.
  const mayBeIPv6 = host.indexOf(':') !== host.lastIndexOf(':')
  const name = mayBeIPv6 && isIP(host) === 6 ? `[${host}]` : host.replace(/:\d+$/, '')
  return name.toLowerCase()
}
