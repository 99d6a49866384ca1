/**
 * The connections of outbound requests.
 *
 * A connection is the one place where every check holds whatever led there: a name is resolved here
 * and only here, all of its addresses are checked, the socket gets these addresses and no name to
 * resolve again, and the peer that it ends up with is held against them before a byte is written.
 * A `lookup` hook alone would not do: Node never calls it for a host that is an IP address.
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
  // undici listens for errors once it has the socket; until then nobody else does.
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
  // A peer that is already gone has no address; what cannot be checked is not spoken to.
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
