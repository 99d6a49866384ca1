/** Tools by HTTP as they are configured: single requests, and documents of OpenAPI. */

import type { JsonSchema } from '../../protocol/schema.ts'
import type { ToolAnnotations } from '../../protocol/tool/wire-tool.ts'
import type { PolicyRule } from '../auth/tool-policy.ts'
import type { HttpMethod } from './operation.ts'

/** What both kinds have. */
interface HttpSetting {
  readonly name: string
  /** Sent with every request; names in lower case, values are secrets. */
  readonly headers: Readonly<Record<string, string>>
  /** Patterns of further hosts, and of private addresses, that its requests may reach. */
  readonly allow: readonly string[]
  /** Milliseconds of one call; absent: the `callMs` of its execution. */
  readonly timeoutMs: number | undefined
  readonly maxConcurrentCalls: number
  /** Texts of its headers and files that must not leave the host. */
  readonly secrets: readonly string[]
}

/** One request as a tool. */
export interface HttpToolSetting extends HttpSetting {
  readonly description: string
  readonly method: HttpMethod
  /** Absolute; its path may have `{parameter}`s. */
  readonly url: string
  readonly inputSchema: JsonSchema
  readonly outputSchema: JsonSchema | undefined
  /** Absent marks follow the method. */
  readonly annotations: ToolAnnotations
}

/** A change of a document before it is read: OpenAPI Overlay 1.0's action. */
export interface OverlayAction {
  /** A JSONPath (RFC 9535). */
  readonly target: string
  /** Merged into each target; appended to a list. */
  readonly update?: unknown
  /** Whether the targets go. */
  readonly remove?: boolean
}

/** A document whose operations are tools. */
export interface OpenApiSetting extends HttpSetting {
  /** An absolute path, or an http or https URL. */
  readonly document: string
  /** In place of the document's servers; absolute. */
  readonly server: string | undefined
  /** Values of the variables in the document's servers. */
  readonly serverVariables: Readonly<Record<string, string>>
  /** Patterns of operations that are taken; absent: all. */
  readonly include: readonly string[] | undefined
  readonly exclude: readonly string[]
  readonly overlays: readonly OverlayAction[]
  readonly policy: readonly PolicyRule[]
}
