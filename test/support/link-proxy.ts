/** A network before one address that loses its connections, refuses others, or swallows what is sent. */

import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'

/** `open`: all passes; `shut`: connections are refused; `silent`: they stay, and nothing passes. */
export type LinkState = 'open' | 'shut' | 'silent'

export class LinkProxy {
  #server: Server
  #sockets = new Set<Socket>()
  #state: LinkState = 'open'

  private constructor(server: Server) {
    this.#server = server
  }

  /** @param port of the loopback, where connections go */
  static async open(port: number): Promise<LinkProxy> {
    const server = createServer()
    const proxy = new LinkProxy(server)
    server.on('connection', near => proxy.#join(near, port))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return proxy
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  set state(state: LinkState) {
    const wasSilent = this.#state === 'silent'
    this.#state = state
    // What was swallowed is missing in the streams that there are.
    if (state === 'shut' || wasSilent) this.#loseAll()
  }

  async close(): Promise<void> {
    this.#server.close()
    this.#loseAll()
    await once(this.#server, 'close')
  }

  #loseAll(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  #join(near: Socket, port: number): void {
    if (this.#state === 'shut') {
      near.destroy()
      return
    }
    const far = connect(port, '127.0.0.1')
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(from)
      from.on('data', bytes => {
        if (this.#state === 'open') to.write(bytes)
      })
      // The other side ends with it, and says no more.
      from.on('error', () => to.destroy())
      from.on('close', () => {
        this.#sockets.delete(from)
        to.destroy()
      })
    }
  }
}
