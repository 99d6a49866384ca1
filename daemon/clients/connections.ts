/**
 * The clients that run tools for executions, connected or away, and the requests to them.
 *
 * A client is known by its token and its `clientId`. The daemon remembers it while it is connected,
 * while it has something to answer, and for `reconnectMs` after it was lost.
 */

import { randomBytes } from 'node:crypto'
import type { ExecutionPlan } from '../../executor/execution/execution-plan.ts'
import { Suspended } from '../../executor/execution/suspended.ts'
import type { AskFrame, SettleBody } from '../../protocol/connect/connect.ts'
import { closeCodes } from '../../protocol/connect/connect-facts.ts'
import { LatchdError } from '../../protocol/errors.ts'
import type { Tool } from '../../protocol/tool/tool.ts'
import type { ToolContext } from '../../protocol/tool/wire-tool.ts'
import { encodeValue } from '../../protocol/values/values.ts'
import { OwnerCounts } from '../auth/owner-counts.ts'
import { RETRY_AFTER_SECONDS } from '../base/retry-after.ts'
import { ClientConnection } from './client-connection.ts'
import { bindingOf, type ClientBinding, type ClientCalls, makeClientTool } from './client-tool.ts'
import { ConnectedClient } from './connected-client.ts'
import { type PendingRequest, settledValue } from './pending-request.ts'
import { RemoteStream } from './remote-stream.ts'
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
}

/** The beat of a quiet connection; three missed ones end it. */
const MAX_HEARTBEAT_MS = 5000
const MIN_HEARTBEAT_MS = 50
const BEATS_PER_LEASE = 3
/** A lost connection must be noticed well before the client is given up. */
const BEATS_PER_RECONNECT = 6

/** Connections that one token may have: a thousand processes share clients, or have tokens of their own. */
const MAX_CONNECTIONS = 256

/** The parts of a call that its frames are made from. */
interface CallFacts {
  readonly binding: ClientBinding
  readonly context: ToolContext
}

/** All clients of a daemon: opens their connections and routes each call to its client. */
export class Connections implements ClientCalls {
  readonly served: ServedTools
  readonly onWarning: (text: string) => void
  readonly #deps: ConnectionsDependencies
  readonly #daemonId = randomBytes(8).toString('hex')
  readonly #pace: Pace
  #keys = 0
  #clients = new Map<string, ConnectedClient>()
  #conversations = new Set<ClientConnection>()
  #perOwner = new OwnerCounts()
  #leaves = new WeakMap<ClientConnection, () => void>()
  /** Calls of an earlier daemon, which an earlier process of the client may have begun. */
  #repeats = new Set<string>()
  /** The durability of the executions in memory, by their ids. */
  #durability = new Map<string, Durability>()
  #isClosed = false

  constructor(deps: ConnectionsDependencies) {
    this.#deps = deps
    this.onWarning = deps.onWarning
    this.served = new ServedTools(deps.isOwnTool, deps.onWarning)
    const heartbeatMs = Math.min(
      MAX_HEARTBEAT_MS,
      Math.max(MIN_HEARTBEAT_MS, deps.reconnectMs / BEATS_PER_RECONNECT),
    )
    this.#pace = { heartbeatMs, leaseMs: BEATS_PER_LEASE * heartbeatMs }
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
    if (client === undefined || client.isConnected) return
    const { owner, clientId } = client
    if (isGoodbye) this.served.withdraw(owner, clientId)
    // It may come back. Until then its tools stay listed, and calls wait for it.
    const forget = () => {
      if (this.#clients.get(keyOf(owner, clientId))?.isConnected) return
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
    return makeClientTool(binding, callMs, this)
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
    if (client.isIdle && this.#clients.get(key) === client) this.#clients.delete(key)
  }

  async execute(
    binding: ClientBinding,
    input: unknown,
    context: ToolContext,
    timeoutMs: number | 'none',
    isRaw = false,
  ): Promise<unknown> {
    const { callId } = context
    const frame = {
      ...this.#frame({ binding, context }, callId),
      kind: 'execute' as const,
      input: encodeValue(input, 'input'),
      context: contextOf(context, timeoutMs),
      isRepeat: false,
      ...(isRaw && { isRaw: true as const }),
    }
    const isRepeat = this.#repeats.delete(callId)
    const client = this.#clientFor(binding)
    const settlement = await this.#ask(client, frame, context, { isRepeat })
    if (settlement.kind !== 'stream') return settledValue(settlement, binding.tool.name)
    const ask = (frame: AskFrame) => this.#ask(client, frame, context, {})
    return new RemoteStream(client, callId, context.signal, {
      nextItem: item => {
        const facts = this.#frame({ binding, context }, `${callId}.item${item}`)
        return ask({ ...facts, kind: 'next-item', item })
      },
      close: () => {
        return ask({
          ...this.#frame({ binding, context }, `${callId}.close`),
          kind: 'close-stream',
        })
      },
      tool: binding.tool.name,
    })
  }

  async needsApproval(
    binding: ClientBinding,
    input: unknown,
    context: ToolContext,
    timeoutMs: number | 'none',
  ): Promise<boolean> {
    const frame = {
      ...this.#frame({ binding, context }, `${context.callId}.approval`),
      kind: 'needs-approval' as const,
      input: encodeValue(input, 'input'),
      context: contextOf(context, timeoutMs),
    }
    const deadlineMs = timeoutMs === 'none' ? undefined : performance.now() + timeoutMs
    const client = this.#clientFor(binding)
    const settlement = await this.#ask(client, frame, context, { deadlineMs })
    return Boolean(settledValue(settlement, binding.tool.name))
  }

  expectRepeat(callId: string): void {
    this.#repeats.add(callId)
  }

  overdue(callId: string): Error | undefined {
    for (const client of this.#clients.values()) {
      const error = client.overdue(callId)
      if (error !== undefined) return error
    }
    return undefined
  }

  /** The client of a binding: for a served tool the client that serves it now. */
  #clientFor({ owner, clientId, setId, tool }: ClientBinding): ConnectedClient {
    const serving = setId === undefined ? this.served.clientOf(owner, tool.name) : undefined
    return this.#client(owner, serving ?? clientId)
  }

  #frame({ binding, context }: CallFacts, id: string) {
    const { setId, tool } = binding
    return {
      type: 'call' as const,
      id,
      key: `${this.#daemonId}.${++this.#keys}`,
      callId: context.callId,
      tool: tool.name,
      ...(setId !== undefined && { setId }),
    }
  }

  async #ask(
    client: ConnectedClient,
    frame: AskFrame,
    context: ToolContext,
    { isRepeat = false, deadlineMs }: { isRepeat?: boolean; deadlineMs?: number | undefined },
  ) {
    const { signal, executionId } = context
    signal.throwIfAborted()
    const ask: PendingRequest = {
      frame,
      executionId,
      settled: Promise.withResolvers(),
      onProgress: progress => context.progress(progress),
      deadlineMs,
      phase: 'waiting',
      sentAtMs: 0,
      awaySinceMs: performance.now(),
      wasSent: false,
      isRepeat,
    }
    const onAbort = () => {
      const { reason } = signal
      // The client keeps the requests of an execution that goes on elsewhere.
      client.giveUp(frame.id, reason instanceof Suspended ? undefined : textOf(reason))
      ask.settled.reject(reason)
    }
    signal.addEventListener('abort', onAbort, { once: true })
    try {
      return await client.ask(ask)
    } finally {
      signal.removeEventListener('abort', onAbort)
      this.#release(client)
    }
  }

  /**
   * Takes an answer by HTTP, when the client's connection is gone; resolves when it cannot be lost
   * any more.
   *
   * @throws {LatchdError} `FORBIDDEN` unless the process proves that it got the request,
   *   `NOT_FOUND` when this daemon has not made the request
   */
  async settle(id: string, owner: string, body: SettleBody): Promise<void> {
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
    // Its delivery is journaled in this turn of the event loop, and written by the sync after it.
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

function contextOf(context: ToolContext, timeoutMs: number | 'none') {
  const { executionId, sessionId, caller, metadata, idempotencyKey, traceparent } = context
  return {
    executionId,
    ...(sessionId !== undefined && { sessionId }),
    caller,
    metadata: { ...metadata },
    idempotencyKey,
    ...(timeoutMs !== 'none' && { deadlineMs: Date.now() + timeoutMs }),
    ...(traceparent !== undefined && { traceparent }),
  }
}

const textOf = (reason: unknown) => (reason instanceof Error ? reason.message : String(reason))

function notAsked(id: string): LatchdError {
  return new LatchdError('NOT_FOUND', `Nothing is asked of the client as ${id}`)
}
