/**
 * The tools of this process that programs of a daemon call, and the need for a connection.
 *
 * A connection is needed while an execution with given tools goes on, while tools are served, while
 * a tool works, and while the daemon reports unfinished executions of an earlier process with the
 * same `clientId`. Soon after that it is closed, so that a script can end.
 */

import { untilAnswered } from '../../protocol/base/backoff.ts'
import { pause } from '../../protocol/base/pause.ts'
import { CLIENT_ID, CLIENT_ID_RULE } from '../../protocol/connect/client-id.ts'
import type {
  ClientToolInput,
  ClientTools as WireTools,
} from '../../protocol/connect/client-tool.ts'
import type { DaemonFrame } from '../../protocol/connect/connect.ts'
import { type ErrorCode, LatchdError } from '../../protocol/errors.ts'
import type { ToolSet } from '../../protocol/execution/executor.ts'
import type { Tool } from '../../protocol/tool/tool.ts'
import { ClientFiles } from '../client-files.ts'
import { LocalCalls } from './local-calls.ts'
import { LocalTools } from './local-tools.ts'
import { Offer, type ServedTools } from './served-tools.ts'
import { type HelloFields, type SocketOptions, ToolSocket, type Welcome } from './tool-socket.ts'
import { wireTool } from './wire-tool.ts'

/** Options of {@link ClientTools}. */
export interface ClientToolsOptions extends SocketOptions {
  /** The name of this client across processes; random when absent. */
  readonly clientId: string | undefined
}

/** The tools of one execution: in its request, and in this process. */
export interface GivenTools {
  /** The part of the request about tools. */
  readonly body: { readonly tools?: readonly string[]; readonly clientTools?: object }
  /** Called when the execution is over, or was never begun; absent: it got none. */
  readonly release?: () => void
}

/** An unwanted connection stays this long for the next execution. */
const LINGER_MS = 250
/** Attempts to connect before the caller gets the error. */
const ATTEMPTS = 5
const ATTEMPT_PAUSE_MS = 50

/** The tools of this process for one daemon: added, given to executions, or served. */
export class ClientTools {
  readonly clientId: string
  readonly #isNamed: boolean
  readonly #instanceId = crypto.randomUUID()
  readonly #options: ClientToolsOptions
  readonly #socket: ToolSocket
  readonly #calls: LocalCalls
  readonly #closed = new AbortController()
  #resumeToken: string | undefined
  readonly #tools = new LocalTools()
  #setCount = 0
  #uses = 0
  /** Executions under way in the daemon that have tools of this client. */
  #needed = 0
  #lingerTimer: ReturnType<typeof setTimeout> | undefined
  #onAnswered: (() => void) | undefined

  /** @throws {LatchdError} `INVALID_REQUEST` for a `clientId` that cannot be one */
  constructor(options: ClientToolsOptions) {
    this.#options = options
    this.clientId = readClientId(options.clientId) ?? crypto.randomUUID()
    this.#isNamed = options.clientId !== undefined
    const files = new ClientFiles(options.connection)
    this.#calls = new LocalCalls({
      files: { open: file => files.download(file.fileId), store: files.answer },
      send: frame => this.#socket.send(frame),
      find: (setId, name) => this.#tools.find(setId, name),
      onSettled: () => {
        this.#rest()
        this.#onAnswered?.()
      },
    })
    this.#socket = new ToolSocket(options, {
      hello: () => this.#hello(),
      onWelcome: welcome => this.#onWelcome(welcome),
      onFrame: frame => this.#onFrame(frame),
      onTick: () => this.#onTick(),
      onUnreachable: () => this.#settleByRequest(),
      onRefused: reason => this.#onRefused(reason),
      isWanted: () => this.#isWanted,
    })
  }

  /** The tools of every later execution. */
  get added(): readonly Tool[] {
    return [...this.#tools.added.values()]
  }

  /** See `Executor.addTools`; names of the daemon's tools have no effect. */
  add(tools: ToolSet): void {
    const read = this.#tools.add(tools)
    this.#calls.onTools()
    // An earlier process of this name may have left calls that wait for these tools.
    if (this.#isNamed && read.size > 0) void this.#resume()
  }

  async #resume(): Promise<void> {
    this.#use()
    try {
      await untilAnswered(() => this.#socket.open(), this.#closed.signal)
    } catch {
      // No daemon, or none that takes this client: executions with these tools report it.
    } finally {
      this.#unuse()
    }
  }

  /**
   * Gets ready for an execution with these tools; resolves when the daemon can call them.
   *
   * @throws {LatchdError} `TOOL_INVALID`, and as {@link ToolSocket.open}
   */
  async give(tools: ToolSet | undefined): Promise<GivenTools> {
    const { local, names } =
      tools === undefined ? { local: this.#tools.added, names: undefined } : this.#tools.read(tools)
    const said = names && { tools: names }
    if (local.size === 0) return { body: { ...said } }
    const setId = `${this.#instanceId}.${++this.#setCount}`
    this.#tools.sets.set(setId, new Map(local))
    this.#use()
    let isReleased = false
    const release = () => {
      if (isReleased) return
      isReleased = true
      this.#tools.sets.delete(setId)
      this.#unuse()
    }
    try {
      await this.#open()
    } catch (error) {
      release()
      throw error
    }
    this.#calls.onTools()
    const wire = Array.from(local.values(), wireTool)
    const clientTools = { clientId: this.clientId, setId, tools: wire }
    return { body: { ...said, clientTools: clientTools satisfies WireInput }, release }
  }

  /**
   * Offers tools to all executions of the token; resolves when the daemon has taken them.
   *
   * @throws {LatchdError} `TOOL_INVALID`, `TOOL_NAME_TAKEN`, and as {@link ToolSocket.open}
   */
  async serve(tools: ToolSet): Promise<ServedTools> {
    const { local, names } = this.#tools.read(tools)
    if (names.length > 0) {
      const message = `Cannot serve "${names[0]}": a tool of this process is expected, not a name`
      throw new LatchdError('TOOL_INVALID', message)
    }
    const wire = Array.from(local.values(), wireTool)
    const offer = new Offer(crypto.randomUUID(), local, wire, ended => this.#withdraw(ended))
    const isOpen = this.#socket.isOpen
    this.#tools.offers.set(offer.serveId, offer)
    this.#use()
    try {
      if (isOpen) this.#sendOffer(offer)
      else await this.#open()
      await offer.accepted
    } catch (error) {
      this.#withdraw(offer)
      throw error
    }
    this.#calls.onTools()
    return offer
  }

  /** Connects; retries a few times when the new connection is lost. */
  async #open(): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        await this.#socket.open()
        return
      } catch (error) {
        const isLost = error instanceof LatchdError && error.code === 'CONNECTION_LOST'
        if (!isLost || attempt === ATTEMPTS) throw error
        await pause(ATTEMPT_PAUSE_MS * attempt, this.#closed.signal)
      }
    }
  }

  #withdraw(offer: Offer): void {
    if (!this.#tools.offers.delete(offer.serveId)) return
    this.#socket.send({ type: 'unserve', serveId: offer.serveId })
    this.#unuse()
  }

  #sendOffer(offer: Offer): void {
    offer.onOffered()
    this.#socket.send({ type: 'serve', serveId: offer.serveId, tools: [...offer.wire] as never })
  }

  /**
   * Gives up running calls, and ends the connection; executions go on in the daemon.
   *
   * @param drainMs how long running calls may go on; further ones are not taken
   */
  async close(drainMs = 0): Promise<void> {
    if (this.#closed.signal.aborted) return
    this.#closed.abort(new LatchdError('EXECUTOR_CLOSED', 'The client was closed'))
    if (drainMs > 0 && this.#socket.isOpen) {
      this.#socket.send({ type: 'drain' })
      await this.#drained(drainMs)
    }
    for (const offer of [...this.#tools.offers.values()]) void offer.close()
    this.#calls.abortAll('The client was closed')
    clearTimeout(this.#lingerTimer)
    this.#socket.end()
  }

  /** Resolves when nothing runs any more and every answer is acknowledged, or after `drainMs`. */
  async #drained(drainMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, drainMs)
    this.#onAnswered = () => {
      if (!this.#calls.isBusy && this.#calls.unacknowledged().length === 0) resolve()
    }
    this.#onAnswered()
    await promise
    clearTimeout(timer)
    this.#onAnswered = undefined
  }

  #hello(): HelloFields {
    const serving = Array.from(this.#tools.offers.values(), ({ serveId, wire }) => {
      return { serveId, tools: [...wire] as never }
    })
    for (const offer of this.#tools.offers.values()) offer.onOffered()
    return {
      clientId: this.clientId,
      instanceId: this.#instanceId,
      ...(this.#resumeToken !== undefined && { resumeToken: this.#resumeToken }),
      held: this.#calls.held(),
      serving,
    }
  }

  #onWelcome(welcome: Welcome): void {
    this.#resumeToken = welcome.resumeToken
    this.#calls.onWelcome(welcome)
    this.#rest()
  }

  #onFrame(frame: DaemonFrame): void {
    switch (frame.type) {
      case 'call':
        this.#calls.onCall(frame)
        return
      case 'cancel':
        this.#calls.onCancel(frame.id, frame.reason)
        return
      case 'settle-ack':
        this.#calls.onAcknowledged(frame.ids)
        this.#onAnswered?.()
        return
      case 'needed':
        this.#needed = frame.executions
        this.#rest()
        return
      case 'served':
        this.#tools.offers.get(frame.serveId)?.onAccepted()
        return
      case 'serve-refused': {
        const offer = this.#tools.offers.get(frame.serveId)
        if (offer === undefined) return
        offer.onRefused(new LatchdError(frame.code as ErrorCode, frame.message))
        this.#withdraw(offer)
        return
      }
      // Repeated by a network that duplicates, or useful only in traces.
      case 'welcome':
      case 'drain':
      case 'goodbye':
      case 'heartbeat':
        return
      default:
        frame satisfies never
    }
  }

  #onTick(): void {
    this.#calls.resend()
    for (const offer of this.#tools.offers.values()) if (!offer.isAnswered) this.#sendOffer(offer)
  }

  /** Sends answers by HTTP: requests may get through when a connection does not. */
  #settleByRequest(): void {
    const { clientId } = this
    const resumeToken = this.#resumeToken
    if (resumeToken === undefined) return
    for (const { id, key, settlement } of this.#calls.unacknowledged()) {
      const body = { clientId, resumeToken, key, settlement }
      const path = `/v1/calls/${encodeURIComponent(id)}/settle`
      this.#options.connection.send('POST', path, { body }).then(
        () => this.#calls.onAcknowledged([id]),
        // The answer is kept, and sent over the next connection.
        () => {},
      )
    }
  }

  #onRefused(reason: string): void {
    this.#needed = 0
    this.#calls.abortAll(`The daemon takes nothing from this client any more: ${reason}`)
    for (const offer of [...this.#tools.offers.values()]) {
      offer.onRefused(new LatchdError('CONNECTION_LOST', `The tools are not served: ${reason}`))
      this.#withdraw(offer)
    }
  }

  get #isWanted(): boolean {
    return this.#uses + this.#needed > 0 || this.#calls.isBusy
  }

  #use(): void {
    this.#uses++
    clearTimeout(this.#lingerTimer)
  }

  #unuse(): void {
    this.#uses--
    this.#rest()
  }

  /** Closes the connection after a while, when it is not wanted. */
  #rest(): void {
    clearTimeout(this.#lingerTimer)
    if (this.#isWanted || !this.#socket.isOpen) return
    this.#lingerTimer = setTimeout(() => this.#socket.close(), LINGER_MS)
  }
}

type WireInput = Omit<WireTools, 'tools'> & { readonly tools: readonly ClientToolInput[] }

/** @throws {LatchdError} `INVALID_REQUEST` for a name that a daemon does not take */
function readClientId(clientId: string | undefined): string | undefined {
  if (clientId === undefined || CLIENT_ID.test(clientId)) return clientId
  throw new LatchdError(
    'INVALID_REQUEST',
    `Cannot use the clientId ${JSON.stringify(clientId.slice(0, 200))}: ${CLIENT_ID_RULE}`,
  )
}
