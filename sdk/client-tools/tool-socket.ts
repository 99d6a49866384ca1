/**
 * The connection over which a daemon calls tools of this process.
 *
 * It opens at the first use, and reopens after a loss as long as it is wanted. A connection without
 * a frame for `leaseMs` counts as lost.
 */

import { FIRST_PAUSE_MS, LONGEST_PAUSE_MS } from '../../protocol/base/backoff.ts'
import { pause } from '../../protocol/base/pause.ts'
import type { ClientFrame, DaemonFrame } from '../../protocol/connect/connect.ts'
import {
  CONNECT_VERSION,
  closeCodes,
  RESEND_MS,
  SUBPROTOCOL,
  TOKEN_SUBPROTOCOL,
} from '../../protocol/connect/connect-facts.ts'
import { type ErrorCode, LatchdError } from '../../protocol/errors.ts'
import type { Connection } from '../http.ts'

/** A constructor of standard WebSockets. */
export type WebSocketClass = new (url: string, protocols: string[]) => WebSocket

/** Where {@link ToolSocket} connects, and with which token. */
export interface SocketOptions {
  readonly url: string
  readonly token: string | undefined
  /** The requests of the same client: they find out why a connection was refused. */
  readonly connection: Connection
  readonly WebSocket: WebSocketClass | undefined
}

/** The frame by which a daemon answers a hello. */
export type Welcome = Extract<DaemonFrame, { type: 'welcome' }>
/** What a hello says besides its type and version. */
export type HelloFields = Omit<Extract<ClientFrame, { type: 'hello' }>, 'type' | 'version'>

/** The callbacks of the connection. */
export interface SocketListener {
  readonly hello: () => HelloFields
  readonly onWelcome: (welcome: Welcome) => void
  readonly onFrame: (frame: DaemonFrame) => void
  /** Called every second while there is a connection. */
  readonly onTick: () => void
  /** An attempt to connect again has failed. */
  readonly onUnreachable: () => void
  /** Another connection took over, or the daemon refuses this client: no more attempts. */
  readonly onRefused: (reason: string) => void
  /** Whether the connection is wanted. */
  readonly isWanted: () => boolean
}

/** A daemon must answer a hello within this time. */
const WELCOME_MS = 5000

/** Refusals that the same attempt gets again. */
const lasting: ReadonlySet<ErrorCode> = new Set([
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'NOT_FOUND',
  'INVALID_REQUEST',
])

/** A WebSocket to one daemon. When it is lost, it reconnects as long as it is wanted. */
export class ToolSocket {
  readonly #options: SocketOptions
  readonly #listener: SocketListener
  #socket: WebSocket | undefined
  #attempt: Promise<void> | undefined
  #isReconnecting = false
  #isClosed = false
  #heardAtMs = 0
  #timers: ReturnType<typeof setInterval>[] = []

  constructor(options: SocketOptions, listener: SocketListener) {
    this.#options = options
    this.#listener = listener
  }

  get isOpen(): boolean {
    return this.#socket !== undefined
  }

  /**
   * Connects if necessary; tries once.
   *
   * @throws {LatchdError} `CONNECTION_REFUSED`, `CONNECTION_LOST`, `UNAUTHENTICATED`, `FORBIDDEN`
   */
  async open(): Promise<void> {
    if (this.#socket !== undefined) return
    if (this.#isClosed) throw new LatchdError('EXECUTOR_CLOSED', 'The client was closed')
    this.#attempt ??= this.#connect().finally(() => {
      this.#attempt = undefined
    })
    await this.#attempt
  }

  send(frame: ClientFrame): void {
    this.#socket?.send(JSON.stringify(frame))
  }

  /** Ends a connection that is not wanted now. */
  close(): void {
    const socket = this.#socket
    if (socket === undefined) return
    this.send({ type: 'goodbye' })
    this.#drop()
    socket.close(closeCodes.DONE)
  }

  /** As {@link close}, for good. */
  end(): void {
    this.#isClosed = true
    this.close()
  }

  async #connect(): Promise<void> {
    const { url, token, WebSocket = globalThis.WebSocket } = this.#options
    if (WebSocket === undefined) {
      const message = 'Cannot run tools here: this runtime has no WebSocket'
      throw new LatchdError('CONNECTION_LOST', message)
    }
    const protocols = [SUBPROTOCOL]
    if (token !== undefined) protocols.push(TOKEN_SUBPROTOCOL + base64url(token))
    const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/v1/connect`, protocols)
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const lost = (why: string) =>
      new LatchdError('CONNECTION_LOST', `The connection for tools was lost: ${why}`)
    const timer = setTimeout(
      () => reject(lost(`the daemon did not answer within ${WELCOME_MS} ms`)),
      WELCOME_MS,
    )
    let hasOpened = false
    let again: ReturnType<typeof setInterval> | undefined
    socket.onopen = () => {
      hasOpened = true
      const hello = { type: 'hello', version: CONNECT_VERSION, ...this.#listener.hello() } as const
      const text = JSON.stringify(hello satisfies ClientFrame)
      socket.send(text)
      again = setInterval(() => socket.send(text), RESEND_MS)
    }
    socket.onmessage = ({ data }) => {
      const frame = readFrame(data)
      if (frame === undefined) reject(lost('a frame came that cannot be read'))
      // Frames that arrive before it are sent again.
      if (frame?.type !== 'welcome') return
      // At once: the frames that follow may be here already.
      this.#take(socket, frame)
      resolve()
    }
    socket.onclose = ({ code, reason }) => reject(lost(`${code} ${reason}`.trim()))
    socket.onerror = () => {}
    try {
      await promise
    } catch (error) {
      socket.onopen = null
      socket.onclose = null
      socket.onmessage = null
      socket.close()
      throw hasOpened ? error : await this.#refusal(error)
    } finally {
      clearTimeout(timer)
      clearInterval(again)
    }
  }

  /** Why a connection could not be opened: a WebSocket does not say it, a request does. */
  async #refusal(error: unknown): Promise<unknown> {
    try {
      await this.#options.connection.send('GET', '/v1/connect')
    } catch (refusal) {
      const isKnown = refusal instanceof LatchdError && refusal.code !== 'UPGRADE_REQUIRED'
      return isKnown ? refusal : error
    }
    return error
  }

  #take(socket: WebSocket, welcome: Welcome): void {
    this.#socket = socket
    this.#heardAtMs = performance.now()
    socket.onmessage = ({ data }) => this.#onMessage(socket, data)
    socket.onclose = ({ code, reason }) => this.#onLost(socket, code, reason)
    const { heartbeatMs, leaseMs } = welcome
    this.#timers = [
      setInterval(() => this.#heartbeat(socket, leaseMs), heartbeatMs),
      setInterval(() => {
        // While something is on its way out, sending it again would only add to it.
        if (socket.bufferedAmount === 0) this.#listener.onTick()
      }, RESEND_MS),
    ]
    // The socket was closed while it was opened.
    if (this.#isClosed) this.close()
    else this.#listener.onWelcome(welcome)
  }

  #onMessage(socket: WebSocket, data: unknown): void {
    if (this.#socket !== socket) return
    this.#heardAtMs = performance.now()
    const frame = readFrame(data)
    if (frame !== undefined) {
      this.#listener.onFrame(frame)
      return
    }
    socket.close(closeCodes.BAD_FRAME, 'a frame that cannot be read')
    this.#onLost(socket, closeCodes.BAD_FRAME, '')
  }

  #heartbeat(socket: WebSocket, leaseMs: number): void {
    if (performance.now() - this.#heardAtMs < leaseMs) {
      this.send({ type: 'heartbeat' })
      return
    }
    // The socket's close waits for an answer that may never come: count it as lost now.
    socket.close(closeCodes.SILENT, 'nothing was heard')
    this.#onLost(socket, closeCodes.SILENT, '')
  }

  #onLost(socket: WebSocket, code: number, reason: string): void {
    if (this.#socket !== socket) return
    this.#drop()
    if (code === closeCodes.REPLACED || code === closeCodes.WRONG_VERSION) {
      this.#listener.onRefused(reason)
    } else this.reconnect()
  }

  #drop(): void {
    this.#socket = undefined
    for (const timer of this.#timers) clearInterval(timer)
    this.#timers = []
  }

  /** Reconnects as long as the connection is wanted, for any length of time. */
  async reconnect(): Promise<void> {
    if (this.#isReconnecting) return
    this.#isReconnecting = true
    try {
      for (let failures = 0; ; failures++) {
        if (this.#isClosed || !this.#listener.isWanted()) return
        try {
          await this.open()
          // The socket may be lost already, with frames that came right behind the welcome.
          if (this.isOpen) return
        } catch (error) {
          if (error instanceof LatchdError && lasting.has(error.code)) {
            this.#listener.onRefused(error.message)
            return
          }
          this.#listener.onUnreachable()
        }
        const longest = Math.min(FIRST_PAUSE_MS * 2 ** failures, LONGEST_PAUSE_MS)
        // Clients that lost the same daemon do not come back all at once.
        await pause(longest * (0.5 + Math.random() / 2))
      }
    } finally {
      this.#isReconnecting = false
    }
  }
}

/** A frame of the daemon; `undefined` when it was mangled on its way. */
function readFrame(data: unknown): DaemonFrame | undefined {
  if (typeof data !== 'string') return undefined
  try {
    const frame = JSON.parse(data) as DaemonFrame
    return typeof frame?.type === 'string' ? frame : undefined
  } catch {
    // The connection is not to be trusted any more: the sender sends again over the next one.
    return undefined
  }
}

function base64url(text: string): string {
  const bytes = new TextEncoder().encode(text)
  const binary = Array.from(bytes, byte => String.fromCharCode(byte)).join('')
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}
