/** The options of a client, and the facts that it reads from a daemon. */

import type { OptionNames } from '../protocol/execution/check-options.ts'
import type { Execution, ExecutionStatus, Language } from '../protocol/execution/execution.ts'
import type { OnApproval } from '../protocol/execution/executor.ts'
import type { WebSocketClass } from './client-tools/tool-socket.ts'
import type { Fetch } from './http.ts'

/** How a client reaches its daemon. */
export interface LatchdOptions {
  /** Where the daemon listens, with `http://` or `https://`; `LATCHD_URL`, else `http://127.0.0.1:7070`. */
  readonly url?: string
  /** Bearer token; `LATCHD_TOKEN` when there is one. */
  readonly token?: string
  /** Another `fetch`, for proxies and tests. */
  readonly fetch?: Fetch
  /** Another `WebSocket`, for tools of this process. */
  readonly WebSocket?: WebSocketClass
  /**
   * The name of this client. A process that starts again under the same name goes on with the calls
   * of the one before. Random when absent. Of two live processes the newer one counts.
   */
  readonly clientId?: string
  /** Answers the approvals of executions whose request does not answer them itself. */
  readonly onApproval?: OnApproval
}

/** The names of {@link LatchdOptions}. */
export const latchdOptionNames: OptionNames<LatchdOptions> = {
  url: true,
  token: true,
  fetch: true,
  WebSocket: true,
  clientId: true,
  onApproval: true,
}

/** Which executions to list. */
export interface ListOptions {
  /** Executions with this status. */
  readonly status?: ExecutionStatus
  /** Executions of this session. */
  readonly sessionId?: string
  /** Executions that have called this tool. */
  readonly tool?: string
  /** The id of an execution: those that its calls have begun. */
  readonly parent?: string
  /** Epoch milliseconds: those created at this instant or later. */
  readonly createdFromMs?: number
  /** Epoch milliseconds: those created before this instant. */
  readonly createdBeforeMs?: number
  /** `nextCursor` of the page before. */
  readonly after?: string
  /** 1 to 1000; 100 by default. */
  readonly limit?: number
}

/** A page of executions, newest first. */
export interface ExecutionPage {
  readonly data: readonly Execution[]
  readonly nextCursor?: string
}

/** A daemon's facts about itself. */
export interface DaemonInfo {
  readonly name: 'latchd'
  readonly version: string
  /** The daemon that answers, of several over one database. */
  readonly node?: string | undefined
  readonly engine: string
  /** The languages that the daemon runs. */
  readonly languages: readonly Language[]
  readonly isolation: string
  readonly workers: number
  readonly active: number
  readonly queued: number
  readonly uptimeMs: number
  readonly runtime: { readonly node: string; readonly v8: string; readonly icu: string }
  /** What the token of this client may do. */
  readonly scopes: readonly string[]
  /** The servers of the Model Context Protocol that it is configured with. */
  readonly mcpServers: readonly McpServerInfo[]
  /** The documents of OpenAPI that it is configured with. */
  readonly openapi: readonly ApiDocumentInfo[]
}

/** A document whose operations programs call. */
export interface ApiDocumentInfo {
  readonly name: string
  readonly state: 'loading' | 'loaded' | 'unavailable' | 'closed'
  /** Why it is unavailable. */
  readonly reason?: string | undefined
  readonly tools: number
  /** How many operations could not be taken. */
  readonly leftOut: number
}

/** A server whose tools programs call. */
export interface McpServerInfo {
  readonly name: string
  readonly state: 'connecting' | 'connected' | 'unavailable' | 'closed'
  /** Why it is unavailable. */
  readonly reason?: string | undefined
  /** The revision of the protocol that both speak. */
  readonly protocolVersion?: string | undefined
  /** How many of its tools programs have. */
  readonly tools: number
  readonly reconnects: number
}
