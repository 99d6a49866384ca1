/** Listens on an address or a Unix socket, and says why that is not possible. */

import { chmodSync, existsSync, lstatSync, rmSync } from 'node:fs'
import type { Server } from 'node:http'
import { connect } from 'node:net'
import { dirname } from 'node:path'
import { pathReason } from '../base/path-reason.ts'
import { ConfigError } from '../config/config-error.ts'

/** Where a server listens; a descriptor is that of a socket which listens already. */
export type Address = { host: string; port: number } | { fd: number }

/** The owner and the group may connect to the Unix socket, as with systemd's. */
const SOCKET_MODE = 0o660
/** Linux takes so many bytes of a socket's path (`sun_path`, unix(7)); others take a few less. */
const MAX_SOCKET_BYTES = 107

const addressReasons: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another program listens there',
  EADDRNOTAVAIL: 'this machine has no such address',
  EACCES: 'permission denied',
}

/**
 * Has a server listen.
 *
 * @throws {Error} with Node's code when the address is not available
 */
export async function listen(server: Server, address: Address): Promise<Server> {
  try {
    return await begin(server, address)
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    const reason = addressReasons[code]
    if (reason === undefined || 'fd' in address) throw error
    const message = `Cannot listen on ${address.host} port ${address.port}: ${reason} (${code}); set LATCHD_HOST or LATCHD_PORT`
    throw Object.assign(new Error(message, { cause: error }), { code })
  }
}

/**
 * Has a server listen on a Unix socket. One that a killed daemon has left is replaced.
 *
 * @throws {ConfigError} when there can be no socket
 */
export async function listenOnSocket(server: Server, path: string): Promise<Server> {
  try {
    const found = lstatSync(path, { throwIfNoEntry: false })
    if (found !== undefined && !found.isSocket()) {
      throw new ConfigError(`Cannot listen on ${path}: expected a socket or nothing there`)
    }
    if (found !== undefined && (await isInUse(path))) {
      throw new ConfigError(
        `Cannot listen on the socket ${path}: another program listens there; set LATCHD_SOCKET`,
      )
    }
    // A killed daemon leaves its socket behind.
    rmSync(path, { force: true })
    await begin(server, { path })
    chmodSync(path, SOCKET_MODE)
    return server
  } catch (error) {
    const reason = socketReason(path, error)
    if (reason === undefined) throw error
    throw new ConfigError(
      `Cannot listen on the socket ${path}: ${reason}; expected a path in a folder that this user may write to, in --socket or LATCHD_SOCKET`,
    )
  }
}

/** Whether a program listens on a socket. */
function isInUse(path: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const probe = connect(path, () => {
    probe.destroy()
    resolve(true)
  })
  // Of the refusals, only a full queue means that a program listens.
  probe.on('error', ({ code }: NodeJS.ErrnoException) => resolve(code === 'EAGAIN'))
  return promise
}

/** `undefined`: the error says it, or does not lie in the path. */
function socketReason(path: string, error: unknown): string | undefined {
  if (error instanceof ConfigError) return undefined
  const bytes = Buffer.byteLength(path)
  if (bytes > MAX_SOCKET_BYTES) return `its path has ${bytes} bytes, limit ${MAX_SOCKET_BYTES}`
  // Node reports EACCES for an absent folder.
  return existsSync(dirname(path)) ? pathReason(error) : 'its folder is not there'
}

function begin(server: Server, address: Address | { path: string }): Promise<Server> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(address, () => {
      server.off('error', reject)
      resolve(server)
    })
  })
}
