/** What a client is made with, and what it tells of a daemon. */

import type { Execution, ExecutionStatus } from '../protocol/execution/execution.ts'
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
   * What this client calls itself: a process that is started again under the same name goes on with
   * the calls that the one before has left. Random when absent. Of two that live the newer counts.
   */
  readonly clientId?: string
  /** Answers the approvals of executions whose request does not answer them itself. */
  readonly onApproval?: OnApproval
}

/** Which executions to list. */
export interface ListOptions {
  /** Those that stand so. */
  readonly status?: ExecutionStatus
  /** Those of this session. */
  readonly sessionId?: string
  /** Those that have called this tool. */
  readonly tool?: string
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

/** What a daemon tells of itself. */
export interface DaemonInfo {
  readonly name: 'latchd'
  readonly version: string
  readonly engine: string
  readonly isolation: string
  readonly workers: number
  readonly active: number
  readonly queued: number
  readonly uptimeMs: number
  readonly runtime: { readonly node: string; readonly v8: string; readonly icu: string }
}
