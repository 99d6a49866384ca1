/** One connection: reads frames and hands them to the client that sent them. */

import { ClientFrame } from '../../protocol/connect/connect.ts'
import { CONNECT_VERSION, closeCodes } from '../../protocol/connect/connect-facts.ts'
import { LatchdError } from '../../protocol/errors.ts'
import { readFrame } from '../base/read-frame.ts'
import { isAnswer, takeAnswer } from './client-answers.ts'
import type { ConnectedClient } from './connected-client.ts'
import type { OtherClients } from './other-clients.ts'
import type { ServedTools } from './served-tools.ts'
import { type Pace, type Socket, Transport } from './transport.ts'

/** What {@link ClientConnection} works with. `owner` is the name of the token that connected. */
export interface ClientConnectionDependencies {
  readonly owner: string
  readonly served: ServedTools
  readonly clientOf: (clientId: string) => ConnectedClient
  /** The other daemons; absent: there are none. */
  readonly others?: OtherClients | undefined
  /** @param isGoodbye whether the client has announced that it does not come back soon */
  readonly onEnd: (client: ConnectedClient | undefined, isGoodbye: boolean) => void
}

/** A connection must send its hello within this time. */
const HELLO_MS = 10_000

type Hello = Extract<ClientFrame, { type: 'hello' }>
type Serving = Hello['serving'][number]

/** Frames that may come while a hello is being answered. */
const MAX_EARLY = 1024

/** The current connection of each client: a newer one replaces it. */
const speaking = new WeakMap<ConnectedClient, ClientConnection>()

/** One WebSocket of a client: parses its frames and hands them to its {@link ConnectedClient}. */
export class ClientConnection {
  readonly #transport: Transport
  readonly #deps: ClientConnectionDependencies
  readonly #helloTimer: NodeJS.Timeout
  #client: ConnectedClient | undefined
  #isGoodbye = false
  #hasEnded = false
  /** Frames that have come since a hello that is being answered; absent: none is. */
  #early: ClientFrame[] | undefined

  constructor(socket: Socket, pace: Pace, deps: ClientConnectionDependencies) {
    this.#transport = new Transport(socket, pace)
    this.#deps = deps
    const onSilence = () => this.close(closeCodes.SILENT, `no hello came within ${HELLO_MS} ms`)
    this.#helloTimer = setTimeout(onSilence, HELLO_MS)
    this.#helloTimer.unref()
  }

  /** Whether it is the connection of a client. */
  isOf(client: ConnectedClient): boolean {
    return this.#client === client
  }

  send(frame: Parameters<Transport['send']>[0]): void {
    this.#transport.send(frame)
  }

  close(code: number, reason: string): void {
    this.#transport.close(code, reason)
    this.onClose()
  }

  /** Handles the end of the connection, from either side. */
  onClose(): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    clearTimeout(this.#helloTimer)
    this.#transport.onClosed()
    const client = this.#client
    if (client !== undefined && speaking.get(client) === this) {
      speaking.delete(client)
      // By now it may be reached by way of another daemon.
      if (client.isVia(this.#transport)) client.disconnect()
    }
    this.#deps.onEnd(client, this.#isGoodbye)
  }

  /** @param data the text of a frame; `undefined` for a binary one */
  onMessage(data: string | undefined): void {
    if (this.#hasEnded) return
    this.#transport.heard()
    const frame = readFrame(ClientFrame, data)
    if (typeof frame === 'string') this.close(closeCodes.BAD_FRAME, frame)
    else if (this.#early === undefined) this.#take(frame)
    else if (this.#early.length < MAX_EARLY) this.#early.push(frame)
    else this.close(closeCodes.BAD_FRAME, `more than ${MAX_EARLY} frames came before the welcome`)
  }

  #take(frame: ClientFrame): void {
    if (frame.type === 'hello') {
      this.#hello(frame)
      return
    }
    const client = this.#client
    if (client === undefined) {
      this.close(closeCodes.BAD_FRAME, `"${frame.type}" came before "hello"`)
      return
    }
    if (isAnswer(frame)) {
      if (this.#deps.others?.passOn(client, frame) !== true) takeAnswer(client, frame)
      return
    }
    switch (frame.type) {
      case 'serve':
        void this.#serve(client, frame)
        return
      case 'unserve':
        this.#deps.served.withdraw(client.owner, client.clientId, frame.serveId)
        this.#deps.others?.withdrawn(client.owner, client.clientId, frame.serveId)
        return
      case 'drain':
        client.drain()
        return
      case 'goodbye':
        this.#isGoodbye = true
        this.close(closeCodes.DONE, 'goodbye')
        return
      case 'heartbeat':
        return
      default:
        frame satisfies never
    }
  }

  #hello(hello: Hello): void {
    if (hello.version !== CONNECT_VERSION) {
      const reason = `version ${hello.version} is not spoken here, ${CONNECT_VERSION} is`
      this.close(closeCodes.WRONG_VERSION, reason)
      return
    }
    if (this.#client !== undefined) {
      if (speaking.get(this.#client) === this) this.#client.welcome()
      return
    }
    clearTimeout(this.#helloTimer)
    const { others } = this.#deps
    if (others === undefined) this.#welcome(hello)
    else if (this.#early === undefined) void this.#welcomeForAll(hello, others)
  }

  /** Welcomes a client once the other daemons can find it: it sends executions to any of them. */
  async #welcomeForAll(hello: Hello, others: OtherClients): Promise<void> {
    this.#early = []
    await others.arrives(this.#deps.clientOf(hello.clientId))
    const early = this.#early
    this.#early = undefined
    if (this.#hasEnded) return
    others.connected(this.#welcome(hello), hello)
    for (const frame of early) if (!this.#hasEnded) this.#take(frame)
  }

  #welcome(hello: Hello): ConnectedClient {
    const client = this.#deps.clientOf(hello.clientId)
    const before = speaking.get(client)
    speaking.set(client, this)
    before?.close(closeCodes.REPLACED, `another connection of ${hello.clientId} took over`)
    this.#client = client
    client.connect(this.#transport, hello)
    const serveIds = new Set(hello.serving.map(({ serveId }) => serveId))
    this.#deps.served.retain(client.owner, client.clientId, serveIds)
    for (const serving of hello.serving) void this.#serve(client, serving)
    return client
  }

  async #serve({ owner, clientId }: ConnectedClient, { serveId, tools }: Serving): Promise<void> {
    const { served, others } = this.#deps
    try {
      const offer = { clientId, serveId, tools }
      served.offer(owner, offer)
      if (others !== undefined) await others.offered(owner, offer)
      this.send({ type: 'served', serveId })
    } catch (error) {
      if (!(error instanceof LatchdError)) throw error
      const { code, message } = error
      this.send({ type: 'serve-refused', serveId, code, message })
    }
  }
}
