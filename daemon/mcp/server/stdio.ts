/** The protocol over a pair of streams, for a host that starts its servers. */

import {
  type JSONRPCMessage,
  type JSONRPCNotification,
  ReadBuffer,
  serializeMessage,
  type Transport,
} from '@modelcontextprotocol/server'
import { serveStdio } from '@modelcontextprotocol/server/stdio'
import type { McpBackend } from './backend.ts'
import { ListWatch } from './list-watch.ts'
import { type Era, makeServer } from './make-server.ts'

/** The streams of a process. */
export interface StdioStreams {
  readonly stdin: AsyncIterable<Uint8Array | string>
  readonly stdout: { write(text: string): unknown }
}

/** Largest message: a source of the largest size, every character escaped, and as much for inputs. */
const MAX_MESSAGE_BYTES = 16 * 1024 * 1024
/** The daemon has no news of its tools for its clients: they are asked for. */
const POLL_MS = 30_000
/** Requests that came before the end of the input are answered within this time. */
const LAST_ANSWERS_MS = 60_000

/**
 * Answers until the input has ended and everything is answered, or the signal aborts.
 *
 * @param onProblem called with errors that the client does not see
 * @param pollMs milliseconds after which the tools are asked for again; 30 000 when absent
 */
export async function serveStreams(
  streams: StdioStreams,
  backend: McpBackend,
  signal: AbortSignal,
  onProblem: (error: Error) => void,
  pollMs: number = POLL_MS,
): Promise<void> {
  const transport = new StreamTransport(streams)
  const watch = new ListWatch(onProblem)
  const notified = { tools: true, resources: false }
  const make = ({ era }: { readonly era: Era }) => {
    const server = makeServer(backend, era, notified)
    const stop = watch.watch(backend, () => void server.sendToolListChanged().catch(onProblem))
    server.onclose = stop
    return server
  }
  const handle = serveStdio(make, { transport, onerror: onProblem })
  const poll = setInterval(() => watch.check(), pollMs)
  const onAbort = () => transport.end()
  signal.addEventListener('abort', onAbort, { once: true })
  if (signal.aborted) onAbort()
  await transport.ended
  signal.removeEventListener('abort', onAbort)
  clearInterval(poll)
  watch.close()
  await handle.close()
}

/**
 * Messages as lines. The library's own transport leaves open what was asked last, as by a script
 * that writes its requests and closes the pipe.
 */
class StreamTransport implements Transport {
  onclose?: () => void
  onerror?: (error: Error) => void
  onmessage?: Transport['onmessage']
  #streams: StdioStreams
  #buffer = new ReadBuffer({ maxBufferSize: MAX_MESSAGE_BYTES })
  #open = new Set<string | number>()
  #isOver = false
  #ended = Promise.withResolvers<void>()

  constructor(streams: StdioStreams) {
    this.#streams = streams
  }

  /** Resolves when nothing comes any more, and nothing is to be answered. */
  get ended(): Promise<void> {
    return this.#ended.promise
  }

  /** Answers nothing more. */
  end(): void {
    this.#ended.resolve()
  }

  async start(): Promise<void> {
    void this.#read()
  }

  async send(message: JSONRPCMessage): Promise<void> {
    this.#streams.stdout.write(serializeMessage(message))
    const isAnswer = 'result' in message || 'error' in message
    if (isAnswer && message.id != null) this.#open.delete(message.id)
    this.#endIfDone()
  }

  async close(): Promise<void> {
    this.end()
    this.onclose?.()
  }

  async #read(): Promise<void> {
    try {
      for await (const chunk of this.#streams.stdin) {
        this.#buffer.append(Buffer.from(chunk as string))
        this.#handOn()
      }
    } catch (error) {
      // The input is broken, or one message is longer than any may be: nothing after it is read.
      this.onerror?.(error as Error)
    }
    this.#isOver = true
    this.#endIfDone()
    setTimeout(() => this.end(), LAST_ANSWERS_MS).unref()
  }

  #handOn(): void {
    for (;;) {
      try {
        const message = this.#buffer.readMessage()
        if (message === null) return
        if ('method' in message && 'id' in message) this.#open.add(message.id)
        else if ('method' in message) this.#forgetCancelled(message)
        this.onmessage?.(message)
      } catch (error) {
        // A line that is not a message. The next one may be.
        this.onerror?.(error as Error)
      }
    }
  }

  /** A request that its client has given up gets no answer. */
  #forgetCancelled({ method, params }: JSONRPCNotification): void {
    if (method === 'notifications/cancelled') this.#open.delete(params?.requestId as string)
  }

  #endIfDone(): void {
    if (this.#isOver && this.#open.size === 0) this.end()
  }
}
