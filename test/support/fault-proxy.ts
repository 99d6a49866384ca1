/**
 * A network between a client and its daemon that loses connections, and holds back, doubles and cuts
 * frames; what it does follows from a seed.
 */

import { once } from 'node:events'
import { createServer, request as httpRequest, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Test } from 'tap'
import { WebSocket, WebSocketServer } from 'ws'

/** How often each fault happens, of one: per frame. */
export interface Faults {
  readonly drop: number
  readonly lose: number
  readonly double: number
  readonly cut: number
  readonly delay: number
  readonly maxDelayMs: number
}

export interface FaultProxy {
  readonly url: string
  /** What happened, by the name of the fault. */
  readonly counts: Record<keyof Omit<Faults, 'maxDelayMs'>, number>
  /** From now on nothing is harmed. */
  calm(): void
  /** Loses the connections that there are. */
  loseAll(): void
  /** Refuses connections, and loses those that there are, until it is opened again. */
  shut(isShut: boolean): void
}

/** mulberry32 (https://gist.github.com/tommyettinger/46a874533244883189143505d203312c). */
function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

const NONE: Faults = { drop: 0, lose: 0, double: 0, cut: 0, delay: 0, maxDelayMs: 0 }

/** Stands between a client and a daemon; requests pass unharmed, frames do not. */
export async function faultProxy(
  t: Test,
  target: string,
  seed = 1,
  faults: Faults = NONE,
): Promise<FaultProxy> {
  const random = randomOf(seed)
  const counts = { drop: 0, lose: 0, double: 0, cut: 0, delay: 0 }
  const pairs = new Set<readonly [WebSocket, WebSocket]>()
  let now = faults
  let isShut = false
  const server = createServer((incoming, outgoing) => {
    const { hostname, port } = new URL(target)
    const { method, url: path, headers } = incoming
    const sent = httpRequest(
      { hostname, port, method, path, headers: { ...headers, host: `${hostname}:${port}` } },
      answer => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.pipe(outgoing)
      },
    )
    sent.on('error', () => outgoing.destroy())
    incoming.pipe(sent)
  })
  const sockets = new WebSocketServer({ noServer: true, handleProtocols: ([first = '']) => first })
  server.on('upgrade', (incoming: IncomingMessage, socket, head) => {
    if (isShut) socket.destroy()
    else sockets.handleUpgrade(incoming, socket, head, near => join(near, incoming))
  })

  const join = (near: WebSocket, { headers }: IncomingMessage) => {
    const protocols = String(headers['sec-websocket-protocol']).split(/, */)
    const far = new WebSocket(`${target.replace('http', 'ws')}/v1/connect`, protocols)
    const pair = [near, far] as const
    pairs.add(pair)
    const lose = () => {
      pairs.delete(pair)
      near.terminate()
      far.terminate()
    }
    const isOpen = once(far, 'open')
    isOpen.catch(lose)
    for (const [from, to] of [pair, [far, near] as const]) {
      // Frames of one direction keep their order, but for those that are doubled.
      let last: Promise<unknown> = isOpen
      const send = (text: string) => {
        last = last.then(() => to.readyState === WebSocket.OPEN && to.send(text)).catch(() => {})
      }
      from.on('message', data =>
        harm(String(data), send, lose, waitMs => {
          last = last.then(() => new Promise(resolve => setTimeout(resolve, waitMs)))
        }),
      )
      from.on('close', (code, reason) => {
        pairs.delete(pair)
        const isSayable = code === 1000 || code >= 3000
        last = last.then(() => to.close(isSayable ? code : 1001, String(reason)), lose)
      })
      from.on('error', lose)
    }
  }

  const harm = (
    text: string,
    send: (text: string) => void,
    lose: () => void,
    hold: (ms: number) => void,
  ) => {
    const happens = (fault: keyof typeof counts) => {
      const does = random() < now[fault]
      if (does) counts[fault]++
      return does
    }
    if (happens('lose')) return lose()
    if (happens('drop')) return
    if (happens('delay')) hold(random() * now.maxDelayMs)
    send(happens('cut') ? text.slice(0, Math.floor(random() * text.length)) : text)
    if (!happens('double')) return
    const again = setTimeout(() => send(text), random() * now.maxDelayMs)
    again.unref()
  }

  const loseAll = () => {
    for (const [near, far] of pairs) {
      near.terminate()
      far.terminate()
    }
    pairs.clear()
  }
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    loseAll()
    server.close()
    server.closeAllConnections()
  })
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    counts,
    calm: () => {
      now = NONE
    },
    loseAll,
    shut: shut => {
      isShut = shut
      if (shut) loseAll()
    },
  }
}
