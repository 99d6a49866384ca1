/**
 * The transport of the protocol over the input and output of a process.
 *
 * The library has one too. That one gives its processes variables of the daemon, and ends a process
 * without what that has started.
 */

import {
  type JSONRPCMessage,
  ReadBuffer,
  serializeMessage,
  type Transport,
} from '@modelcontextprotocol/client'
import { errorText } from '../../../protocol/base/error-text.ts'
import { MAX_MESSAGE_BYTES } from './message-bounds.ts'
import { type ServerProcess, startServerProcess } from './server-process.ts'
import type { StdioServer } from './server-setting.ts'

/** Listeners to the process beside the protocol. */
export interface StdioListeners {
  /** One line of what the server writes to its standard error. */
  readonly onErrorLine: (line: string) => void
}

/** A line of a server's standard error is cut after so many characters. */
const MAX_LINE = 4096

/** Messages as lines of a process's input and output. */
export class StdioTransport implements Transport {
  onclose?: () => void
  onerror?: (error: Error) => void
  onmessage?: Transport['onmessage']
  /** With `pid` the marks by which the library knows a local pipe: silence there is no outage. */
  readonly stderr = null
  readonly pid = null
  /** How the process ended; `undefined` while it has not. */
  end: string | undefined
  #server: StdioServer
  #path: string | undefined
  #listeners: StdioListeners
  #process: ServerProcess | undefined
  #isHandingOn = false
  #buffer: ReadBuffer

  /**
   * @param path the folders in which the server's program is looked for
   * @param maxBytes of one message
   */
  constructor(
    server: StdioServer,
    path: string | undefined,
    listeners: StdioListeners,
    maxBytes: number = MAX_MESSAGE_BYTES,
  ) {
    this.#buffer = new ReadBuffer({ maxBufferSize: maxBytes })
    this.#server = server
    this.#path = path
    this.#listeners = listeners
  }

  /** Starts the process. @throws {Error} when that is not possible */
  async start(): Promise<void> {
    const process = await startServerProcess(this.#server, this.#path)
    this.#process = process
    process.stdout.on('data', (chunk: Buffer) => this.#read(chunk))
    readLines(process.stderr, this.#listeners.onErrorLine)
    process.ended.then(end => {
      this.end ??= end
      this.onclose?.()
    })
  }

  async send(message: JSONRPCMessage): Promise<void> {
    const { stdin } = this.#process ?? {}
    if (stdin === undefined || !stdin.writable) throw new Error('Cannot send: the server has ended')
    await new Promise<void>((resolve, reject) => {
      stdin.write(serializeMessage(message), error => (error ? reject(error) : resolve()))
    })
  }

  async close(): Promise<void> {
    await this.#process?.stop()
  }

  #read(chunk: Buffer): void {
    try {
      this.#buffer.append(chunk)
    } catch (error) {
      // Longer than any message may be: what follows would be read as a beginning.
      this.end = errorText(error)
      this.onerror?.(error as Error)
      // A server that floods the daemon would do so until it is stopped.
      this.#process?.stdout.destroy()
      void this.close()
      return
    }
    if (!this.#isHandingOn) this.#handOn()
  }

  /** Hands on the messages that are there. */
  #handOn(): void {
    this.#isHandingOn = false
    for (;;) {
      let message: JSONRPCMessage | null
      try {
        message = this.#buffer.readMessage()
      } catch (error) {
        // A line that is not a message. The next one may be.
        this.onerror?.(error as Error)
        continue
      }
      if (message === null) return
      this.onmessage?.(message)
      if ('id' in message) continue
      // The library takes notifications later and answers at once. The last progress of a call must
      // not come after its answer.
      this.#isHandingOn = true
      setImmediate(() => this.#handOn())
      return
    }
  }
}

function readLines(stream: NodeJS.ReadableStream, onLine: (line: string) => void): void {
  let rest = ''
  stream.setEncoding('utf8')
  stream.on('data', (text: string) => {
    const lines = (rest + text).split('\n')
    rest = (lines.pop() ?? '').slice(0, MAX_LINE)
    for (const line of lines) if (line.trim() !== '') onLine(line.slice(0, MAX_LINE))
  })
  stream.on('end', () => {
    if (rest.trim() !== '') onLine(rest)
  })
}
