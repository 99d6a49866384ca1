/**
 * The protocol over HTTP. Requests of the present revision stand alone; those of earlier ones come
 * in sessions, so that a session's client can be asked in the middle of a call.
 */

import {
  createMcpHandler,
  isInitializeRequest,
  isLegacyRequest,
  legacyStatelessFallback,
  type McpHttpHandler,
  type McpRequestContext,
} from '@modelcontextprotocol/server'
import type { McpBackend } from './backend.ts'
import { ListWatch } from './list-watch.ts'
import { makeServer } from './make-server.ts'
import { McpSessions, type SessionOwner } from './sessions.ts'

/** A request to `/mcp` that was let in. */
export interface McpRequest {
  readonly request: Request
  /** The parsed body; absent: there is none. */
  readonly body: unknown
  readonly owner: SessionOwner
  readonly backend: McpBackend
}

const NOTIFIED = { tools: true, resources: true }
/** Executions come in bursts: their news goes out once in so long. */
const NEWS_MS = 1000

/** Answers requests to `/mcp`. */
export class McpHttp {
  /** One for each caller, so that a change of a caller's lists notifies that caller alone. */
  #modern = new Map<string, McpHttpHandler>()
  #watch: ListWatch
  #onProblem: (error: Error) => void
  /** Names of callers whose hosts are to be notified of further executions. */
  #news = new Set<string>()
  #timer: NodeJS.Timeout | undefined
  #stateless: ReturnType<typeof legacyStatelessFallback>
  #sessions: McpSessions

  /** @param onProblem called with errors that no client sees */
  constructor(onProblem: (error: Error) => void) {
    this.#sessions = new McpSessions(onProblem)
    this.#onProblem = onProblem
    this.#watch = new ListWatch(onProblem)
    this.#stateless = legacyStatelessFallback(
      context => makeServer(backendOf(context), 'legacy'),
      onProblem,
    )
  }

  async handle({ request, body, owner, backend }: McpRequest): Promise<Response> {
    const options = {
      // The caller was identified before: this hands it on, and is not read by the protocol.
      authInfo: { token: '', clientId: owner.name, scopes: [], extra: { backend } },
      ...(body !== undefined && { parsedBody: body }),
    }
    const sessionId = request.headers.get('mcp-session-id')
    if (sessionId !== null) return await this.#sessions.handle(sessionId, owner, request, options)
    if (!(await isLegacyRequest(request, body))) {
      return await this.#modernOf(owner, backend).fetch(request, options)
    }
    if (isInitializeRequest(body)) {
      const server = makeServer(backend, 'legacy', NOTIFIED)
      const stop = this.#watch.watch(backend, () => void this.#send(server.sendToolListChanged()))
      server.onclose = stop
      return await this.#sessions.begin(owner, server, request, options)
    }
    return await this.#stateless(request, options)
  }

  /** Tools of some callers may be others now. */
  toolsChanged(): void {
    this.#watch.check()
  }

  /** A caller has another execution. */
  executionsChanged(owner: string): void {
    this.#news.add(owner)
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      for (const name of this.#news) {
        this.#modern.get(name)?.notify.resourcesChanged()
        for (const server of this.#sessions.of(name)) {
          void this.#send(server.sendResourceListChanged())
        }
      }
      this.#news.clear()
    }, NEWS_MS).unref()
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer)
    this.#watch.close()
    const modern = [...this.#modern.values()].map(handler => handler.close())
    await Promise.all([...modern, this.#sessions.close()])
  }

  #modernOf({ name, withdrawn }: SessionOwner, backend: McpBackend): McpHttpHandler {
    const known = this.#modern.get(name)
    if (known !== undefined) return known
    const handler = createMcpHandler(
      context => makeServer(backendOf(context), 'modern', NOTIFIED),
      {
        legacy: 'reject',
        onerror: this.#onProblem,
      },
    )
    const stop = this.#watch.watch(backend, () => handler.notify.toolsChanged())
    this.#modern.set(name, handler)
    const onWithdrawn = () => {
      stop()
      if (this.#modern.get(name) === handler) this.#modern.delete(name)
      void handler.close()
    }
    withdrawn.addEventListener('abort', onWithdrawn, { once: true })
    return handler
  }

  async #send(sent: Promise<void>): Promise<void> {
    // A session whose client is away: it lists when it comes back.
    await sent.catch(this.#onProblem)
  }
}

function backendOf({ authInfo }: McpRequestContext): McpBackend {
  return authInfo?.extra?.backend as McpBackend
}
