/**
 * One client, by its token and `clientId`, whether it is connected or away: what it is asked, and
 * what it has answered.
 *
 * An ask is delivered until it is acknowledged and remembered until it is settled. When the
 * connection is lost, all that was sent waits again; the next connection says what it holds, and
 * gets the rest. What nobody acknowledges for `reconnectMs` is refused, unless its execution is
 * durable: that waits until the call's own deadline.
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

export interface ClientDependencies {
  /** New in each process; begins the keys of its asks. */
  readonly daemonId: string
  readonly reconnectMs: number
  readonly pace: Pace
  readonly isDurable: (executionId: string) => boolean
  /** Resolves when all that the execution was answered so far cannot be lost any more. */
  readonly sync: (executionId: string) => Promise<void>
  readonly onFault: (error: unknown, executionId: string) => void
}

type Hello = Extract<ClientFrame, { type: 'hello' }>

/** Asks that one connection has to deal with at a time; further ones wait. */
export const MAX_IN_FLIGHT = 1024

/** Answers are acknowledged together. */
const SOON_MS = 20
/** Those of durable executions after the store has had time to write them anyway. */
const KEPT_MS = 300

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
  /** Streams that the client has open, by the id of the ask that opened each. */
  #streams = new Map<string, string>()
  /** What the client was told to give up and has not confirmed; why. */
  #cancelled = new Map<string, string>()
  /** Executions of answers that are not acknowledged yet, by the id of the ask. */
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

  /** Whether nothing is to be remembered of it. */
  get isIdle(): boolean {
    const held = this.#pendingRequests.size + this.#unkept.size + this.#streams.size
    return this.#transport === undefined && held + this.#executions === 0
  }

  /** Whether a client that shows this token is the process that is, or was last, connected. */
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
    // Kept while the process is the same: the welcome that tells it may have been lost.
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
    this.tell({
      type: 'welcome',
      version: CONNECT_VERSION,
      daemonId,
      resumeToken: this.#resumeToken,
      ...pace,
      maxCallsInFlight: MAX_IN_FLIGHT,
      maxFrameBytes: MAX_FRAME_BYTES,
    })
    this.tell({ type: 'needed', executions: this.#executions })
  }

  /** An ask that the client has from the connection before. */
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
      // Asked by this process and given up since. Of another daemon's it may be asked again.
      this.#cancel(id, 'The call was given up')
    }
  }

  /** The connection is lost: what it had is delivered by the next one. */
  disconnect(): void {
    if (this.#transport === undefined) return
    this.#transport = undefined
    this.#inFlight = 0
    // The next connection says what it holds, and is told then what is not wanted any more.
    this.#cancelled.clear()
    const nowMs = performance.now()
    for (const [id, ask] of this.#pendingRequests) {
      if (ask.phase !== 'waiting') this.#waiting.push(id, ask)
      ask.phase = 'waiting'
      ask.awaySinceMs = nowMs
    }
    this.#tickSoon()
  }

  /** Tells the client, if it is there. */
  tell(frame: Parameters<Transport['send']>[0]): void {
    this.#transport?.send(frame)
  }

  /** The client wants no further asks on this connection. */
  drain(): void {
    this.#isDraining = true
  }

  /** An execution begins that has tools of this client; gives what to call at its end. */
  enter(): () => void {
    this.#executions++
    if (this.#executions === 1) this.tell({ type: 'needed', executions: 1 })
    return () => {
      this.#executions--
      if (this.#executions === 0) this.tell({ type: 'needed', executions: 0 })
    }
  }

  /** Asks the client. Rejects with what the call throws when nobody takes it in time. */
  ask(ask: PendingRequest): Promise<Settlement> {
    const { id } = ask.frame
    this.#pendingRequests.set(id, ask)
    this.#waiting.push(id, ask)
    this.#pump()
    this.#tickSoon()
    return ask.settled.promise
  }

  /** The execution of what is asked, or was answered and is not kept yet. */
  executionOf(id: string): string | undefined {
    return this.#pendingRequests.get(id)?.executionId ?? this.#unkept.get(id)
  }

  /** What was asked is not wanted any more. @param reason told to the client; `undefined`: nothing */
  giveUp(id: string, reason: string | undefined): void {
    const ask = this.#take(id)
    if (ask === undefined && !this.#streams.delete(id)) return
    const isUnsent = ask?.phase === 'waiting' && !ask.wasSent
    if (reason !== undefined && !isUnsent) this.#cancel(id, reason)
    this.#pump()
  }

  /** A stream that the client has open is over. */
  forgetStream(id: string): void {
    this.#streams.delete(id)
  }

  #cancel(id: string, reason: string): void {
    if (this.#transport === undefined) return
    this.#cancelled.set(id, reason)
    this.tell({ type: 'cancel', id, reason })
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
   * Takes an answer, also one that comes by HTTP; the same once more changes nothing.
   *
   * @returns whether it is one that this daemon knows of, now or from before
   */
  settle(id: string, key: string, settlement: Settlement): boolean {
    const ask = this.#pendingRequests.get(id)
    if (ask === undefined || ask.frame.key !== key) {
      // An answer to an earlier daemon is wanted when this one asks for it.
      if (!key.startsWith(this.#deps.daemonId)) return false
      if (!this.#unkept.has(id)) this.tell({ type: 'settle-ack', ids: [id] })
      return true
    }
    this.#take(id)
    if (settlement.kind === 'stream') this.#streams.set(id, key)
    this.#unkept.set(id, ask.executionId)
    // What ends with the process needs no store to be acknowledged.
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
      this.tell({ type: 'settle-ack', ids })
    }, SOON_MS)
  }

  /** Acknowledges what cannot be lost any more. */
  async #acknowledge(): Promise<void> {
    this.#keptTimer = undefined
    const byExecution = Map.groupBy([...this.#unkept], ([, executionId]) => executionId)
    await Promise.all(
      Array.from(byExecution, async ([executionId, answers]) => {
        try {
          await this.#deps.sync(executionId)
        } catch (error) {
          // Not acknowledged: the client keeps them, for whoever goes on with the execution.
          this.#deps.onFault(error, executionId)
          return
        }
        const ids = answers.map(([id]) => id)
        for (const id of ids) this.#unkept.delete(id)
        this.tell({ type: 'settle-ack', ids })
      }),
    )
  }

  /** Sends what waits, as far as there is room. */
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
    this.tell(frame.kind === 'execute' ? { ...frame, isRepeat } : frame)
  }

  #tickSoon(): void {
    // Four looks before the bound are near enough to it.
    const tickMs = Math.min(RESEND_MS, Math.max(20, this.#deps.reconnectMs / 4))
    this.#tickTimer ??= setTimeout(() => this.#tick(), tickMs)
    this.#tickTimer.unref()
  }

  /** Sends again what was lost, and gives up what nobody takes. */
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
    for (const [id, reason] of this.#cancelled) this.tell({ type: 'cancel', id, reason })
    if (this.#pendingRequests.size + this.#cancelled.size > 0) this.#tickSoon()
  }

  #isAway({ phase, awaySinceMs }: PendingRequest, nowMs: number): boolean {
    // One that waits for room is in the client's hands, in its order.
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
