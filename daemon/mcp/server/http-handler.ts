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

/** Answers requests to `/mcp`. */
export class McpHttp {
  #modern: McpHttpHandler
  #stateless: ReturnType<typeof legacyStatelessFallback>
  #sessions: McpSessions

  /** @param onProblem called with errors that no client sees */
  constructor(onProblem: (error: Error) => void) {
    this.#sessions = new McpSessions(onProblem)
    this.#modern = createMcpHandler(context => makeServer(backendOf(context), 'modern'), {
      legacy: 'reject',
      onerror: onProblem,
    })
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
    if (!(await isLegacyRequest(request, body))) return await this.#modern.fetch(request, options)
    if (isInitializeRequest(body)) {
      return await this.#sessions.begin(owner, makeServer(backend, 'legacy'), request, options)
    }
    return await this.#stateless(request, options)
  }

  async close(): Promise<void> {
    await Promise.all([this.#modern.close(), this.#sessions.close()])
  }
}

function backendOf({ authInfo }: McpRequestContext): McpBackend {
  return authInfo?.extra?.backend as McpBackend
}
