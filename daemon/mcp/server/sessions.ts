/** Sessions of clients of earlier revisions, in memory: a client whose session is gone begins anew. */

import { randomUUID } from 'node:crypto'
import { type Server, WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/server'

type Transport = WebStandardStreamableHTTPServerTransport
type HandleOptions = Parameters<Transport['handleRequest']>[1]

/** The caller whose session it is. */
export interface SessionOwner {
  readonly name: string
  /** Aborted when its token is withdrawn. */
  readonly withdrawn: AbortSignal
}

/** Sessions of one caller; the one that was used least recently makes room for a further one. */
const MAX_SESSIONS = 100
/** A session that was not used for so long is closed. */
const IDLE_MS = 3_600_000
const SWEEP_MS = 60_000

interface McpSession {
  readonly owner: SessionOwner
  readonly transport: Transport
  readonly server: Server
  usedAtMs: number
}

/** The sessions of all callers. */
export class McpSessions {
  // In the order of their last use.
  #sessions = new Map<string, McpSession>()
  #onProblem: (error: Error) => void
  #sweep: NodeJS.Timeout

  constructor(onProblem: (error: Error) => void) {
    this.#onProblem = onProblem
    this.#sweep = setInterval(() => this.#closeIdle(), SWEEP_MS)
    this.#sweep.unref()
  }

  /** Answers the request that begins a session. */
  async begin(
    owner: SessionOwner,
    server: Server,
    request: Request,
    options: HandleOptions,
  ): Promise<Response> {
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: sessionId => {
        this.#sessions.set(sessionId, { owner, transport, server, usedAtMs: now() })
        owner.withdrawn.addEventListener('abort', () => void this.#end(sessionId), { once: true })
        this.#makeRoom(owner)
      },
      onsessionclosed: sessionId => void this.#sessions.delete(sessionId),
    })
    server.onerror = this.#onProblem
    await server.connect(transport)
    return await transport.handleRequest(request, options)
  }

  /** Answers a request of a session. One of another caller is not there. */
  async handle(
    sessionId: string,
    owner: SessionOwner,
    request: Request,
    options: HandleOptions,
  ): Promise<Response> {
    const session = this.#sessions.get(sessionId)
    if (session === undefined || session.owner.name !== owner.name) return unknownSession()
    this.#sessions.delete(sessionId)
    this.#sessions.set(sessionId, session)
    session.usedAtMs = now()
    return await session.transport.handleRequest(request, options)
  }

  /** The servers of a caller's sessions. */
  of(owner: string): Server[] {
    const own = [...this.#sessions.values()].filter(session => session.owner.name === owner)
    return own.map(({ server }) => server)
  }

  async close(): Promise<void> {
    clearInterval(this.#sweep)
    await Promise.all([...this.#sessions.keys()].map(sessionId => this.#end(sessionId)))
  }

  #makeRoom({ name }: SessionOwner): void {
    const own = [...this.#sessions].filter(([, { owner }]) => owner.name === name)
    for (const [sessionId] of own.slice(0, Math.max(0, own.length - MAX_SESSIONS))) {
      void this.#end(sessionId)
    }
  }

  #closeIdle(): void {
    for (const [sessionId, { usedAtMs }] of this.#sessions) {
      if (now() - usedAtMs > IDLE_MS) void this.#end(sessionId)
    }
  }

  async #end(sessionId: string): Promise<void> {
    const session = this.#sessions.get(sessionId)
    this.#sessions.delete(sessionId)
    await session?.server.close().catch(this.#onProblem)
  }
}

const now = () => performance.now()

/** The answer after which a client begins anew. */
function unknownSession(): Response {
  const error = { code: -32001, message: 'Session not found' }
  return Response.json({ jsonrpc: '2.0', id: null, error }, { status: 404 })
}
