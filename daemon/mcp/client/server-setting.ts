/** A configured server of the Model Context Protocol. */

import type { PolicyRule } from '../../auth/tool-policy.ts'

/** A server that the daemon starts, and speaks to by its standard input and output. */
export interface StdioServer {
  readonly kind: 'stdio'
  readonly command: string
  readonly args: readonly string[]
  /** All of its environment. */
  readonly env: Readonly<Record<string, string>>
  /** Absolute. */
  readonly cwd: string
}

/** A server that the daemon reaches by streamable HTTP. */
export interface HttpServer {
  readonly kind: 'http'
  readonly url: string
  /** Sent with every request. */
  readonly headers: Readonly<Record<string, string>>
  /** How the daemon gets its tokens; absent: it has none but what the headers say. */
  readonly oauth?: OAuthSetting
}

/** An authorization by OAuth 2.1, as the protocol has it. */
export interface OAuthSetting {
  /** For an application by itself, or for a person who logs in. */
  readonly grant: 'client_credentials' | 'authorization_code'
  /** Absent: the client registers itself at the login. */
  readonly clientId?: string
  readonly clientSecret?: string
  /** Separated by spaces; absent: what the server asks for. */
  readonly scope?: string
  /** The authorization server that the client belongs to; others get none of its credentials. */
  readonly issuer?: string
  /** The port of the loopback that a login comes back to; any free one when absent. */
  readonly redirectPort?: number
}

/** A server with its bounds and what of it is taken. */
export interface McpServerSetting {
  /** The namespace of its tools. */
  readonly name: string
  readonly transport: StdioServer | HttpServer
  /** Patterns of the names of tools that are taken; absent: all. */
  readonly include: readonly string[] | undefined
  /** Patterns of those that are not. */
  readonly exclude: readonly string[]
  readonly policy: readonly PolicyRule[]
  /** Milliseconds of one call; absent: the `callMs` of its execution. */
  readonly timeoutMs: number | undefined
  readonly maxConcurrentCalls: number
}
