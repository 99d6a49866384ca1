/**
 * One connection to a server: the only file that knows the library, with the transport and the
 * authorization beside it.
 *
 * It speaks the revision that the server answers to, from 2025-06-18 to 2026-07-28, and older ones
 * where the library does.
 */

import {
  Client,
  type Tool as ListedTool,
  ProtocolError,
  ProtocolErrorCode,
  SdkError,
  SdkErrorCode,
  SdkHttpError,
  StreamableHTTPClientTransport,
  type Transport,
} from '@modelcontextprotocol/client'
import { z } from 'zod'
import { isRecord } from '../../../protocol/tool/schema.ts'
import { detailOf, HostFault, pathlessText } from '../../base/host-fault.ts'
import { packageVersion } from '../../base/version.ts'
import { boundedFetch } from './bounded-fetch.ts'
import { loginNeeded, type ServerTokens } from './oauth-provider.ts'
import { LostCall, NotSent } from './server-call.ts'
import type { McpServerSetting } from './server-setting.ts'
import { StdioTransport } from './stdio-transport.ts'

/** What a connection reports. */
export interface ConnectionListeners {
  readonly onToolsChanged: () => void
  /** One line of a stdio server's standard error. */
  readonly onErrorLine: (line: string) => void
  readonly onProblem: (error: Error) => void
}

/** The options of one call. */
export interface CallOptions {
  readonly signal: AbortSignal
  readonly onProgress: (progress: unknown) => void
  /** The `_meta` of the request. */
  readonly meta: Readonly<Record<string, unknown>>
}

/** Whole time of the handshake, and of each list: a server may have to be installed first. */
const CONNECT_MS = 60_000
/** A silent stdio server is an old one after this time. */
const PROBE_MS = 5_000
/** Calls have a bound of their own, which aborts their signal. */
const NO_TIMEOUT_MS = 2 ** 31 - 1
const MAX_PAGES = 100
/** Tools of one server; more are left out with a warning. */
const MAX_TOOLS = 10_000

/** A page of a list of tools, as far as this daemon relies on it. */
const ToolsPage = z.looseObject({
  tools: z.array(z.unknown()),
  nextCursor: z.string().nullish(),
})

/** A list of tools, with why it is not all of them. */
export interface ListedTools {
  /** As the server sent them, not checked. */
  readonly tools: readonly unknown[]
  readonly warning?: string
}

/** A server that has answered. */
export class Connection {
  /** Resolves when the connection is lost or closed, with the reason. */
  readonly closed: Promise<string>
  #client: Client
  #close: () => Promise<void>
  #lose: (reason: string) => void
  #whyClosed: () => string | undefined
  #definitions = new Map<string, ListedTool>()

  private constructor(
    client: Client,
    closed: Promise<string>,
    lose: (reason: string) => void,
    whyClosed: () => string | undefined,
    close: () => Promise<void>,
  ) {
    this.#client = client
    this.closed = closed
    this.#lose = lose
    this.#whyClosed = whyClosed
    this.#close = close
  }

  /**
   * Connects to a server.
   *
   * @param path the folders in which the program of a stdio server is looked for
   * @param isOld whether the server ended at the question for its revision before
   * @param tokens of a server that asks for some
   * @throws {Error} with the reason in words
   */
  static async open(
    setting: McpServerSetting,
    path: string | undefined,
    listeners: ConnectionListeners,
    signal: AbortSignal,
    isOld = false,
    tokens?: ServerTokens,
  ): Promise<Connection> {
    if (tokens !== undefined && !(await tokens.isLoggedIn())) {
      throw new Error(loginNeeded(setting.name))
    }
    const { promise: closed, resolve: lose } = Promise.withResolvers<string>()
    const { transport, release, whyClosed } = transportOf(setting, path, listeners, lose, tokens)
    const client = new Client(
      { name: 'latchd', version: packageVersion() },
      {
        versionNegotiation: { mode: 'auto', probe: { timeoutMs: PROBE_MS } },
        // Schemas of servers are interpreted, and by the daemon: see the record on foreign schemas.
        jsonSchemaValidator: {
          getValidator: () => input => ({
            valid: true,
            data: input as never,
            errorMessage: undefined,
          }),
        },
        listChanged: {
          tools: { autoRefresh: false, onChanged: () => listeners.onToolsChanged() },
        },
      },
    )
    client.onerror = listeners.onProblem
    client.onclose = () => lose(whyClosed() ?? 'the connection was closed')
    const close = async () => {
      await client.close()
      // A client that never connected closes nothing.
      await transport.close()
      await release()
    }
    try {
      await client.connect(transport, {
        signal,
        timeout: CONNECT_MS,
        ...(isOld && { prior: { kind: 'legacy' } }),
      })
    } catch (error) {
      await close()
      throw faultOf(error, whyClosed())
    }
    return new Connection(client, closed, lose, whyClosed, close)
  }

  /** The revision that both speak. */
  get protocolVersion(): string | undefined {
    return this.#client.getNegotiatedProtocolVersion()
  }

  /** Lists the tools, over all pages up to a bound. @throws {Error} with the reason in words */
  async listTools(signal: AbortSignal): Promise<ListedTools> {
    const tools: unknown[] = []
    let cursor: string | undefined
    let warning: string | undefined
    try {
      for (let page = 0; ; page++) {
        const params = cursor === undefined ? {} : { cursor }
        // Not the library's own list: one tool that is against the protocol would refuse them all.
        const listed = await this.#client.request({ method: 'tools/list', params }, ToolsPage, {
          signal,
          timeout: CONNECT_MS,
        })
        tools.push(...listed.tools)
        cursor = listed.nextCursor ?? undefined
        if (cursor === undefined) break
        if (page + 1 >= MAX_PAGES || tools.length > MAX_TOOLS) {
          warning = `its list of tools goes on after ${page + 1} pages and ${tools.length} tools: the rest is left out`
          break
        }
      }
    } catch (error) {
      // A server may have resources and prompts alone.
      if (!isUnknownMethod(error)) throw faultOf(error)
    }
    const taken = tools.slice(0, MAX_TOOLS)
    this.#definitions = new Map(
      taken.flatMap(tool => (isRecord(tool) ? [[String(tool.name), tool as ListedTool]] : [])),
    )
    return { tools: taken, ...(warning !== undefined && { warning }) }
  }

  /**
   * Calls a tool; returns the `CallToolResult`.
   *
   * @throws {NotSent} when the server cannot have seen the call
   * @throws {LostCall} when the connection was lost before the answer
   * @throws {Error} of the server, with its code
   */
  async call(
    name: string,
    input: Record<string, unknown>,
    { signal, onProgress, meta }: CallOptions,
  ): Promise<unknown> {
    const definition = this.#definitions.get(name)
    const { outputSchema: _, ...withoutOutput } = definition ?? ({} as ListedTool)
    try {
      return await this.#client.callTool(
        { name, arguments: input, _meta: meta },
        {
          signal,
          timeout: NO_TIMEOUT_MS,
          onprogress: ({ progress, total, message }) =>
            onProgress({
              progress,
              ...(total !== undefined && { total }),
              ...(message !== undefined && { message }),
            }),
          // The definition counts only for parameters that are sent as headers: answers are checked elsewhere.
          ...(definition && { toolDefinition: withoutOutput as ListedTool }),
        },
      )
    } catch (error) {
      if (signal.aborted) throw signal.reason
      throw this.#failure(error)
    }
  }

  /** Closes the connection, and ends the process of a stdio server. Never rejects. */
  async close(): Promise<void> {
    await this.#close().catch(() => {
      // The connection is closed already, as it should be.
    })
    this.#lose('it was closed')
  }

  #failure(error: unknown): Error {
    if (error instanceof ProtocolError) {
      return Object.assign(new Error(error.message), { code: `MCP_${error.code}` })
    }
    const reason = this.#whyClosed() ?? reasonOf(error)
    if (error instanceof SdkError && !isOfConnection(error)) {
      return Object.assign(new Error(reason), { code: 'TOOL_ERROR' })
    }
    // Whatever it was, the next call begins with a connection that is known to work.
    this.#lose(reason)
    return neverArrived(error) ? new NotSent(reason) : new LostCall(reason)
  }
}

interface OpenTransport {
  readonly transport: Transport
  readonly release: () => Promise<void>
  /** A better reason than the library has for a connection that was lost. */
  readonly whyClosed: () => string | undefined
}

function transportOf(
  { transport: server }: McpServerSetting,
  path: string | undefined,
  { onErrorLine }: ConnectionListeners,
  lose: (reason: string) => void,
  tokens: ServerTokens | undefined,
): OpenTransport {
  if (server.kind === 'stdio') {
    const transport = new StdioTransport(server, path, { onErrorLine })
    return { transport, release: async () => {}, whyClosed: () => transport.end }
  }
  const bounded = boundedFetch(error => lose(`its answer broke off: ${reasonOf(error)}`))
  const transport = new StreamableHTTPClientTransport(new URL(server.url), {
    requestInit: { headers: server.headers },
    fetch: bounded.fetch,
    ...(tokens && { authProvider: tokens.provider }),
  })
  return { transport, release: bounded.close, whyClosed: () => undefined }
}

const isUnknownMethod = (error: unknown) =>
  error instanceof ProtocolError && error.code === ProtocolErrorCode.MethodNotFound

/** Errors of the library that are not about one call. */
function isOfConnection(error: SdkError): boolean {
  switch (error.code) {
    case SdkErrorCode.NotConnected:
    case SdkErrorCode.ConnectionClosed:
    case SdkErrorCode.SendFailed:
    case SdkErrorCode.ClientHttpNotImplemented:
    case SdkErrorCode.ClientHttpFailedToOpenStream:
      return true
    default:
      return false
  }
}

/** Codes of failures before anything was sent. */
const unsent = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT'])

/** Whether the server cannot have begun the call. */
function neverArrived(error: unknown): boolean {
  if (error instanceof SdkHttpError) {
    // The server does not know the session any more (404) or the caller (401, 403), or is down.
    return [401, 403, 404, 429, 503].includes(error.status)
  }
  if (error instanceof SdkError && error.code === SdkErrorCode.NotConnected) return true
  if (error instanceof Error && error.message === 'Not connected') return true
  const { cause } = error as { cause?: { code?: string } }
  return cause?.code !== undefined && unsent.has(cause.code)
}

const MAX_REASON = 500
/** The depth of causes that is read. */
const MAX_CAUSES = 5

const errorOf = (error: unknown): Partial<NodeJS.ErrnoException> =>
  typeof error === 'object' && error !== null ? error : {}

/** An error in words. @param known a better reason than its own */
function faultOf(error: unknown, known?: string): HostFault {
  return new HostFault(known ?? reasonOf(error), known ?? reasonOf(error, detailOf), {
    cause: error,
  })
}

/** An error as one line; without `textOf` it names no path of the host. */
function reasonOf(error: unknown, textOf: (error: unknown) => string = pathlessText): string {
  const parts: string[] = []
  for (let [cause, depth] = [error, 0]; cause !== undefined && depth < MAX_CAUSES; depth++) {
    const { code, name, cause: next } = errorOf(cause)
    // For an error with several causes Node gives the code alone.
    const text = textOf(cause) || code || name || String(cause)
    if (!parts.some(part => part.includes(text))) parts.push(text)
    cause = next
  }
  return parts.join(': ').replaceAll(/\s+/g, ' ').trim().slice(0, MAX_REASON)
}
