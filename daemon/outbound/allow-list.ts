import { kindOfAddress } from './address.ts'
import { FetchError } from './fetch-error.ts'
import { allowsPrivate, type HostPattern, matchesHost, parseHostPattern } from './host-pattern.ts'
import type { Target } from './target.ts'

/** The hosts that may be reached, and those of them whose addresses may be private. */
export class AllowList {
  #patterns: readonly HostPattern[]
  #setting: string

  /** @param setting where the patterns are configured, as messages name it */
  constructor(patterns: readonly HostPattern[], setting = 'fetchAllow (LATCHD_FETCH_ALLOW)') {
    this.#patterns = patterns
    this.#setting = setting
  }

  /**
   * Replaces the patterns for later requests.
   *
   * @throws {LatchdError} `CONFIG_INVALID` for a bad pattern
   */
  reload(patterns: readonly string[]): void {
    this.#patterns = patterns.map(parseHostPattern)
  }

  /** @throws {FetchError} `FETCH_REFUSED` when no pattern has this host */
  admitHost(target: Target): void {
    if (this.#patterns.some(pattern => matchesHost(pattern, target))) return
    throw new FetchError(
      'FETCH_REFUSED',
      nameOf(target),
      `the setting ${this.#setting} does not allow this host`,
    )
  }

  /**
   * Admits the addresses of a host. One refused address refuses the host: a server that mixes
   * public and private answers hopes that the connection takes the private one.
   *
   * @throws {FetchError} `FETCH_REFUSED`
   */
  admitAddresses(target: Target, addresses: readonly string[]): void {
    for (const address of addresses) {
      const kind = kindOfAddress(address)
      if (kind === 'public') continue
      if (this.#patterns.some(pattern => allowsPrivate(pattern, target, address))) continue
      // The address of a name stays unsaid: it would map the operator's network.
      const what = address === target.host ? 'it is' : 'it resolves to'
      const article = kind === 'unspecified' ? 'an' : 'a'
      throw new FetchError(
        'FETCH_REFUSED',
        nameOf(target),
        `${what} ${article} ${kind} address, which the setting ${this.#setting} does not name`,
      )
    }
  }
}

/** A target as messages name it. */
export function nameOf({ host, port }: Target): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`
}
