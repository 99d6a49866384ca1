/** One WebSocket between two daemons: frames both ways, requests with answers, and a heartbeat. */

import type { WebSocket } from 'ws'
import { errorText } from '../../protocol/base/error-text.ts'
import { MAX_FRAME_BYTES } from '../../protocol/connect/connect-facts.ts'
import { type ErrorCode, errorTable, LatchdError } from '../../protocol/errors.ts'
import { readFrame } from '../base/read-frame.ts'
import { PeerFrame, type PeerRequest } from './peer-frames.ts'

/** The longest frame between daemons: one of a client, and what stands around it. */
export const MAX_PEER_FRAME_BYTES = MAX_FRAME_BYTES + 4096
/** A link that has more to send than this takes no calls … */
const HIGH_WATER_BYTES = 16 * 1024 * 1024
/** … and with more than this it is cut: the other side does not read. */
const MAX_BEHIND_BYTES = 4 * MAX_FRAME_BYTES
const HEARTBEAT_MS = 1000
/** After this long without a frame the other side is taken for lost. */
const LEASE_MS = 5000
/** A link that was not used for this long is closed. */
const IDLE_MS = 60_000
/** Requests of the other side that are answered at a time. */
const MAX_ANSWERING = 1024

/** Receives the frames of a link. */
export interface LinkHandler {
  onFrame(link: PeerLink, frame: PeerFrame): void
  /** The value of an answer. @throws {LatchdError} for a refusal */
  answer(link: PeerLink, request: PeerRequest): Promise<unknown>
  /** The link takes calls again. */
  onRoom(link: PeerLink): void
  onEnd(link: PeerLink, reason: string): void
  /** Whether something goes on over it, so that it stays. */
  isUsed(link: PeerLink): boolean
}

interface Asked {
  readonly resolve: (value: unknown) => void
  readonly reject: (error: Error) => void
  readonly timer: NodeJS.Timeout
}

/** A link to a daemon that has proved what it is. */
export class PeerLink {
  readonly peerId: string
  #socket: WebSocket
  #handler: LinkHandler
  #asked = new Map<number, Asked>()
  #lastId = 0
  #answering = 0
  #heardAtMs = performance.now()
  #usedAtMs = performance.now()
  #heartbeat: NodeJS.Timeout
  #wasFull = false
  #isClosed = false

  constructor(socket: WebSocket, peerId: string, handler: LinkHandler) {
    this.peerId = peerId
    this.#socket = socket
    this.#handler = handler
    socket.on('message', (data, isBinary) => this.#onMessage(isBinary ? undefined : String(data)))
    socket.on('close', () => this.#end('the connection has ended'))
    // The close that follows ends it.
    socket.on('error', () => {})
    this.#heartbeat = setInterval(() => this.#sendHeartbeat(), HEARTBEAT_MS)
    this.#heartbeat.unref()
    if (socket.isPaused) socket.resume()
  }

  get isOpen(): boolean {
    return !this.#isClosed
  }

  /** Whether it takes further calls now. */
  get hasRoom(): boolean {
    return this.#socket.bufferedAmount < HIGH_WATER_BYTES
  }

  /** Sends a frame, if the link is open. Progress is left out while the link is full. */
  send(frame: PeerFrame): void {
    if (this.#isClosed) return
    const isFull = !this.hasRoom
    if (isFull && frame.type === 'event' && frame.event.type === 'call-progressed') return
    if (this.#socket.bufferedAmount > MAX_BEHIND_BYTES) {
      this.close(`the other side is ${this.#socket.bufferedAmount} bytes behind`)
      return
    }
    if (frame.type !== 'heartbeat') this.#usedAtMs = performance.now()
    this.#wasFull ||= isFull
    this.#socket.send(JSON.stringify(frame), () => {
      if (!this.#wasFull || !this.hasRoom || this.#isClosed) return
      this.#wasFull = false
      this.#handler.onRoom(this)
    })
  }

  /**
   * Asks the other daemon.
   *
   * @throws {LatchdError} `PEER_UNAVAILABLE` without an answer in time, and whatever it refuses with
   */
  request(of: PeerRequest, timeoutMs: number): Promise<unknown> {
    if (this.#isClosed) return Promise.reject(unavailable('the connection has ended'))
    const id = ++this.#lastId
    const { promise, resolve, reject } = Promise.withResolvers<unknown>()
    const timer = setTimeout(() => {
      this.#asked.delete(id)
      reject(unavailable(`it did not answer within ${timeoutMs} ms`))
    }, timeoutMs)
    this.#asked.set(id, { resolve, reject, timer })
    this.send({ type: 'request', id, of })
    return promise
  }

  /** Ends the link. */
  close(reason: string): void {
    if (this.#isClosed) return
    this.#end(reason)
    this.#socket.close(1000)
    // An other side that does not answer holds nothing.
    setTimeout(() => this.#socket.terminate(), HEARTBEAT_MS).unref()
  }

  #onMessage(data: string | undefined): void {
    if (this.#isClosed) return
    this.#heardAtMs = performance.now()
    const frame = readFrame(PeerFrame, data)
    if (typeof frame === 'string') {
      this.close(frame)
      return
    }
    if (frame.type !== 'heartbeat') this.#usedAtMs = performance.now()
    switch (frame.type) {
      case 'heartbeat':
        return
      case 'request':
        void this.#answer(frame.id, frame.of)
        return
      case 'answer':
        this.#take(frame.id)?.resolve(frame.value)
        return
      case 'refusal':
        this.#take(frame.id)?.reject(refusalOf(frame.code, frame.message))
        return
      default:
        this.#handler.onFrame(this, frame)
    }
  }

  #take(id: number): Asked | undefined {
    const asked = this.#asked.get(id)
    this.#asked.delete(id)
    clearTimeout(asked?.timer)
    return asked
  }

  async #answer(id: number, request: PeerRequest): Promise<void> {
    if (this.#answering >= MAX_ANSWERING) {
      const message = `Cannot answer: ${this.#answering} requests of the daemon are under way`
      this.send({ type: 'refusal', id, code: 'PEER_UNAVAILABLE', message })
      return
    }
    this.#answering++
    try {
      this.send({ type: 'answer', id, value: await this.#handler.answer(this, request) })
    } catch (error) {
      const code = error instanceof LatchdError ? error.code : 'INTERNAL'
      const message = errorText(error)
      this.send({ type: 'refusal', id, code, message })
    } finally {
      this.#answering--
    }
  }

  #sendHeartbeat(): void {
    const nowMs = performance.now()
    if (nowMs - this.#heardAtMs > LEASE_MS) {
      this.close(`nothing was heard for ${LEASE_MS} ms`)
      this.#socket.terminate()
    } else if (nowMs - this.#usedAtMs > IDLE_MS && !this.#handler.isUsed(this)) {
      this.close('it was not used')
    } else this.send({ type: 'heartbeat' })
  }

  #end(reason: string): void {
    if (this.#isClosed) return
    this.#isClosed = true
    clearInterval(this.#heartbeat)
    for (const id of [...this.#asked.keys()]) this.#take(id)?.reject(unavailable(reason))
    this.#handler.onEnd(this, reason)
  }
}

function refusalOf(code: string, message: string): LatchdError {
  return new LatchdError(code in errorTable ? (code as ErrorCode) : 'INTERNAL', message)
}

/** The refusal of what only a daemon can answer that cannot be asked. */
export function unavailable(reason: string): LatchdError {
  const message = `Cannot ask the daemon that has it in memory: ${reason}`
  return new LatchdError('PEER_UNAVAILABLE', message, { retryAfterSeconds: 1 })
}
