/** Headers of trusted proxies about their clients. */

import type { IncomingMessage } from 'node:http'
import { BlockList, isIP } from 'node:net'

/** The client of a request, as far as the proxies before the daemon can be believed. */
export interface ForwardedRequest {
  /** Absent for a Unix socket. */
  readonly address: string | undefined
  /** The host of the request to the first proxy. */
  readonly host: string | undefined
}

/** The proxies whose `X-Forwarded-*` and `Forwarded` headers count. */
export class TrustedProxies {
  readonly #list = new BlockList()
  #trustsSockets = false

  /** @param patterns addresses, networks such as `10.0.0.0/8`, and `unix` for the Unix socket */
  constructor(patterns: readonly string[]) {
    for (const pattern of patterns) {
      const [address = '', bits] = pattern.split('/')
      const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
      if (pattern === 'unix') this.#trustsSockets = true
      else if (bits === undefined) this.#list.addAddress(address, family)
      else this.#list.addSubnet(address, Number(bits), family)
    }
  }

  /** The client of a request: the nearest address to the daemon that is not a proxy. */
  clientOf({ socket, headers }: Pick<IncomingMessage, 'socket' | 'headers'>): ForwardedRequest {
    const remote = socket.remoteAddress
    if (!this.#trusts(remote)) return { address: remote, host: undefined }
    // A proxy writes one of the two headers, and may pass on the other one as its client wrote it.
    // The few proxies that write `Forwarded` must be configured to drop the other one.
    const isPlain = headers['x-forwarded-for'] !== undefined
    const chain = isPlain ? listOf(headers['x-forwarded-for']) : forwardedParts(headers, 'for')
    const addresses = chain.map(addressOf)
    const last = addresses.findLastIndex(address => address === undefined || !this.#trusts(address))
    // When all addresses are proxies, the farthest is the client. A hidden client has no address.
    const client = addresses[Math.max(last, 0)] ?? remote
    const [host] = isPlain
      ? listOf(headers['x-forwarded-host'])
      : forwardedParts(headers, 'host').concat(listOf(headers['x-forwarded-host']))
    return { address: client, host }
  }

  #trusts(address: string | undefined): boolean {
    if (address === undefined) return this.#trustsSockets
    const family = isIP(address)
    return family !== 0 && this.#list.check(address, family === 6 ? 'ipv6' : 'ipv4')
  }
}

function listOf(header: string | readonly string[] | undefined): string[] {
  const text = typeof header === 'string' ? header : (header?.join(',') ?? '')
  return text
    .split(',')
    .map(part => part.trim())
    .filter(part => part !== '')
}

/** The values of one parameter in `Forwarded`, in order (RFC 7239, section 4). */
function forwardedParts({ forwarded }: IncomingMessage['headers'], name: string): string[] {
  return listOf(forwarded).flatMap(element => {
    for (const pair of element.split(';')) {
      const [key = '', value = ''] = pair.split(/=(.*)/s, 2)
      if (key.trim().toLowerCase() === name) return [value.trim().replace(/^"(.*)"$/s, '$1')]
    }
    return []
  })
}

/** The address of a node, with or without port; `undefined` for `unknown` and hidden ones. */
function addressOf(node: string): string | undefined {
  const bare = /^\[(.*)\](?::\d+)?$/.exec(node)?.[1] ?? node.replace(/^([\d.]+):\d+$/, '$1')
  return isIP(bare) === 0 ? undefined : bare
}
