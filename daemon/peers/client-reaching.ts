/** The clients of other daemons, for executions of this one that call their tools. */

import type { DaemonFrame } from '../../protocol/connect/connect.ts'
import { isAnswer, takeAnswer } from '../clients/client-answers.ts'
import type { ConnectedClient } from '../clients/connected-client.ts'
import type { ClientTransport } from '../clients/transport.ts'
import type { ClientDirectory } from '../store/sharing.ts'
import type { PeerFrameOf } from './peer-frames.ts'
import type { PeerLink } from './peer-link.ts'
import type { Peers } from './peers.ts'

/** A client that is wanted is looked for in the store this often. */
const LOOK_MS = 1000
/** A client that is not needed is let go after this time: the next execution comes soon, or never. */
const LINGER_MS = 30_000

/** What {@link ClientReaching} works with. */
export interface ReachingDependencies {
  readonly peerId: string
  readonly peers: Peers
  readonly directory: Pick<ClientDirectory, 'find'>
  /** A client that this daemon knows. */
  readonly known: (owner: string, clientId: string) => ConnectedClient | undefined
  readonly onFault: (error: unknown) => void
}

/** The way to a client by another daemon. */
class Relay implements ClientTransport {
  readonly link: PeerLink
  readonly #owner: string
  readonly #clientId: string
  linger: NodeJS.Timeout | undefined

  constructor(link: PeerLink, { owner, clientId }: ConnectedClient) {
    this.link = link
    this.#owner = owner
    this.#clientId = clientId
  }

  send(frame: DaemonFrame): void {
    const { link } = this
    link.send({ type: 'to-client', owner: this.#owner, clientId: this.#clientId, frame })
  }

  get isBusy(): boolean {
    return !this.link.hasRoom
  }

  get hasRoom(): boolean {
    return this.link.hasRoom
  }
}

/** Finds clients that are connected to other daemons, and takes their frames. */
export class ClientReaching {
  #deps: ReachingDependencies
  #wanted = new Set<ConnectedClient>()
  #relays = new Map<ConnectedClient, Relay>()
  #looking: Promise<void> | undefined
  #looksAgain = false
  #timer: NodeJS.Timeout | undefined
  #isClosed = false

  constructor(deps: ReachingDependencies) {
    this.#deps = deps
  }

  /** An execution needs a client that is not connected here. */
  wants(client: ConnectedClient): void {
    if (this.#wanted.has(client) || client.isConnected) return
    this.#wanted.add(client)
    this.#look()
  }

  /** Looks for those that are wanted, now and at intervals as long as there are any. */
  #look(): void {
    if (this.#isClosed) return
    if (this.#looking !== undefined) {
      this.#looksAgain = true
      return
    }
    clearTimeout(this.#timer)
    this.#looksAgain = false
    this.#looking = this.#find()
      .catch(this.#deps.onFault)
      .finally(() => {
        this.#looking = undefined
        if (this.#wanted.size === 0) return
        if (this.#looksAgain) this.#look()
        else this.#timer = setTimeout(() => this.#look(), LOOK_MS).unref()
      })
  }

  async #find(): Promise<void> {
    const { directory, peers, peerId: me, known } = this.#deps
    for (const client of this.#wanted) {
      const isKnown = known(client.owner, client.clientId) === client
      if (!isKnown || !client.isNeeded || client.isConnected) this.#wanted.delete(client)
    }
    if (this.#wanted.size === 0) return
    const names = Array.from(this.#wanted, ({ owner, clientId }) => ({ owner, clientId }))
    const found = (await directory.find(names)).filter(({ peerId }) => peerId !== me)
    await Promise.all(
      found.map(async ({ owner, clientId, peerId }) => {
        const link = await peers.link(peerId)
        link?.send({ type: 'client-want', owner, clientId })
      }),
    )
  }

  /** A client has connected to another daemon. */
  onHere({ owner, clientId }: PeerFrameOf<'client-here'>): void {
    const client = this.#deps.known(owner, clientId)
    if (client !== undefined && this.#wanted.has(client)) this.#look()
  }

  /** A client can be asked over a link. */
  onHello(link: PeerLink, frame: PeerFrameOf<'client-hello'>): void {
    const { owner, clientId, instanceId, shownToken, resumeToken, held } = frame
    const client = this.#deps.known(owner, clientId)
    if (client === undefined || client.isHere || !(client.isNeeded || this.#relays.has(client))) {
      link.send({ type: 'client-unwant', owner, clientId })
      return
    }
    this.#wanted.delete(client)
    const before = this.#relays.get(client)
    if (before !== undefined && before.link !== link) this.#drop(client, before)
    const relay = new Relay(link, client)
    this.#relays.set(client, relay)
    const shown = shownToken !== undefined && { resumeToken: shownToken }
    client.connect(relay, { instanceId, held, ...shown }, resumeToken)
  }

  /** A client is connected to that daemon no more. */
  onGone(link: PeerLink, { owner, clientId }: PeerFrameOf<'client-gone'>): void {
    const client = this.#deps.known(owner, clientId)
    if (client !== undefined && this.#relays.get(client)?.link === link) this.#lose(client)
  }

  #lose(client: ConnectedClient): void {
    const relay = this.#relays.get(client)
    if (relay === undefined) return
    clearTimeout(relay.linger)
    this.#relays.delete(client)
    if (client.isVia(relay)) client.disconnect()
    if (client.isNeeded) this.wants(client)
  }

  /** A frame of a client. */
  onFrame(link: PeerLink, { owner, clientId, frame }: PeerFrameOf<'from-client'>): void {
    const client = this.#deps.known(owner, clientId)
    if (client === undefined || this.#relays.get(client)?.link !== link) return
    // All others are between a client and the daemon that it is connected to.
    if (isAnswer(frame)) takeAnswer(client, frame)
  }

  /** A client has connected to this daemon itself. */
  connected(client: ConnectedClient): void {
    this.#wanted.delete(client)
    const relay = this.#relays.get(client)
    if (relay !== undefined) this.#drop(client, relay)
  }

  /** No execution needs a client now. */
  unneeded(client: ConnectedClient): void {
    const relay = this.#relays.get(client)
    if (relay === undefined || relay.linger !== undefined) return
    relay.linger = setTimeout(() => {
      relay.linger = undefined
      if (client.isNeeded || this.#relays.get(client) !== relay) return
      this.#drop(client, relay)
      if (client.isVia(relay)) client.disconnect()
    }, LINGER_MS).unref()
  }

  #drop(client: ConnectedClient, relay: Relay): void {
    const { owner, clientId } = client
    clearTimeout(relay.linger)
    this.#relays.delete(client)
    relay.link.send({ type: 'client-unwant', owner, clientId })
  }

  /** A link takes requests again. */
  onRoom(link: PeerLink): void {
    for (const [client, relay] of this.#relays) if (relay.link === link) client.onRoom()
  }

  /** A link has ended. */
  onEnd(link: PeerLink): void {
    for (const [client, relay] of [...this.#relays]) if (relay.link === link) this.#lose(client)
  }

  /** Whether a client is reached over a link. */
  isUsed(link: PeerLink): boolean {
    for (const relay of this.#relays.values()) if (relay.link === link) return true
    return false
  }

  close(): void {
    this.#isClosed = true
    clearTimeout(this.#timer)
  }
}
