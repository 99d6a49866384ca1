/** What the routes are handed: the deciding parts of the daemon. */

import type { Context } from 'hono'
import type { GuestPool } from '../../executor/boundary/guest-pool.ts'
import type { ApprovalService } from '../approvals/approval-service.ts'
import type { Audit } from '../auth/audit.ts'
import type { CallerShares } from '../auth/caller-shares.ts'
import type { SignInLinks } from '../auth/sign-in-links.ts'
import type { KnownCaller, Tokens } from '../auth/tokens.ts'
import type { Connections } from '../clients/connections.ts'
import type { Executions } from '../executions/executions.ts'
import type { ReplayService } from '../executions/replay-service.ts'
import type { FileService } from '../files/file-service.ts'
import type { FileLinks } from '../files/links.ts'
import type { Logger } from '../log/log.ts'
import type { SessionService } from '../sessions/sessions.ts'
import type { ToolSources } from '../sources/tool-sources.ts'
import type { Store } from '../store/store.ts'
import type { Metrics } from '../telemetry/metrics/metrics.ts'
import type { ToolboxSource } from '../tools/daemon-tools.ts'
import type { TrustedProxies } from './middleware/forwarded.ts'
import type { HostRule } from './middleware/origin.ts'

/** The parts of the daemon that routes use. */
export interface RouteDependencies {
  readonly executions: Executions
  readonly approvals: ApprovalService
  readonly replays: ReplayService
  readonly sessions: SessionService
  readonly connections: Connections
  readonly files: FileService
  readonly links: FileLinks
  readonly store: Store
  /** The webhook of executions that name none of their own. */
  readonly webhookUrl: string | undefined
  readonly tools: ToolboxSource
  /** Servers and documents whose tools programs call. */
  readonly sources: ToolSources
  /** The end of `/mcp`. */
  readonly mcpEndpoint: AnswersMcp
  readonly pool: GuestPool
  readonly tokens: Tokens
  readonly audit: Audit
  readonly hostRule: HostRule
  readonly proxies: TrustedProxies
  readonly log: Logger
  readonly metrics: Metrics
  /** The console in the browser, loaded at its first request; absent: there is none. */
  readonly answerConsole: AnswerConsole | undefined
  /** The links of `latchd open`. */
  readonly signInLinks: SignInLinks
  readonly version: string
  /** The daemon's name among several; absent: there is one. */
  readonly nodeName: string | undefined
  /** Name and version of the guest engine. */
  readonly engine: string
  readonly startedAtMs: number
  /** The clock of executions, in epoch milliseconds. */
  readonly now: () => number
}

/**
 * Answers the requests of browsers for the console.
 *
 * @param env the request as Node has it, for the framework
 * @param shares what callers take of the daemon, counted with the rest of the API
 */
export type AnswerConsole = (
  request: Request,
  env: object,
  shares: CallerShares,
) => Response | Promise<Response>

/** Answers a request in this process, as if it had come from a client. */
export type AnswerInner = (request: Request, environment: object) => Response | Promise<Response>

/** The end of `/mcp`. */
export interface AnswersMcp {
  /** Answers a request. @param answer the API */
  handle(context: Context<HttpEnvironment>, answer: AnswerInner): Promise<Response>
}

/** The variables of a request on its way through the app. */
export interface HttpEnvironment {
  Variables: {
    caller: KnownCaller
    /** The client's address; absent for a Unix socket. */
    address: string | undefined
  }
}
