/** The servers of a daemon: one for each address, or for each socket that it was handed. */

import type { Server } from 'node:http'
import type { Config } from '../config/config.ts'
import { addressText, checkInherited, checkReach } from '../lifecycle/inherited-sockets.ts'
import { listen, listenOnSocket } from '../lifecycle/listening.ts'

/** The addresses to listen on; descriptors of listening sockets replace them. */
export interface ServersOptions extends Pick<Config, 'host' | 'port' | 'socket' | 'tokens'> {
  readonly inherited: readonly number[]
}

/** Pending answers get this long to leave. */
const LAST_ANSWERS_MS = 1000
const SWEEP_MS = 20

/** The HTTP servers of a daemon, all of which listen. */
export class Servers {
  /** Where the first one listens, with the port that it got. */
  readonly url: string
  /** Where each listens. */
  readonly addresses: readonly string[]
  #servers: readonly Server[]
  #closed: Promise<unknown> | undefined

  private constructor(servers: readonly Server[], host: string | undefined) {
    this.#servers = servers
    this.addresses = servers.map(server => addressText(server, host))
    // Clients use the port, if there is one.
    const first = this.addresses.find(address => address.startsWith('http'))
    this.url = first ?? (this.addresses[0] as string)
  }

  /**
   * Listens everywhere, or nowhere.
   *
   * @param make makes a server that does not listen yet
   * @throws {Error} of Node when an address is not available
   * @throws {ConfigError} for an unusable inherited socket, or a path where no socket can be
   */
  static async open(make: () => Server, options: ServersOptions): Promise<Servers> {
    const { host, port, socket, inherited, tokens } = options
    checkInherited(inherited)
    const servers: Server[] = []
    try {
      for (const fd of inherited) {
        servers.push(await listen(make(), { fd }))
        checkReach(servers.at(-1) as Server, tokens)
      }
      if (inherited.length === 0) {
        servers.push(await listen(make(), { host, port }))
        if (socket !== undefined) servers.push(await listenOnSocket(make(), socket))
      }
      return new Servers(servers, inherited.length === 0 ? host : undefined)
    } catch (error) {
      for (const server of servers) server.close()
      throw error
    }
  }

  /** Accepts no new connections; open ones stay. */
  stop(): void {
    this.#closed ??= Promise.all(
      this.#servers.map(server => new Promise(resolve => server.close(resolve))),
    )
  }

  /** Closes each connection as soon as its answer has left, and the others after a moment. */
  async close(): Promise<void> {
    this.stop()
    const sweep = setInterval(() => {
      for (const server of this.#servers) server.closeIdleConnections()
    }, SWEEP_MS)
    const cut = setTimeout(() => {
      for (const server of this.#servers) server.closeAllConnections()
    }, LAST_ANSWERS_MS)
    await this.#closed
    clearInterval(sweep)
    clearTimeout(cut)
  }
}
