/** One connection of a client: sends frames, notices silence, closes with a reason. */

import type { DaemonFrame } from '../../protocol/connect/connect.ts'
import { closeCodes } from '../../protocol/connect/connect-facts.ts'

/** The part of a `ws` socket that is used. */
export interface Socket {
  readonly bufferedAmount: number
  send(text: string): void
  close(code?: number, reason?: string): void
  terminate(): void
}

/** The rhythm of heartbeats on a connection, in milliseconds. */
export interface Pace {
  readonly heartbeatMs: number
  /** After this long without a frame an end takes the other one for lost. */
  readonly leaseMs: number
}

/** Bytes of a reason that a close frame carries (RFC 6455, 5.5). */
const MAX_REASON = 123
/** A client has this long to answer a close before its connection is cut. */
const CLOSE_MS = 1000

/** How frames go to a client: over its own connection, or by way of the daemon that has it. */
export interface ClientTransport {
  send(frame: DaemonFrame): void
  /** Whether earlier frames are still in the buffer. Resending would only add to it. */
  readonly isBusy: boolean
  /** Whether further requests can be sent now. */
  readonly hasRoom: boolean
}

/** Sends frames and heartbeats on one WebSocket. It closes after `leaseMs` without a frame. */
export class Transport implements ClientTransport {
  readonly #socket: Socket
  readonly #pace: Pace
  readonly #heartbeat: NodeJS.Timeout
  #heardAtMs = performance.now()
  #isClosed = false

  constructor(socket: Socket, pace: Pace) {
    this.#socket = socket
    this.#pace = pace
    this.#heartbeat = setInterval(() => this.#onHeartbeat(), pace.heartbeatMs)
    this.#heartbeat.unref()
  }

  send(frame: DaemonFrame): void {
    if (!this.#isClosed) this.#socket.send(JSON.stringify(frame))
  }

  /** Whether earlier frames are still in the buffer. Resending would only add to it. */
  get isBusy(): boolean {
    return this.#socket.bufferedAmount > 0
  }

  get hasRoom(): boolean {
    return true
  }

  /** Records that the client has sent a frame. */
  heard(): void {
    this.#heardAtMs = performance.now()
  }

  close(code: number, reason: string): void {
    if (this.#isClosed) return
    this.onClosed()
    this.#socket.close(code, Buffer.from(reason).subarray(0, MAX_REASON).toString())
    setTimeout(() => this.#socket.terminate(), CLOSE_MS).unref()
  }

  /** The connection is closed already. */
  onClosed(): void {
    this.#isClosed = true
    clearInterval(this.#heartbeat)
  }

  #onHeartbeat(): void {
    const { leaseMs } = this.#pace
    if (performance.now() - this.#heardAtMs < leaseMs) {
      this.send({ type: 'heartbeat' })
      return
    }
    this.close(closeCodes.SILENT, `nothing was heard for ${leaseMs} ms`)
    // The way to the client may be broken: its answer to the close is not awaited.
    this.#socket.terminate()
  }
}
