/**
 * The connections of outbound requests.
 *
 * All checks are made here, for every connection. A name is resolved only here, and all of its
 * addresses are checked. The socket gets these addresses, so that it does not resolve a name again.
 * Its peer is compared with them before a byte is written. A `lookup` hook alone would not do: Node
 * does not call it for a host that is an IP address.
 */

import { once } from 'node:events'
import { isIP, type Socket } from 'node:net'
import { buildConnector } from 'undici'
import { canonicalAddress } from './address.ts'
import { type AllowList, nameOf } from './allow-list.ts'
import { FetchError } from './fetch-error.ts'
import type { NetworkDependencies } from './network-dependencies.ts'
import { canonicalHost, type Target } from './target.ts'

/** Milliseconds for TCP, and again for TLS; undici's own default. */
const CONNECT_MS = 10_000

/** Makes the `connect` option of an undici agent. */
export function guardedConnector(
  allowList: AllowList,
  deps: NetworkDependencies,
): buildConnector.connector {
  const secure = buildConnector({ allowH2: false, timeout: CONNECT_MS })
  return (options, callback) => {
    openChecked(targetOf(options), allowList, deps).then(
      socket => {
        if (options.protocol === 'https:') secure({ ...options, httpSocket: socket }, callback)
        else callback(null, socket)
      },
      error => callback(error, null),
    )
  }
}

function targetOf({ hostname, protocol, port }: buildConnector.Options): Target {
  const defaultPort = protocol === 'https:' ? 443 : 80
  return { host: canonicalHost(hostname), port: Number(port) || defaultPort }
}

/** @throws {FetchError} and what Node's resolver and sockets throw */
async function openChecked(
  target: Target,
  allowList: AllowList,
  { resolve, connect }: NetworkDependencies,
): Promise<Socket> {
  const addresses = isIP(target.host) === 0 ? await resolve(target.host) : [target.host]
  if (addresses.length === 0) {
    throw new FetchError('FETCH_FAILED', nameOf(target), 'its name has no address')
  }
  allowList.admitAddresses(target, addresses)
  const socket = connect(target, addresses)
  // undici adds its own listener once it has the socket; until then this is the only one.
  socket.on('error', () => {})
  const timeout = AbortSignal.timeout(CONNECT_MS)
  try {
    if (socket.connecting) await once(socket, 'connect', { signal: timeout })
    admitPeer(target, socket, addresses)
  } catch (error) {
    socket.destroy()
    if (!timeout.aborted) throw error
    throw new FetchError(
      'FETCH_TIMEOUT',
      nameOf(target),
      `it does not take the connection within ${CONNECT_MS} ms`,
    )
  }
  socket.setNoDelay(true)
  return socket
}

function admitPeer(target: Target, socket: Socket, addresses: readonly string[]): void {
  const peer = socket.remoteAddress
  // A peer that has gone has no address, and an address that cannot be checked is refused.
  if (peer === undefined) {
    throw new FetchError('FETCH_FAILED', nameOf(target), 'it closed the connection')
  }
  const admitted = addresses.map(canonicalAddress)
  if (!admitted.includes(canonicalAddress(peer))) {
    throw new FetchError(
      'FETCH_REFUSED',
      nameOf(target),
      'the connection leads to another address than the one that was checked',
    )
  }
}
