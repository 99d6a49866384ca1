/** The clients that are connected to this daemon, for others whose executions call their tools. */

import type { DaemonFrame } from '../../protocol/connect/connect.ts'
import type { AnswerFrame } from '../clients/client-answers.ts'
import type { ClientProcess, ConnectedClient } from '../clients/connected-client.ts'
import type { PeerFrameOf } from './peer-frames.ts'
import type { PeerLink } from './peer-link.ts'

/** Another daemon that uses a client of this one. */
interface Asker {
  /** Its executions that have tools of the client. */
  executions: number
  /** Its requests that the client has, by their ids. */
  readonly asked: Set<string>
}

/** Hex digits of a daemon's id, with which the keys of its requests begin. */
export const PEER_ID_LENGTH = 16

/** Passes frames on between clients and the daemons that ask them. */
export class ClientPassing {
  #known: (owner: string, clientId: string) => ConnectedClient | undefined
  /** The daemons that ask a client, by their links. */
  #askers = new Map<ConnectedClient, Map<PeerLink, Asker>>()
  /** The last hello of each client that is connected here. */
  #hellos = new WeakMap<ConnectedClient, ClientProcess>()

  /** @param known a client that this daemon knows */
  constructor(known: (owner: string, clientId: string) => ConnectedClient | undefined) {
    this.#known = known
  }

  /** A client is connected here, as this process. */
  connected(client: ConnectedClient, { instanceId, resumeToken, held }: ClientProcess): void {
    const process = { instanceId, held, ...(resumeToken !== undefined && { resumeToken }) }
    this.#hellos.set(client, process)
    // A connection after another one: those that ask have to know the new process.
    for (const link of this.#askers.get(client)?.keys() ?? []) this.#greet(link, client)
  }

  /** Another daemon wants to ask a client. */
  onWant(link: PeerLink, { owner, clientId }: PeerFrameOf<'client-want'>): void {
    const client = this.#known(owner, clientId)
    if (client?.isHere !== true || !this.#hellos.has(client)) {
      link.send({ type: 'client-gone', owner, clientId })
      return
    }
    const askers = this.#askers.get(client) ?? new Map<PeerLink, Asker>()
    this.#askers.set(client, askers)
    if (!askers.has(link)) askers.set(link, { executions: 0, asked: new Set() })
    this.#greet(link, client)
  }

  #greet(link: PeerLink, client: ConnectedClient): void {
    const hello = this.#hellos.get(client)
    if (hello === undefined) return
    const { owner, clientId, resumeToken } = client
    link.send({
      type: 'client-hello',
      owner,
      clientId,
      instanceId: hello.instanceId,
      ...(hello.resumeToken !== undefined && { shownToken: hello.resumeToken }),
      resumeToken,
      held: hello.held.filter(({ key }) => key.startsWith(link.peerId)),
    })
  }

  /** Another daemon has nothing to ask of a client any more. */
  onUnwant(link: PeerLink, { owner, clientId }: PeerFrameOf<'client-unwant'>): void {
    const client = this.#known(owner, clientId)
    if (client !== undefined) this.#forget(client, link)
  }

  /** A frame of another daemon for a client. */
  onFrame(link: PeerLink, { owner, clientId, frame }: PeerFrameOf<'to-client'>): void {
    const client = this.#known(owner, clientId)
    const asker = client && this.#askers.get(client)?.get(link)
    if (client === undefined || asker === undefined) {
      link.send({ type: 'client-gone', owner, clientId })
      return
    }
    this.#pass(client, asker, frame)
  }

  #pass(client: ConnectedClient, asker: Asker, frame: DaemonFrame): void {
    switch (frame.type) {
      case 'needed':
        asker.executions = frame.executions
        this.#sumUp(client)
        return
      case 'call':
        asker.asked.add(frame.id)
        client.sendFrame(frame)
        return
      case 'settle-ack':
        for (const id of frame.ids) asker.asked.delete(id)
        client.sendFrame(frame)
        return
      case 'cancel':
        asker.asked.add(frame.id)
        client.sendFrame(frame)
        return
      // All others are between a client and the daemon that it is connected to.
      default:
    }
  }

  #sumUp(client: ConnectedClient): void {
    let sum = 0
    for (const { executions } of this.#askers.get(client)?.values() ?? []) sum += executions
    client.neededElsewhere(sum)
  }

  /** Passes a frame of a client on; `false`: it is about no request of another daemon. */
  passOn(client: ConnectedClient, frame: AnswerFrame): boolean {
    for (const [link, { asked }] of this.#askers.get(client) ?? []) {
      const isOfIt =
        'key' in frame ? frame.key.slice(0, PEER_ID_LENGTH) === link.peerId : asked.has(frame.id)
      if (!isOfIt) continue
      if (frame.type === 'cancelled') asked.delete(frame.id)
      const { owner, clientId } = client
      link.send({ type: 'from-client', owner, clientId, frame })
      return true
    }
    return false
  }

  /** The connection of a client is lost: those that ask it have to look for it. */
  lost(client: ConnectedClient): void {
    this.#hellos.delete(client)
    const { owner, clientId } = client
    for (const link of this.#askers.get(client)?.keys() ?? []) {
      link.send({ type: 'client-gone', owner, clientId })
    }
    this.#askers.delete(client)
  }

  #forget(client: ConnectedClient, link: PeerLink): void {
    const askers = this.#askers.get(client)
    if (askers?.delete(link) !== true) return
    this.#sumUp(client)
    if (askers.size === 0) this.#askers.delete(client)
  }

  /** A link has ended. */
  onEnd(link: PeerLink): void {
    for (const client of [...this.#askers.keys()]) this.#forget(client, link)
  }

  /** Whether a client is asked over a link. */
  isUsed(link: PeerLink): boolean {
    for (const askers of this.#askers.values()) if (askers.has(link)) return true
    return false
  }
}
