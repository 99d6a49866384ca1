/**
 * The clients that run tools for executions, connected or away, and the requests to them.
 *
 * A client is known by its token and its `clientId`. The daemon remembers it while it is connected,
 * while it has something to answer, and for `reconnectMs` after it was lost.
 */

import { randomBytes } from 'node:crypto'
import type { ExecutionPlan } from '../../executor/execution/execution-plan.ts'
import { OwnerCounts } from '../../protocol/base/owner-counts.ts'
import type { SettleBody } from '../../protocol/connect/connect.ts'
import { closeCodes } from '../../protocol/connect/connect-facts.ts'
import { LatchdError } from '../../protocol/errors.ts'
import type { Tool } from '../../protocol/tool/tool.ts'
import { RETRY_AFTER_SECONDS } from '../base/retry-after.ts'
import { CallsToClients } from './calls-to-clients.ts'
import { ClientConnection } from './client-connection.ts'
import { bindingOf, type ClientBinding, makeClientTool } from './client-tool.ts'
import { ConnectedClient } from './connected-client.ts'
import type { OtherClients } from './other-clients.ts'
import { ServedTools } from './served-tools.ts'
import type { Pace, Socket } from './transport.ts'

/** Whether answers to an execution with client tools survive the daemon, and from when. */
export interface Durability {
  /** Whether the execution survives the daemon. */
  readonly isDurable: boolean
  /** Resolves when all answers to the execution so far cannot be lost any more. */
  sync(): Promise<void>
}

/** What {@link Connections} works with. */
export interface ConnectionsDependencies {
  readonly reconnectMs: number
  /** Whether the daemon itself has a tool of this name. */
  readonly isOwnTool: (name: string) => boolean
  readonly onFault: (error: unknown, executionId: string) => void
  /** Called once per tool with the parts of its schemas that are not enforced. */
  readonly onWarning: (text: string) => void
  /** New in each process, 16 hex digits; made here when absent. */
  readonly daemonId?: string
}

/** The heartbeat of a quiet connection; three missed ones end it. */
const MAX_HEARTBEAT_MS = 5000
const MIN_HEARTBEAT_MS = 50
const BEATS_PER_LEASE = 3
/** A lost connection must be noticed well before the client is given up. */
const BEATS_PER_RECONNECT = 6

/** Connections that one token may have: a thousand processes share clients, or have tokens of their own. */
const MAX_CONNECTIONS = 256

/** For the call of a served tool, the list of the clients that serve it may be this old. */
const SERVED_MS = 250

/** All clients of a daemon: opens their connections and finds the client of each call. */
export class Connections {
  readonly served: ServedTools
  readonly #calls: CallsToClients
  readonly #deps: ConnectionsDependencies
  readonly #daemonId: string
  readonly #pace: Pace
  #clients = new Map<string, ConnectedClient>()
  #conversations = new Set<ClientConnection>()
  #perOwner = new OwnerCounts()
  #leaves = new WeakMap<ClientConnection, () => void>()
  /** The durability of the executions in memory, by their ids. */
  #durability = new Map<string, Durability>()
  #isClosed = false
  #others: OtherClients | undefined
  /** When it was last read what clients serve, by owner. */
  #learnedAtMs = new Map<string, number>()

  constructor(deps: ConnectionsDependencies) {
    this.#deps = deps
    this.#daemonId = deps.daemonId ?? randomBytes(8).toString('hex')
    this.#calls = new CallsToClients({
      daemonId: this.#daemonId,
      clientFor: binding => this.#clientFor(binding),
      clients: () => this.#clients.values(),
      onAway: client => this.#others?.wants(client),
      onDone: client => this.#release(client),
      onWarning: deps.onWarning,
    })
    this.served = new ServedTools(deps.isOwnTool, deps.onWarning)
    const heartbeatMs = Math.min(
      MAX_HEARTBEAT_MS,
      Math.max(MIN_HEARTBEAT_MS, deps.reconnectMs / BEATS_PER_RECONNECT),
    )
    this.#pace = { heartbeatMs, leaseMs: BEATS_PER_LEASE * heartbeatMs }
  }

  /** Reaches the clients of other daemons, from now on. */
  join(others: OtherClients): void {
    this.#others = others
  }

  /** A client that is known here. */
  known(owner: string, clientId: string): ConnectedClient | undefined {
    return this.#clients.get(keyOf(owner, clientId))
  }

  /** The clients that are known here. */
  get clients(): Iterable<ConnectedClient> {
    return this.#clients.values()
  }

  /** Ends the connection of a client that is connected elsewhere by now. */
  replaced({ owner, clientId }: ConnectedClient): void {
    const client = this.known(owner, clientId)
    for (const conversation of [...this.#conversations]) {
      if (client === undefined || !conversation.isOf(client)) continue
      const reason = `another connection of ${clientId} took over`
      conversation.close(closeCodes.REPLACED, reason)
    }
  }

  /**
   * Reads what clients of a token serve at other daemons, for {@link served}; nothing without others.
   *
   * @param maxAgeMs how old it may be
   * @throws {LatchdError} of the store
   */
  async learnServed(owner: string, maxAgeMs = 0): Promise<void> {
    if (this.#others === undefined) return
    const nowMs = performance.now()
    if (nowMs - (this.#learnedAtMs.get(owner) ?? Number.NEGATIVE_INFINITY) < maxAgeMs) return
    this.served.learn(owner, await this.#others.offers(owner))
    this.#learnedAtMs.set(owner, nowMs)
  }

  /** Connections that are open. */
  get size(): number {
    return this.#conversations.size
  }

  /** @throws {LatchdError} `TOKEN_LIMIT_EXCEEDED` when the owner has as many as one may have */
  admit(owner: string): void {
    if (this.#perOwner.of(owner) < MAX_CONNECTIONS) return
    const message = `Cannot take a connection: ${MAX_CONNECTIONS} of the token are open`
    throw new LatchdError('TOKEN_LIMIT_EXCEEDED', message, {
      retryAfterSeconds: RETRY_AFTER_SECONDS,
    })
  }

  /** Takes a connection of a token's owner. */
  open(socket: Socket, owner: string): ClientConnection {
    const conversation = new ClientConnection(socket, this.#pace, {
      served: this.served,
      owner,
      others: this.#others,
      clientOf: clientId => this.#client(owner, clientId),
      onEnd: (client, isGoodbye) => this.#onEnd(conversation, client, isGoodbye),
    })
    this.#conversations.add(conversation)
    this.#leaves.set(conversation, this.#perOwner.add(owner))
    if (this.#isClosed) conversation.close(closeCodes.STOPPING, 'the daemon is stopping')
    return conversation
  }

  #onEnd(
    conversation: ClientConnection,
    client: ConnectedClient | undefined,
    isGoodbye: boolean,
  ): void {
    this.#conversations.delete(conversation)
    this.#leaves.get(conversation)?.()
    if (client === undefined || client.isHere) return
    const { owner, clientId } = client
    this.#others?.lost(client)
    if (isGoodbye) {
      this.served.withdraw(owner, clientId)
      this.#others?.withdrawn(owner, clientId, undefined)
    }
    // The client may come back. Until then its tools stay listed, and calls wait for it.
    const forget = () => {
      if (this.known(owner, clientId)?.isHere) return
      this.#others?.forgotten(client)
      this.served.withdraw(owner, clientId)
      this.#release(client)
    }
    setTimeout(forget, this.#deps.reconnectMs).unref()
  }

  #client(owner: string, clientId: string): ConnectedClient {
    const key = keyOf(owner, clientId)
    const known = this.#clients.get(key)
    if (known !== undefined) return known
    const { reconnectMs, onFault } = this.#deps
    const client = new ConnectedClient(owner, clientId, {
      daemonId: this.#daemonId,
      reconnectMs,
      isShared: () => this.#others !== undefined,
      pace: this.#pace,
      isDurable: executionId => this.#durability.get(executionId)?.isDurable === true,
      sync: executionId => this.#sync(executionId),
      onFault,
    })
    this.#clients.set(key, client)
    return client
  }

  /** The tool of a binding, for an execution. @throws {LatchdError} `TOOL_INVALID` */
  tool(binding: ClientBinding, callMs: number): Tool {
    return makeClientTool(binding, callMs, this.#calls)
  }

  /**
   * Called when an execution begins or resumes; returns a function to call when it leaves memory.
   */
  enter({ executionId, toolbox }: ExecutionPlan, durability: Durability): () => void {
    const clients = new Set<ConnectedClient>()
    for (const tool of toolbox.tools) {
      const binding = bindingOf(tool)
      // A client that serves tools stays connected anyway.
      if (binding?.setId !== undefined) clients.add(this.#client(binding.owner, binding.clientId))
    }
    this.#durability.set(executionId, durability)
    const leaves = Array.from(clients, client => client.enter())
    for (const client of clients) if (!client.isConnected) this.#others?.wants(client)
    return () => {
      this.#durability.delete(executionId)
      for (const leave of leaves) leave()
      for (const client of clients) this.#release(client)
    }
  }

  async #sync(executionId: string): Promise<void> {
    await this.#durability.get(executionId)?.sync()
  }

  /** Forgets an idle client. */
  #release(client: ConnectedClient): void {
    const key = keyOf(client.owner, client.clientId)
    if (!client.isNeeded) this.#others?.unneeded(client)
    if (client.isIdle && this.#clients.get(key) === client) this.#clients.delete(key)
  }

  /** The client of a binding: for a served tool the client that serves it now. */
  async #clientFor(binding: ClientBinding): Promise<ConnectedClient> {
    const { owner, clientId, setId, tool } = binding
    if (setId === undefined) await this.learnServed(owner, SERVED_MS)
    const serving = setId === undefined ? this.served.clientOf(owner, tool.name) : undefined
    return this.#client(owner, serving ?? clientId)
  }

  /**
   * Takes an answer by HTTP, when the client's connection is gone; resolves when it cannot be lost
   * any more.
   *
   * @throws {LatchdError} `FORBIDDEN` unless the process proves that it got the request,
   *   `NOT_FOUND` when no daemon has made the request, `PEER_UNAVAILABLE`
   */
  async settle(id: string, owner: string, body: SettleBody): Promise<void> {
    const isOfAnother = this.#others !== undefined && !body.key.startsWith(this.#daemonId)
    if (!isOfAnother || !(await this.#others?.settle(id, owner, body))) {
      await this.settleHere(id, owner, body)
    }
  }

  /** As {@link settle}, of a request that no other daemon has made. */
  async settleHere(id: string, owner: string, body: SettleBody): Promise<void> {
    const { clientId, resumeToken, key, settlement } = body
    const client = this.#clients.get(keyOf(owner, clientId))
    if (client === undefined) throw notAsked(id)
    if (!client.isSame(resumeToken)) {
      const message = `Cannot settle ${id}: the resume token is not that of the client ${clientId}`
      throw new LatchdError('FORBIDDEN', message)
    }
    const executionId = client.executionOf(id)
    if (!client.settle(id, key, settlement)) throw notAsked(id)
    if (executionId === undefined) return
    // This turn of the event loop journals the delivery of the call; the sync after it writes that.
    await new Promise(resolve => setImmediate(resolve))
    await this.#sync(executionId)
  }

  /** Notifies all clients that the daemon is about to stop. */
  drain(): void {
    for (const conversation of this.#conversations) conversation.send({ type: 'drain' })
  }

  /** Ends all connections. */
  close(): void {
    this.#isClosed = true
    for (const conversation of [...this.#conversations]) {
      conversation.send({ type: 'goodbye', reason: 'the daemon is stopping' })
      conversation.close(closeCodes.STOPPING, 'the daemon is stopping')
    }
  }
}

const keyOf = (owner: string, clientId: string) => JSON.stringify([owner, clientId])

function notAsked(id: string): LatchdError {
  return new LatchdError('NOT_FOUND', `Nothing is asked of the client as ${id}`)
}
