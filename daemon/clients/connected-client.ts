/**
 * One client, known by its token and `clientId`, connected or away: its pending requests and its
 * answers.
 *
 * A request is delivered until the client acknowledges it, and remembered until the client settles
 * it. When the connection is lost, all requests that were sent wait again. The next connection
 * lists those that the client holds, and gets the rest. A request without an acknowledgement for
 * `reconnectMs` is refused. One of a durable execution waits until the call's own deadline.
 */

import { randomBytes } from 'node:crypto'
import { Fifo } from '../../protocol/base/fifo.ts'
import type { ClientFrame, Settlement } from '../../protocol/connect/connect.ts'
import {
  CONNECT_VERSION,
  MAX_FRAME_BYTES,
  RESEND_MS,
} from '../../protocol/connect/connect-facts.ts'
import { late, type PendingRequest, unavailable } from './pending-request.ts'
import type { Pace, Transport } from './transport.ts'

/** What {@link ConnectedClient} works with. */
export interface ClientDependencies {
  /** New in each process; begins the keys of its requests. */
  readonly daemonId: string
  readonly reconnectMs: number
  readonly pace: Pace
  readonly isDurable: (executionId: string) => boolean
  /** Resolves when all answers to the execution so far cannot be lost any more. */
  readonly sync: (executionId: string) => Promise<void>
  readonly onFault: (error: unknown, executionId: string) => void
}

type Hello = Extract<ClientFrame, { type: 'hello' }>

/** Asks that one connection has to deal with at a time; further ones wait. */
export const MAX_IN_FLIGHT = 1024

/** Answers are acknowledged together. */
const SOON_MS = 20
/** For durable executions: by then the store has usually written the answers. */
const KEPT_MS = 300

/** One client of one token: delivers requests to it and takes its answers, across connections. */
export class ConnectedClient {
  readonly owner: string
  readonly clientId: string
  readonly #deps: ClientDependencies
  #transport: Transport | undefined
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
  /** Executions of answers that are not acknowledged yet, by the id of the request. */
  #unkept = new Map<string, string>()
  #soonTimer: NodeJS.Timeout | undefined
  #keptTimer: NodeJS.Timeout | undefined
  #tickTimer: NodeJS.Timeout | undefined
  /** Executions under way that have tools of this client. */
  #executions = 0

  constructor(owner: string, clientId: string, deps: ClientDependencies) {
    this.owner = owner
    this.clientId = clientId
    this.#deps = deps
  }

  get isConnected(): boolean {
    return this.#transport !== undefined
  }

  /** Whether the daemon can forget the client. */
  get isIdle(): boolean {
    const held = this.#pendingRequests.size + this.#unkept.size + this.#streams.size
    return this.#transport === undefined && held + this.#executions === 0
  }

  /** Whether the holder of this token is the process that is, or was last, connected. */
  isSame(resumeToken: string | undefined): boolean {
    return this.#instanceId !== undefined && resumeToken === this.#resumeToken
  }

  /** Takes a connection; the one before is the caller's to close. */
  connect(transport: Transport, { instanceId, resumeToken, held }: Hello): void {
    this.disconnect()
    const isSame = this.#instanceId === instanceId && this.isSame(resumeToken)
    this.#transport = transport
    this.#instanceId = instanceId
    this.#isDraining = false
    // The token stays while the process is the same: the welcome with a new one could be lost.
    if (!isSame) this.#resumeToken = randomBytes(16).toString('hex')
    if (!isSame) {
      this.#streams.clear()
      for (const ask of this.#pendingRequests.values()) ask.isRepeat ||= ask.wasSent
    }
    this.welcome()
    const nowMs = performance.now()
    for (const ask of this.#pendingRequests.values()) ask.awaySinceMs = nowMs
    for (const { id, key } of held) this.#takeHeld(id, key)
    this.#pump()
    this.#tickSoon()
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
    this.sendFrame({ type: 'needed', executions: this.#executions })
  }

  /** Takes up a request that the client has from the connection before. */
  #takeHeld(id: string, key: string): void {
    const ask = this.#pendingRequests.get(id)
    if (ask?.frame.key === key) {
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
  sendFrame(frame: Parameters<Transport['send']>[0]): void {
    this.#transport?.send(frame)
  }

  /** The client wants no further requests on this connection. */
  drain(): void {
    this.#isDraining = true
  }

  /** Counts an execution that has tools of this client; returns a function to call at its end. */
  enter(): () => void {
    this.#executions++
    if (this.#executions === 1) this.sendFrame({ type: 'needed', executions: 1 })
    return () => {
      this.#executions--
      if (this.#executions === 0) this.sendFrame({ type: 'needed', executions: 0 })
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
    return this.#pendingRequests.get(id)?.executionId ?? this.#unkept.get(id)
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
    this.#unkept.set(id, ask.executionId)
    // An execution that ends with the process needs no store for its acknowledgement.
    if (!this.#deps.isDurable(ask.executionId)) this.#acknowledgeSoon()
    else this.#keptTimer ??= setTimeout(() => void this.#acknowledge(), KEPT_MS)
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

  /** Acknowledges the answers of executions that are not durable, a few together. */
  #acknowledgeSoon(): void {
    this.#soonTimer ??= setTimeout(() => {
      this.#soonTimer = undefined
      const isVolatile = ([, executionId]: [string, string]) => !this.#deps.isDurable(executionId)
      const ids = [...this.#unkept].filter(isVolatile).map(([id]) => id)
      for (const id of ids) this.#unkept.delete(id)
      this.sendFrame({ type: 'settle-ack', ids })
    }, SOON_MS)
  }

  /** Acknowledges answers of durable executions, once they cannot be lost any more. */
  async #acknowledge(): Promise<void> {
    this.#keptTimer = undefined
    const byExecution = Map.groupBy([...this.#unkept], ([, executionId]) => executionId)
    await Promise.all(
      Array.from(byExecution, async ([executionId, answers]) => {
        try {
          await this.#deps.sync(executionId)
        } catch (error) {
          // The client keeps the answers for the process that resumes the execution.
          this.#deps.onFault(error, executionId)
          return
        }
        const ids = answers.map(([id]) => id)
        for (const id of ids) this.#unkept.delete(id)
        this.sendFrame({ type: 'settle-ack', ids })
      }),
    )
  }

  /** Sends waiting requests, up to the bound. */
  #pump(): void {
    if (this.#isDraining) return
    while (this.#transport !== undefined && this.#inFlight < MAX_IN_FLIGHT) {
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
        const error = phase === 'held' ? late(frame.tool) : this.#away(ask, nowMs)
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
  overdue(callId: string): Error | undefined {
    for (const ask of this.#pendingRequests.values()) {
      if (ask.frame.callId !== callId) continue
      if (ask.phase !== 'held') return this.#away(ask, performance.now())
    }
    return undefined
  }
}
