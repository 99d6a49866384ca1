/** The clients of all daemons: where each is, what it serves, and the way to it. */

import { ClientToolList } from '../../protocol/connect/client-tool.ts'
import type { SettleBody } from '../../protocol/connect/connect.ts'
import type { AnswerFrame } from '../clients/client-answers.ts'
import type { ClientProcess, ConnectedClient } from '../clients/connected-client.ts'
import type { Connections } from '../clients/connections.ts'
import type { OfferedTools, OtherClients } from '../clients/other-clients.ts'
import type { Sharing } from '../store/sharing.ts'
import { ClientPassing, PEER_ID_LENGTH } from './client-passing.ts'
import { ClientReaching } from './client-reaching.ts'
import type { PeerFrame } from './peer-frames.ts'
import type { PeerLink } from './peer-link.ts'
import type { Peers } from './peers.ts'

/** The daemon that asks has this long to take an answer that came by HTTP. */
const SETTLE_MS = 10_000

/** What {@link ClientsEverywhere} works with. */
export interface EverywhereDependencies {
  readonly peerId: string
  readonly peers: Peers
  readonly sharing: Pick<Sharing, 'clients'>
  readonly connections: Connections
  readonly onFault: (error: unknown) => void
}

/** The clients of this daemon for the others, and those of the others for this one. */
export class ClientsEverywhere implements OtherClients {
  #deps: EverywhereDependencies
  #passing: ClientPassing
  #reaching: ClientReaching

  constructor(deps: EverywhereDependencies) {
    const { connections, sharing } = deps
    const known = (owner: string, clientId: string) => connections.known(owner, clientId)
    this.#deps = deps
    this.#passing = new ClientPassing(known)
    this.#reaching = new ClientReaching({ ...deps, known, directory: sharing.clients })
  }

  async arrives(client: ConnectedClient): Promise<void> {
    const { sharing, peerId, peers } = this.#deps
    const { owner, clientId } = client
    try {
      const before = await sharing.clients.put({ owner, clientId }, peerId)
      const link = before === undefined ? undefined : await peers.link(before)
      link?.send({ type: 'client-moved', owner, clientId })
    } catch (error) {
      // The client is served here all the same, and the next check stores its place.
      this.#deps.onFault(error)
    }
  }

  connected(client: ConnectedClient, process: ClientProcess): void {
    const { owner, clientId } = client
    this.#reaching.connected(client)
    this.#passing.connected(client, process)
    this.#deps.peers.broadcast({ type: 'client-here', owner, clientId })
  }

  lost(client: ConnectedClient): void {
    this.#passing.lost(client)
    if (client.isNeeded) this.#reaching.wants(client)
  }

  forgotten({ owner, clientId }: ConnectedClient): void {
    const { sharing, peerId, onFault } = this.#deps
    sharing.clients.remove({ owner, clientId }, peerId).catch(onFault)
  }

  wants(client: ConnectedClient): void {
    this.#reaching.wants(client)
  }

  unneeded(client: ConnectedClient): void {
    this.#reaching.unneeded(client)
  }

  passOn(client: ConnectedClient, frame: AnswerFrame): boolean {
    return this.#passing.passOn(client, frame)
  }

  async offered(owner: string, { clientId, serveId, tools }: OfferedTools): Promise<void> {
    const { sharing, onFault } = this.#deps
    const offer = { owner, clientId, serveId, tools: JSON.stringify(tools) }
    // The client is served here all the same.
    await sharing.clients.putOffer(offer).catch(onFault)
  }

  withdrawn(owner: string, clientId: string, serveId: string | undefined): void {
    const { sharing, onFault } = this.#deps
    sharing.clients.removeOffers({ owner, clientId }, serveId).catch(onFault)
  }

  async offers(owner: string): Promise<readonly OfferedTools[]> {
    const stored = await this.#deps.sharing.clients.offers(owner)
    return stored.map(({ clientId, serveId, tools }) => ({
      clientId,
      serveId,
      tools: ClientToolList.parse(JSON.parse(tools)),
    }))
  }

  async settle(id: string, owner: string, body: SettleBody): Promise<boolean> {
    const { peers, peerId: me, sharing } = this.#deps
    let link = await peers.reach(body.key.slice(0, PEER_ID_LENGTH))
    if (link === undefined) {
      const [at] = await sharing.clients.find([{ owner, clientId: body.clientId }])
      if (at !== undefined && at.peerId !== me) link = await peers.reach(at.peerId)
    }
    if (link === undefined) return false
    await link.request({ kind: 'settle', id, owner, body }, SETTLE_MS)
    return true
  }

  /** A frame about clients came over a link; `false`: it is about something else. */
  onFrame(link: PeerLink, frame: PeerFrame): boolean {
    switch (frame.type) {
      case 'client-here':
        this.#reaching.onHere(frame)
        return true
      case 'client-moved':
        this.#onMoved(frame.owner, frame.clientId)
        return true
      case 'client-want':
        this.#passing.onWant(link, frame)
        return true
      case 'client-unwant':
        this.#passing.onUnwant(link, frame)
        return true
      case 'client-hello':
        this.#reaching.onHello(link, frame)
        return true
      case 'client-gone':
        this.#reaching.onGone(link, frame)
        return true
      case 'from-client':
        this.#reaching.onFrame(link, frame)
        return true
      case 'to-client':
        this.#passing.onFrame(link, frame)
        return true
      default:
        return false
    }
  }

  #onMoved(owner: string, clientId: string): void {
    const { connections } = this.#deps
    const client = connections.known(owner, clientId)
    if (client?.isHere === true) connections.replaced(client)
  }

  /** Holds the clients that are here against the store. Never rejects. */
  async check(): Promise<void> {
    const { connections, sharing, peerId, onFault } = this.#deps
    const here = [...connections.clients].filter(({ isHere }) => isHere)
    if (here.length === 0) return
    try {
      const found = new Map(
        (await sharing.clients.find(here)).map(one => [nameOf(one), one.peerId] as const),
      )
      for (const client of here) {
        const at = found.get(nameOf(client))
        if (!client.isHere || at === peerId) continue
        // The others took this daemon for dead, or the store was away: the client is where it was.
        if (at === undefined) await this.#storeAgain(client)
        else connections.replaced(client)
      }
    } catch (error) {
      onFault(error)
    }
  }

  async #storeAgain(client: ConnectedClient): Promise<void> {
    await this.arrives(client)
    const { owner, clientId } = client
    const offers = this.#deps.connections.served.offersOf(owner, clientId)
    for (const offer of offers) await this.offered(owner, offer)
  }

  onRoom(link: PeerLink): void {
    this.#reaching.onRoom(link)
  }

  /** A link has ended. */
  onEnd(link: PeerLink): void {
    this.#passing.onEnd(link)
    this.#reaching.onEnd(link)
  }

  /** Whether something goes on over a link. */
  isUsed(link: PeerLink): boolean {
    return this.#passing.isUsed(link) || this.#reaching.isUsed(link)
  }

  close(): void {
    this.#reaching.close()
  }
}

const nameOf = ({ owner, clientId }: { readonly owner: string; readonly clientId: string }) =>
  JSON.stringify([owner, clientId])
