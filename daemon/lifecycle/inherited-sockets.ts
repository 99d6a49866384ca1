/** Sockets that the service manager listens on for us, from before the daemon was there. */

import { fstatSync } from 'node:fs'
import type { Server } from 'node:http'
import type { TokenSetting } from '../auth/tokens.ts'
import { ConfigError } from '../config/config-error.ts'
import { isLoopback } from '../config/loopback.ts'
import { MIN_SECRET_BYTES, shortSecret } from '../config/token-list.ts'

/**
 * Refuses descriptors that are not sockets, which Node would take for pipes.
 *
 * @throws {ConfigError}
 */
export function checkInherited(descriptors: readonly number[]): void {
  for (const descriptor of descriptors) {
    let isSocket = false
    try {
      isSocket = fstatSync(descriptor).isSocket()
    } catch {
      // Not even open: as little of a socket.
    }
    if (isSocket) continue
    throw new ConfigError(
      `Cannot listen on descriptor ${descriptor} of LISTEN_FDS: expected a stream socket that listens`,
    )
  }
}

/**
 * Refuses a socket that other machines reach, without a token or with one that can be guessed.
 *
 * @throws {ConfigError}
 */
export function checkReach(server: Server, tokens: readonly TokenSetting[]): void {
  const address = server.address()
  if (address === null || typeof address === 'string' || isLoopback(address.address)) return
  const short = shortSecret(tokens)
  if (short !== undefined) {
    throw new ConfigError(
      `Cannot listen on ${address.address} port ${address.port} of the service manager with the token "${short.name}": its secret is too short; expected at least ${MIN_SECRET_BYTES} bytes`,
    )
  }
  if (tokens.length > 0) return
  throw new ConfigError(
    `Cannot listen on ${address.address} port ${address.port} of the service manager without tokens: expected a loopback address such as 127.0.0.1, a Unix socket, or tokens in LATCHD_TOKENS`,
  )
}

/** The address of a server, as the ready line shows it. @param name of the host, as configured */
export function addressText(server: Server, name?: string): string {
  const address = server.address()
  if (typeof address === 'string') return `unix:${address}`
  // Node does not know the path of a Unix socket that it did not make.
  if (address === null) return 'a socket of the service manager'
  const { port } = address
  const host = name ?? address.address
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`
}
