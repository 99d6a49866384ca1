/**
 * What the clients of one daemon have to do with the other daemons over the same store.
 *
 * A client has one connection, to one daemon. Another daemon whose execution calls its tools finds it
 * by the store, and sends its frames by way of that daemon, which passes them on in both directions
 * and keeps nothing of them: requests, answers and the proof of a client's process stay with the
 * daemon that asks.
 */

import type { ClientTool } from '../../protocol/connect/client-tool.ts'
import type { SettleBody } from '../../protocol/connect/connect.ts'
import type { AnswerFrame } from './client-answers.ts'
import type { ClientProcess, ConnectedClient } from './connected-client.ts'

/** Tools that a client serves, as the others find them. */
export interface OfferedTools {
  readonly clientId: string
  readonly serveId: string
  readonly tools: readonly ClientTool[]
}

/** The other daemons, for clients. Nothing of it rejects but what says so. */
export interface OtherClients {
  /** A client is about to be connected here: resolves when the others can find it. */
  arrives(client: ConnectedClient): Promise<void>
  /** A client is connected here, as this process of it. */
  connected(client: ConnectedClient, process: ClientProcess): void
  /** The connection of a client to this daemon is lost. */
  lost(client: ConnectedClient): void
  /** A client has not come back to this daemon in time. */
  forgotten(client: ConnectedClient): void
  /** An execution here needs a client that is not connected here: it is looked for. */
  wants(client: ConnectedClient): void
  /** No execution here needs it now. */
  unneeded(client: ConnectedClient): void
  /** Passes a frame on to the daemon whose request it is about; `false`: to none. */
  passOn(client: ConnectedClient, frame: AnswerFrame): boolean
  /** Stores what a client serves; resolves when all daemons know it. */
  offered(owner: string, offer: OfferedTools): Promise<void>
  withdrawn(owner: string, clientId: string, serveId: string | undefined): void
  /** What all clients of a token serve, the first offer first. @throws {LatchdError} of the store */
  offers(owner: string): Promise<readonly OfferedTools[]>
  /**
   * Hands an answer that came by HTTP to the daemon that its key names, or else to the one that the
   * client is connected to; `false`: that is this one, or none.
   *
   * @throws {LatchdError} as `Connections.settle`, `PEER_UNAVAILABLE`
   */
  settle(id: string, owner: string, body: SettleBody): Promise<boolean>
}
