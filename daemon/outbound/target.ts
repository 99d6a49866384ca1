import { isIP } from 'node:net'
import { canonicalAddress } from './address.ts'

/** The other end of a request: a name or an IP address, and a port. */
export interface Target {
  /** In lower case, without brackets or a final dot; an address in its one canonical form. */
  readonly host: string
  readonly port: number
}

/** The target of an http or https URL. */
export function targetOf(url: URL): Target {
  const defaultPort = url.protocol === 'https:' ? 443 : 80
  return {
    host: canonicalHost(url.hostname),
    port: url.port === '' ? defaultPort : Number(url.port),
  }
}

/** The one way to write a host that the URL parser has already put in order. */
export function canonicalHost(hostname: string): string {
  const bare = hostname.replace(/^\[(.*)\]$/, '$1')
  return isIP(bare) === 0 ? bare.replace(/\.$/, '') : canonicalAddress(bare)
}
