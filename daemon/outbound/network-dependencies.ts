/** The network of outbound requests: from names to addresses, from addresses to sockets. */

import { connect, isIP, type Socket } from 'node:net'
import type { Target } from './target.ts'

/** How outbound requests resolve names and open sockets. */
export interface NetworkDependencies {
  /** All IPv4 and IPv6 addresses of a name. Rejects with Node's `ENOTFOUND` when it has none. */
  resolve(name: string): Promise<readonly string[]>
  /** Opens a socket to one of these addresses; must not resolve anything itself. */
  connect(target: Target, addresses: readonly string[]): Socket
}

/** The machine's own network. It reads no proxy from the environment. */
export const systemNetwork: NetworkDependencies = {
  async resolve(name) {
    // Loaded with the first name: it makes a resolver of its own.
    const { lookup } = await import('node:dns/promises')
    const found = await lookup(name, { all: true })
    return found.map(({ address }) => address)
  },
  connect({ host, port }, addresses) {
    const found = addresses.map(address => ({ address, family: isIP(address) }))
    return connect({
      host,
      port,
      // Tries the addresses one after another; asks `lookup` for all of them.
      autoSelectFamily: true,
      lookup: (_name, _options, callback) => callback(null, found),
    })
  },
}
