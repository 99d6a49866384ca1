/**
 * Messages over a socket, one line of JSON each.
 *
 * Node's own channel between processes is not used. It throws an uncatchable error when the other
 * side writes an invalid message, and a program that has escaped can write whatever it likes.
 *
 * Bytes of a message stand before its line, as they are, in pieces: each is a line `@LENGTH` and so
 * many bytes. A session's state as base64 in the line would be copied and parsed as a string.
 */

import type { Socket } from 'node:net'

/** Longer than any line: the largest has arguments of 16 MiB, every character escaped. */
const MAX_LINE_BYTES = 256 * 1024 * 1024
/** More than the largest state of a session, which `maxSessionBytes` bounds. */
const MAX_MESSAGE_BYTES = 160 * 1024 * 1024
/** Small enough that other messages hardly wait for one. */
const PIECE_BYTES = 1024 * 1024

const NEWLINE = 0x0a
const PIECE = 0x40
/** A line that begins a piece: the sign, and a length of at most 7 digits. */
const PIECE_LINE = /^@(\d{1,7})$/

/**
 * Sends a message; one that cannot be sent any more is dropped, since the other side is gone.
 *
 * @throws {Error} for bytes that the other side would not take: nothing is sent
 */
export function sendLine(socket: Socket, message: object, bytes?: Uint8Array): void {
  if (!socket.writable) return
  // A program that has escaped may report any value.
  if (bytes !== undefined && !(bytes instanceof Uint8Array)) throw new Error('bytes are expected')
  if (bytes !== undefined && bytes.byteLength > MAX_MESSAGE_BYTES) {
    throw new Error(`${bytes.byteLength} bytes beside a message, limit ${MAX_MESSAGE_BYTES}`)
  }
  for (let at = 0; bytes !== undefined && at < bytes.byteLength; at += PIECE_BYTES) {
    const piece = bytes.subarray(at, at + PIECE_BYTES)
    socket.write(`@${piece.byteLength}\n`)
    socket.write(piece)
  }
  socket.write(`${JSON.stringify(message)}\n`)
}

/** Receives each message: the value of its line, and the bytes that stood before it. */
export type OnMessage = (message: unknown, bytes: Uint8Array | undefined) => void

/**
 * Reads messages until the socket ends.
 *
 * @param onMessage receives each, parsed
 * @param onFault called once: for a line that is not JSON or has no end, or with the error of
 *   `onMessage`. Nothing is read after it.
 */
export function readLines(
  socket: Socket,
  onMessage: OnMessage,
  onFault: (error: Error) => void,
): void {
  const reader = new LineReader(onMessage)
  let isOver = false
  socket.on('data', (chunk: Buffer) => {
    if (isOver) return
    try {
      reader.take(chunk)
    } catch (error) {
      isOver = true
      onFault(error as Error)
    }
  })
}

class LineReader {
  readonly #onMessage: OnMessage
  /** The line that has begun, and its bytes so far. */
  #line: Buffer[] = []
  #lineBytes = 0
  /** The pieces before the line, and their bytes. */
  #pieces: Buffer[] = []
  #pieceBytes = 0
  /** Bytes of the present piece that have not come. */
  #missing = 0

  constructor(onMessage: OnMessage) {
    this.#onMessage = onMessage
  }

  take(chunk: Buffer): void {
    for (let at = 0; at < chunk.length; ) {
      at = this.#missing > 0 ? this.#takePiece(chunk, at) : this.#takeLine(chunk, at)
    }
  }

  #takePiece(chunk: Buffer, from: number): number {
    const part = chunk.subarray(from, from + this.#missing)
    this.#missing -= part.length
    this.#pieces.push(part)
    return from + part.length
  }

  #takeLine(chunk: Buffer, from: number): number {
    const newline = chunk.indexOf(NEWLINE, from)
    const to = newline < 0 ? chunk.length : newline
    this.#lineBytes += to - from
    if (this.#lineBytes > MAX_LINE_BYTES) {
      throw new Error(`a message of more than ${MAX_LINE_BYTES} bytes`)
    }
    this.#line.push(chunk.subarray(from, to))
    if (newline < 0) return to
    const line = this.#line.length === 1 ? (this.#line[0] as Buffer) : Buffer.concat(this.#line)
    this.#line = []
    this.#lineBytes = 0
    if (line[0] === PIECE) this.#beginPiece(line)
    else this.#emit(line)
    return newline + 1
  }

  #beginPiece(line: Buffer): void {
    const length = Number(PIECE_LINE.exec(line.toString('latin1', 0, 16))?.[1] ?? NaN)
    this.#missing = length
    this.#pieceBytes += length
    const isSound = length > 0 && length <= PIECE_BYTES && this.#pieceBytes <= MAX_MESSAGE_BYTES
    if (!isSound) throw new Error(`a piece that cannot be, after ${this.#pieceBytes} bytes`)
  }

  #emit(line: Buffer): void {
    const bytes = this.#pieceBytes === 0 ? undefined : Buffer.concat(this.#pieces)
    this.#pieces = []
    this.#pieceBytes = 0
    this.#onMessage(JSON.parse(line.toString()), bytes)
  }
}
