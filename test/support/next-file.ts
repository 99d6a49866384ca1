/**
 * How a process of tests gets its files from `run.ts`, over a socket of its own: for each line that it
 * writes it gets the path of a file in a line, or an empty line when there is none for it.
 *
 * Not by the channel of `fork()`, nor as arguments, nor by the environment: the tests are about those.
 */

import { readSync, writeSync } from 'node:fs'
import type { Duplex } from 'node:stream'

/** The descriptor of the socket in the process of tests. */
export const NEXT_FILE_FD = 3

/** Asks for the next file, and waits for it; `undefined`: there is none. */
export function nextFile(): string | undefined {
  writeSync(NEXT_FILE_FD, '\n')
  const byte = Buffer.alloc(1)
  const line: number[] = []
  while (readSync(NEXT_FILE_FD, byte) === 1 && byte[0] !== NEWLINE) line.push(byte[0] as number)
  return Buffer.from(line).toString() || undefined
}

const NEWLINE = 10

/** Answers a process that asks for files. @param next takes the next file; `undefined`: there is none */
export function answerWithFiles(socket: Duplex, next: () => string | undefined): void {
  socket.on('data', (asked: Buffer) => {
    for (const _ of asked) socket.write(`${next() ?? ''}\n`)
  })
  // A process that ends early has failed by how it ended.
  socket.on('error', () => {})
}
