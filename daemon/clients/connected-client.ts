/**
 * One client, known by its token and `clientId`, connected or away: its pending requests and its
 * answers.
 *
 * A request is delivered until the client acknowledges it, and remembered until the client settles
 * it. When the connection is lost, all requests that were sent wait again. The next connection
 * lists those that the client holds, and gets the rest. A request without an acknowledgement for
 * `reconnectMs` is refused. One of a durable execution waits until the call's own deadline.
 *
 * The client may be connected to another daemon, which passes the frames on: see `other-clients.ts`.
 */

import { randomBytes } from 'node:crypto'
import { Fifo } from '../../protocol/base/fifo.ts'
import type { ClientFrame, Settlement } from '../../protocol/connect/connect.ts'
import {
  CONNECT_VERSION,
  MAX_FRAME_BYTES,
  RESEND_MS,
} from '../../protocol/connect/connect-facts.ts'
import { type PendingRequest, timedOut, unavailable } from './pending-request.ts'
import type { ClientTransport, Pace } from './transport.ts'
import { UnkeptAnswers, type UnkeptDependencies } from './unkept-answers.ts'

/** What {@link ConnectedClient} works with. */
export interface ClientDependencies extends Omit<UnkeptDependencies, 'acknowledge'> {
  /** New in each process; begins the keys of its requests. */
  readonly daemonId: string
  readonly reconnectMs: number
  /** Whether other daemons have to do with the client too; absent: none have. */
  readonly isShared?: () => boolean
  readonly pace: Pace
}

const TOKEN_BYTES = 16
const TOKEN = /^[0-9a-f]{32}$/

/** The parts of a client's hello about its process: its identity, and the requests that it holds. */
export type ClientProcess = Pick<
  Extract<ClientFrame, { type: 'hello' }>,
  'instanceId' | 'resumeToken' | 'held'
>

/** Asks that one connection has to deal with at a time; further ones wait. */
export const MAX_IN_FLIGHT = 1024

/** One client of one token: delivers requests to it and takes its answers, across connections. */
export class ConnectedClient {
  readonly owner: string
  readonly clientId: string
  readonly #deps: ClientDependencies
  #transport: ClientTransport | undefined
  /** Whether the connection is one to another daemon. */
  #isRelayed = false
  #instanceId: string | undefined
  #resumeToken = ''
  #isDraining = false
  #pendingRequests = new Map<string, PendingRequest>()
  #waiting = new Fifo<string, PendingRequest>()
  #inFlight = 0
  /** Streams that the client has open, by the id of the request that opened each. */
  #streams = new Map<string, string>()
  /** Cancellations that the client has not confirmed, with their reasons. */
  #cancelled = new Map<string, string>()
  #unkept: UnkeptAnswers
  #tickTimer: NodeJS.Timeout | undefined
  /** Executions under way that have tools of this client. */
  #executions = 0
  /** The count of such executions at other daemons, whose frames are passed on to this connection. */
  #executionsElsewhere = 0

  constructor(owner: string, clientId: string, deps: ClientDependencies) {
    this.owner = owner
    this.clientId = clientId
    this.#deps = deps
    this.#unkept = new UnkeptAnswers({
      ...deps,
      acknowledge: ids => this.sendFrame({ type: 'settle-ack', ids }),
    })
  }

  get isConnected(): boolean {
    return this.#transport !== undefined
  }

  /** Whether its frames go this way now. */
  isVia(transport: ClientTransport): boolean {
    return this.#transport === transport
  }

  /** Whether it is connected to this daemon, and not to another one. */
  get isHere(): boolean {
    return this.#transport !== undefined && !this.#isRelayed
  }

  /** Whether something is asked of it, or may be. */
  get isNeeded(): boolean {
    return (
      this.#pendingRequests.size + this.#unkept.size + this.#streams.size + this.#executions > 0
    )
  }

  /** The token by which its process proves that it is the same. */
  get resumeToken(): string {
    return this.#resumeToken
  }

  /** Whether the daemon can forget the client. */
  get isIdle(): boolean {
    return this.#transport === undefined && !this.isNeeded
  }

  /** Whether the holder of this token is the process that is, or was last, connected. */
  isSame(resumeToken: string | undefined): boolean {
    return this.#instanceId !== undefined && resumeToken === this.#resumeToken
  }

  /**
   * Takes a connection; the one before is the caller's to close.
   *
   * @param relayedToken of a connection to another daemon: the token that the client has from there
   */
  connect(
    transport: ClientTransport,
    { instanceId, resumeToken, held }: ClientProcess,
    relayedToken?: string,
  ): void {
    this.disconnect()
    this.#isRelayed = relayedToken !== undefined
    const isSame = this.#instanceId === instanceId && this.isSame(resumeToken)
    this.#transport = transport
    this.#instanceId = instanceId
    this.#isDraining = false
    // The token stays while the process is the same: the welcome with a new one could be lost.
    if (!isSame) this.#resumeToken = relayedToken ?? this.#newToken(resumeToken)
    if (!isSame) {
      this.#streams.clear()
      for (const ask of this.#pendingRequests.values()) ask.isRepeat ||= ask.wasSent
    }
    if (relayedToken === undefined) this.welcome()
    else this.#sendNeeded()
    const nowMs = performance.now()
    for (const ask of this.#pendingRequests.values()) ask.awaySinceMs = nowMs
    for (const { id, key } of held) this.#takeHeld(id, key)
    this.#pump()
    this.#tickSoon()
  }

  /** A new token, or with several daemons the one that another daemon has given. */
  #newToken(shown: string | undefined): string {
    const isTaken = this.#deps.isShared?.() === true && TOKEN.test(shown ?? '')
    return isTaken ? (shown as string) : randomBytes(TOKEN_BYTES).toString('hex')
  }

  /** Answers a hello, once more when it comes once more: the answer may have been lost. */
  welcome(): void {
    const { daemonId, pace } = this.#deps
    this.sendFrame({
      type: 'welcome',
      version: CONNECT_VERSION,
      daemonId,
      resumeToken: this.#resumeToken,
      ...pace,
      maxCallsInFlight: MAX_IN_FLIGHT,
      maxFrameBytes: MAX_FRAME_BYTES,
    })
    this.#sendNeeded()
  }

  #sendNeeded(): void {
    const executions = this.#executions + this.#executionsElsewhere
    this.sendFrame({ type: 'needed', executions })
  }

  /** Executions at other daemons that have tools of this client, which is connected here. */
  neededElsewhere(executions: number): void {
    if (executions === this.#executionsElsewhere) return
    this.#executionsElsewhere = executions
    this.#sendNeeded()
  }

  /** Takes up a request that the client has from the connection before. */
  #takeHeld(id: string, key: string): void {
    const ask = this.#pendingRequests.get(id)
    if (ask?.frame.key === key) {
      // Another daemon's welcome makes a client keep its answers back, until they are asked for.
      if (this.#deps.isShared?.() === true) return
      this.#waiting.take(id)
      this.#inFlight++
      ask.phase = 'held'
    } else if (
      key.startsWith(this.#deps.daemonId) &&
      ask === undefined &&
      this.#streams.get(id) !== key &&
      !this.#unkept.has(id)
    ) {
      // This process has requested and given it up. A request of another daemon may be repeated.
      this.#cancel(id, 'The call was given up')
    }
  }

  /** Handles a lost connection: the next one delivers its requests again. */
  disconnect(): void {
    if (this.#transport === undefined) return
    this.#transport = undefined
    this.#isRelayed = false
    this.#executionsElsewhere = 0
    this.#inFlight = 0
    // The next connection lists the requests that it holds, and gets the cancellations then.
    this.#cancelled.clear()
    const nowMs = performance.now()
    for (const [id, ask] of this.#pendingRequests) {
      if (ask.phase !== 'waiting') this.#waiting.push(id, ask)
      ask.phase = 'waiting'
      ask.awaySinceMs = nowMs
    }
    this.#tickSoon()
  }

  /** Sends a frame, if the client is connected. */
  sendFrame(frame: Parameters<ClientTransport['send']>[0]): void {
    this.#transport?.send(frame)
  }

  /** The client wants no further requests on this connection. */
  drain(): void {
    this.#isDraining = true
  }

  /** Counts an execution that has tools of this client; returns a function to call at its end. */
  enter(): () => void {
    this.#executions++
    if (this.#executions === 1) this.#sendNeeded()
    return () => {
      this.#executions--
      if (this.#executions === 0) this.#sendNeeded()
    }
  }

  /** Sends a request. Rejects with the call's error when the client does not take it in time. */
  ask(ask: PendingRequest): Promise<Settlement> {
    const { id } = ask.frame
    this.#pendingRequests.set(id, ask)
    this.#waiting.push(id, ask)
    this.#pump()
    this.#tickSoon()
    return ask.settled.promise
  }

  /** The execution of a request that is pending, or whose answer is not acknowledged yet. */
  executionOf(id: string): string | undefined {
    return this.#pendingRequests.get(id)?.executionId ?? this.#unkept.executionOf(id)
  }

  /** Gives a request up. @param reason sent to the client; `undefined` sends nothing */
  giveUp(id: string, reason: string | undefined): void {
    const ask = this.#take(id)
    if (ask === undefined && !this.#streams.delete(id)) return
    const isUnsent = ask?.phase === 'waiting' && !ask.wasSent
    if (reason !== undefined && !isUnsent) this.#cancel(id, reason)
    this.#pump()
  }

  /** Forgets a stream that has ended. */
  forgetStream(id: string): void {
    this.#streams.delete(id)
  }

  #cancel(id: string, reason: string): void {
    if (this.#transport === undefined) return
    this.#cancelled.set(id, reason)
    this.sendFrame({ type: 'cancel', id, reason })
    this.#tickSoon()
  }

  onAck(id: string, key: string): void {
    const ask = this.#pendingRequests.get(id)
    if (ask?.frame.key === key && ask.phase === 'sent') ask.phase = 'held'
  }

  onProgress(id: string, progress: unknown): void {
    this.#pendingRequests.get(id)?.onProgress(progress)
  }

  onCancelled(id: string): void {
    this.#cancelled.delete(id)
  }

  /**
   * Takes an answer, also one that comes by HTTP; a repetition changes nothing.
   *
   * @returns whether this daemon knows the request, now or from before
   */
  settle(id: string, key: string, settlement: Settlement): boolean {
    const ask = this.#pendingRequests.get(id)
    if (ask === undefined || ask.frame.key !== key) {
      // An answer to an earlier daemon counts when this one requests it.
      if (!key.startsWith(this.#deps.daemonId)) return false
      if (!this.#unkept.has(id)) this.sendFrame({ type: 'settle-ack', ids: [id] })
      return true
    }
    this.#take(id)
    if (settlement.kind === 'stream') this.#streams.set(id, key)
    this.#unkept.add(id, ask.executionId)
    ask.settled.resolve(settlement)
    this.#pump()
    return true
  }

  #take(id: string): PendingRequest | undefined {
    const ask = this.#pendingRequests.get(id)
    if (ask === undefined) return undefined
    this.#pendingRequests.delete(id)
    if (ask.phase === 'waiting') this.#waiting.take(id)
    else this.#inFlight--
    return ask
  }

  /** The connection has room again. */
  onRoom(): void {
    this.#pump()
  }

  /** Sends waiting requests, up to the bound. */
  #pump(): void {
    if (this.#isDraining) return
    while (this.#transport?.hasRoom === true && this.#inFlight < MAX_IN_FLIGHT) {
      const ask = this.#waiting.shift()
      if (ask === undefined) return
      this.#inFlight++
      ask.phase = 'sent'
      this.#send(ask)
    }
  }

  #send(ask: PendingRequest): void {
    const { frame, isRepeat } = ask
    ask.sentAtMs = performance.now()
    ask.wasSent = true
    this.sendFrame(frame.kind === 'execute' ? { ...frame, isRepeat } : frame)
  }

  #tickSoon(): void {
    // Four looks before the bound are near enough to it.
    const tickMs = Math.min(RESEND_MS, Math.max(20, this.#deps.reconnectMs / 4))
    this.#tickTimer ??= setTimeout(() => this.#tick(), tickMs)
    this.#tickTimer.unref()
  }

  /** Sends lost requests again, and gives up those that the client does not take. */
  #tick(): void {
    this.#tickTimer = undefined
    const nowMs = performance.now()
    const isBusy = this.#transport?.isBusy === true
    for (const ask of [...this.#pendingRequests.values()]) {
      const { frame, phase, deadlineMs, executionId } = ask
      if (deadlineMs !== undefined && nowMs >= deadlineMs) {
        const error = phase === 'held' ? timedOut(frame.tool) : this.#away(ask, nowMs)
        this.giveUp(frame.id, error.message)
        ask.settled.reject(error)
      } else if (phase !== 'held' && this.#isAway(ask, nowMs)) {
        if (this.#deps.isDurable(executionId)) continue
        const error = this.#away(ask, nowMs)
        this.giveUp(frame.id, error.message)
        ask.settled.reject(error)
      } else if (phase === 'sent' && !isBusy && nowMs - ask.sentAtMs >= RESEND_MS) this.#send(ask)
    }
    for (const [id, reason] of this.#cancelled) this.sendFrame({ type: 'cancel', id, reason })
    if (this.#pendingRequests.size + this.#cancelled.size > 0) this.#tickSoon()
  }

  #isAway({ phase, awaySinceMs }: PendingRequest, nowMs: number): boolean {
    // A request that waits for room is with the client, in its order.
    const isQueued = phase === 'waiting' && this.#transport !== undefined && !this.#isDraining
    return !isQueued && nowMs - awaySinceMs >= this.#deps.reconnectMs
  }

  #away({ frame, awaySinceMs }: PendingRequest, nowMs: number) {
    return unavailable(frame.tool, Math.round(nowMs - awaySinceMs))
  }

  /** Why a call took too long, when no client has it. */
  timeoutReason(callId: string): Error | undefined {
    for (const ask of this.#pendingRequests.values()) {
      if (ask.frame.callId !== callId) continue
      if (ask.phase !== 'held') return this.#away(ask, performance.now())
    }
    return undefined
  }
}
