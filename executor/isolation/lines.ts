/**
 * Messages over a socket, one line of JSON each.
 *
 * Not Node's own channel between processes: that one throws where nobody can catch it when the other
 * side writes what is no message, and a program that has escaped can write whatever it likes.
 */

import type { Socket } from 'node:net'

/** Longer than any message: the largest has arguments of 16 MiB, every character escaped. */
const MAX_LINE_CHARS = 256 * 1024 * 1024

/** Sends a message; one that cannot be sent any more is dropped, since the other side is gone. */
export function sendLine(socket: Socket, message: object): void {
  if (socket.writable) socket.write(`${JSON.stringify(message)}\n`)
}

/**
 * Reads messages until the socket ends.
 *
 * @param onMessage told of each, parsed
 * @param onFault told once of a line that is no JSON or has no end, or of what `onMessage` has
 *   thrown; nothing is read after it
 */
export function readLines(
  socket: Socket,
  onMessage: (message: unknown) => void,
  onFault: (error: Error) => void,
): void {
  let parts: string[] = []
  let length = 0
  let isOver = false
  const take = (text: string) => {
    const line = parts.length === 0 ? text : parts.join('') + text
    parts = []
    length = 0
    onMessage(JSON.parse(line))
  }
  socket.setEncoding('utf8')
  socket.on('data', (chunk: string) => {
    if (isOver) return
    try {
      let from = 0
      for (let to = chunk.indexOf('\n'); to >= 0; to = chunk.indexOf('\n', from)) {
        take(chunk.slice(from, to))
        from = to + 1
      }
      if (from < chunk.length) parts.push(chunk.slice(from))
      length += chunk.length - from
      if (length > MAX_LINE_CHARS) throw new Error(`a message of more than ${MAX_LINE_CHARS}`)
    } catch (error) {
      isOver = true
      onFault(error as Error)
    }
  })
}
