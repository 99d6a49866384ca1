/** A balancer in front of several daemons, which picks one at random for each request. */

import { createServer, request as httpRequest, type IncomingMessage } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import type { Duplex } from 'node:stream'

export interface Balancer {
  readonly url: string
  /** Cuts the WebSockets that there are. */
  cut(): void
  close(): Promise<void>
}

/** Chooses one of several at random. */
export const atRandom = (targets: readonly string[]) => () =>
  targets[Math.floor(Math.random() * targets.length)] as string

/**
 * Listens on a free port of the loopback.
 *
 * @param choose the daemon that gets a request
 * @param listenOn a port in the place of a free one
 */
export async function balancer(choose: (path: string) => string, listenOn = 0): Promise<Balancer> {
  const pick = ({ url = '' }: IncomingMessage): URL => new URL(choose(url))
  const upgraded = new Set<Duplex>()
  /** Daemons answer to their own address alone. */
  const headersFor = ({ rawHeaders }: IncomingMessage, { host }: URL): string[] =>
    rawHeaders.map((one, i) => (rawHeaders[i - 1]?.toLowerCase() === 'host' && i % 2 ? host : one))
  const server = createServer((incoming, outgoing) => {
    const target = pick(incoming)
    const { hostname, port } = target
    const { method, url: path } = incoming
    const headers = headersFor(incoming, target)
    const asked = httpRequest(
      { hostname, port, method, path, headers, agent: false, setHost: false },
      answer => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.rawHeaders)
        outgoing.flushHeaders()
        answer.pipe(outgoing)
        answer.on('error', () => outgoing.destroy())
      },
    )
    asked.on('error', () => outgoing.destroy())
    outgoing.on('close', () => asked.destroy())
    incoming.pipe(asked)
  })
  server.on('upgrade', (incoming, near, head) => {
    const target = pick(incoming)
    const far = connect(Number(target.port), target.hostname)
    near.on('error', () => far.destroy())
    far.on('error', () => near.destroy())
    upgraded.add(near)
    near.on('close', () => {
      upgraded.delete(near)
      far.destroy()
    })
    far.on('close', () => near.destroy())
    const lines = [`${incoming.method} ${incoming.url} HTTP/1.1`]
    const headers = headersFor(incoming, target)
    for (let i = 0; i < headers.length; i += 2) lines.push(`${headers[i]}: ${headers[i + 1]}`)
    far.write(`${lines.join('\r\n')}\r\n\r\n`)
    if (head.length > 0) far.write(head)
    near.pipe(far).pipe(near)
  })
  await new Promise<void>(resolve => server.listen(listenOn, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    cut: () => {
      for (const socket of upgraded) socket.destroy()
    },
    close: () => {
      const closed = new Promise<void>(resolve => server.close(() => resolve()))
      server.closeAllConnections()
      for (const socket of upgraded) socket.destroy()
      return closed
    },
  }
}
