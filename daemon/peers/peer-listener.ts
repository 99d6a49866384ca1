/**
 * Where the other daemons connect: an address of its own, never that of callers.
 *
 * A stranger gets a challenge, and nothing for any answer to it: no WebSocket is opened before the
 * proof, so that no frame of a stranger is read.
 */

import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import { MAX_PEER_FRAME_BYTES } from './peer-link.ts'
import { Challenges, isSameProof, proofOf, readCredentials } from './proof.ts'

/** The path of the challenge. */
export const CHALLENGE_PATH = '/challenge'
/** The header of the answerer's proof. */
export const PROOF_HEADER = 'x-latchd-proof'

/** A request of a stranger is small, and soon over. */
const MAX_HEADER_BYTES = 4096
const HEADERS_MS = 5000
/** Connections at once: peers have one or two each. */
const MAX_CONNECTIONS = 4096

/** What {@link PeerListener} works with. */
export interface PeerListenerDependencies {
  readonly peerId: string
  readonly key: string
  /** The key of another daemon that lives; `undefined`: there is none of this id. */
  readonly keyOf: (peerId: string) => Promise<string | undefined>
  readonly onPeer: (socket: WebSocket, peerId: string) => void
  /** Called with the reason when a connection is refused. */
  readonly onStranger: (reason: string) => void
  readonly now: () => number
}

/** Listens for the other daemons. */
export class PeerListener {
  #deps: PeerListenerDependencies
  #server: Server
  #sockets: WebSocketServer
  #challenges: Challenges
  #proofs = new WeakMap<IncomingMessage, string>()

  constructor(deps: PeerListenerDependencies) {
    this.#deps = deps
    this.#challenges = new Challenges(deps.now)
    this.#sockets = new WebSocketServer({
      noServer: true,
      maxPayload: MAX_PEER_FRAME_BYTES,
      perMessageDeflate: false,
    })
    this.#sockets.on('headers', (headers, request) => {
      headers.push(`${PROOF_HEADER}: ${this.#proofs.get(request)}`)
    })
    this.#server = createServer(
      { maxHeaderSize: MAX_HEADER_BYTES, headersTimeout: HEADERS_MS, requestTimeout: HEADERS_MS },
      (request, response) => {
        response.setHeader('connection', 'close')
        const isAsked = request.method === 'GET' && request.url === CHALLENGE_PATH
        if (isAsked) response.end(this.#challenges.make())
        else response.writeHead(404).end()
      },
    )
    this.#server.maxConnections = MAX_CONNECTIONS
    this.#server.on('upgrade', (request, socket, head) => {
      // A connection that breaks is one that has ended.
      socket.on('error', () => {})
      void this.#upgrade(request, socket, head)
    })
    this.#server.on('clientError', (_error, socket) => socket.destroy())
  }

  /** Listens; resolves with the port. @throws {Error} of Node when the address is not available */
  async listen(host: string, port: number): Promise<number> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.#server.once('error', reject)
    this.#server.listen({ host, port }, resolve)
    await promise
    this.#server.off('error', reject)
    return (this.#server.address() as AddressInfo).port
  }

  async #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const found = await this.#check(request).catch(error => `its key cannot be read: ${error}`)
    if (typeof found === 'string') {
      this.#deps.onStranger(found)
      socket.end('HTTP/1.1 403 Forbidden\r\nconnection: close\r\ncontent-length: 0\r\n\r\n')
      return
    }
    this.#proofs.set(request, found.proof)
    this.#sockets.handleUpgrade(request, socket, head, opened =>
      this.#deps.onPeer(opened, found.from),
    )
  }

  /** The dialer, and the proof that it gets; or why it gets nothing. */
  async #check(request: IncomingMessage): Promise<{ from: string; proof: string } | string> {
    const { peerId, key, keyOf } = this.#deps
    const credentials = readCredentials(request.headers.authorization)
    if (credentials === undefined) return 'it has sent no credentials'
    const { dial, proof } = credentials
    if (dial.to !== peerId) return `it means the daemon ${dial.to}`
    if (!this.#challenges.isGood(dial.challenge)) return 'its challenge is old, used or invented'
    if (!isSameProof(proof, proofOf(key, 'dialer', dial))) return 'its proof is wrong'
    // Before anything is awaited: of two equal requests one gets in.
    this.#challenges.use(dial.challenge)
    const theirs = await keyOf(dial.from)
    if (theirs === undefined) return `no daemon ${dial.from} lives`
    return { from: dial.from, proof: proofOf(theirs, 'answerer', dial) }
  }

  async close(): Promise<void> {
    const closed = new Promise(resolve => this.#server.close(resolve))
    this.#sockets.close()
    for (const socket of this.#sockets.clients) socket.terminate()
    this.#server.closeAllConnections()
    await closed
  }
}
