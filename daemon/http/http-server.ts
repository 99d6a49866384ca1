/** The HTTP servers below the routes: the bounds of a connection, and input that is not HTTP. */

import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerOptions,
  type ServerResponse,
  STATUS_CODES,
} from 'node:http'
import type { Duplex } from 'node:stream'
import { createAdaptorServer } from '@hono/node-server'
import { LatchdError } from '../../protocol/errors.ts'
import { MAX_WAIT_MS } from '../../protocol/execution/execution.ts'
import { headProblem } from './middleware/request-head.ts'
import { RequestPacer } from './middleware/request-pacer.ts'
import { securityHeaders } from './middleware/security-headers.ts'
import { problemAnswer } from './problem.ts'
import { socketServer } from './routes/connect-route.ts'

/** How long a client may take, in milliseconds, and how much its headers. */
export interface ServerBounds {
  /** From a connection's first byte to the end of the headers. */
  readonly headersMs: number
  /** To the end of the body. */
  readonly requestMs: number
  /** Between two requests. */
  readonly keepAliveMs: number
  /** Without a byte either way: longer than any answer lets wait. */
  readonly stallMs: number
  /** The interval of checks: a slow client may take this much longer. */
  readonly checkMs: number
  readonly maxHeaderBytes: number
}

const ordinaryBounds: ServerBounds = {
  headersMs: 10_000,
  requestMs: 60_000,
  keepAliveMs: 15_000,
  stallMs: MAX_WAIT_MS + 30_000,
  checkMs: 1000,
  maxHeaderBytes: 16_384,
}

/** The parts that a server hands requests to. */
export interface ServerDependencies {
  readonly fetch: Parameters<typeof createAdaptorServer>[0]['fetch']
  /** Whether a request to become a WebSocket is granted; else it is answered as any other. */
  readonly mayUpgrade: (request: IncomingMessage) => boolean
}

/** Makes a server, which does not listen yet. */
export function createHttpServer(
  { fetch, mayUpgrade }: ServerDependencies,
  bounds: ServerBounds = ordinaryBounds,
): Server {
  /** The pending answer of each connection. */
  const answers = new WeakMap<Duplex, ServerResponse>()
  const pacer = new RequestPacer()
  const guarded =
    (listener: RequestListener): RequestListener =>
    (request, response) => {
      const problem = headProblem(request)
      if (problem !== undefined) return refuse(response, problem)
      answers.set(request.socket, response)
      pacer.take(() => {
        // A client that has left meanwhile gets no answer.
        if (!request.destroyed) listener(request, response)
      })
    }
  const serverOptions: ServerOptions & { shouldUpgradeCallback: ServerDependencies['mayUpgrade'] } =
    {
      headersTimeout: bounds.headersMs,
      requestTimeout: bounds.requestMs,
      keepAliveTimeout: bounds.keepAliveMs,
      connectionsCheckingInterval: bounds.checkMs,
      maxHeaderSize: bounds.maxHeaderBytes,
      // Overrides Node's own flags.
      insecureHTTPParser: false,
      // Said by us: Node answers in its own way.
      requireHostHeader: false,
      shouldUpgradeCallback: request => headProblem(request) === undefined && mayUpgrade(request),
    }
  const server = createAdaptorServer({
    fetch,
    serverOptions,
    createServer: (options: ServerOptions, listener: RequestListener) =>
      createServer(options, guarded(listener)),
    websocket: { server: socketServer() as never },
    // Tools and the client of a model service see Node's own `Request` and `Response`.
    overrideGlobalObjects: false,
  } as never) as Server
  server.timeout = bounds.stallMs
  // Node silently drops the headers beyond it.
  server.maxHeadersCount = 0
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    onClientError(error, socket, answers.get(socket))
  })
  return server
}

function refuse(response: ServerResponse, problem: LatchdError): void {
  const { status, headers, body } = answerOf(problem)
  response.writeHead(status, { ...headers, connection: 'close' })
  response.end(body)
}

/**
 * Answers input that is malformed or too slow when no other answer is on its way, and closes the
 * connection.
 */
function onClientError(
  error: NodeJS.ErrnoException,
  socket: Duplex,
  answer: ServerResponse | undefined,
): void {
  const isAnswering = answer !== undefined && !answer.writableEnded
  // The client would take this answer for that of a complete earlier request, which must get its own.
  const isEarlier = isAnswering && (answer.headersSent || answer.req.complete)
  if (error.code === 'ECONNRESET' || !socket.writable || isEarlier) {
    socket.destroy()
    return
  }
  const { status, headers, body } = answerOf(clientProblem(error))
  const lines = Object.entries({ ...headers, connection: 'close' }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  )
  const head = `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n`
  socket.end(head + body, () => socket.destroy())
}

function clientProblem({ code }: NodeJS.ErrnoException): LatchdError {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return new LatchdError(
        'HEADERS_TOO_LARGE',
        'Cannot read the request: its headers are too large',
      )
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return new LatchdError(
        'PAYLOAD_TOO_LARGE',
        'Cannot read the request: its chunks say too much',
      )
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new LatchdError(
        'REQUEST_TIMEOUT',
        'Cannot wait any longer for the rest of the request',
      )
    default:
      return new LatchdError('INVALID_REQUEST', 'Cannot read the request: it is not HTTP')
  }
}

function answerOf(problem: LatchdError) {
  const { status, headers, body } = problemAnswer(problem)
  const length = String(Buffer.byteLength(body))
  return { status, headers: { ...headers, ...securityHeaders, 'content-length': length }, body }
}
