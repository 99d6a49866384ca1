/** Who may reach the daemon from a browser: nobody that was led there by a name or another site. */

import { LatchdError } from '../../protocol/errors.ts'

/** What a daemon that listens on an address answers to. */
export interface HostRule {
  /** Names and addresses, lower case, without port; `undefined`: any, since tokens are required. */
  readonly hosts: ReadonlySet<string> | undefined
}

const loopback = ['localhost', '127.0.0.1', '[::1]']

/** The rule of a daemon: by name only, when nothing but the name tells who is meant. */
export function hostRule(host: string, hasTokens: boolean): HostRule {
  return { hosts: hasTokens ? undefined : new Set([...loopback, host.toLowerCase()]) }
}

/**
 * Refuses requests that a browser was tricked into: by DNS rebinding (another `Host`), or by another
 * site (an `Origin` that is not our own).
 *
 * @throws {LatchdError} `FORBIDDEN`
 */
export function checkOrigin(
  rule: HostRule,
  host: string | undefined,
  origin: string | undefined,
): void {
  const name = host === undefined ? undefined : hostName(host)
  if (rule.hosts !== undefined && (name === undefined || !rule.hosts.has(name))) {
    throw new LatchdError('FORBIDDEN', `Cannot answer to the host "${host ?? ''}"`)
  }
  if (origin === undefined) return
  if (!URL.canParse(origin) || new URL(origin).host !== host?.toLowerCase()) {
    throw new LatchdError('FORBIDDEN', `Cannot answer to a page of "${origin}"`)
  }
}

function hostName(host: string): string {
  return host.replace(/:\d+$/, '').toLowerCase()
}
