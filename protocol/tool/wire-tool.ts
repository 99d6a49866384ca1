/** What a tool is, to those who write one and to those who only see its description. */

import type { JsonSchema, StandardSchema } from '../schema.ts'

/** What a tool's `execute` is told beside its input. */
export interface ToolContext {
  /** Aborted when the call is cancelled, times out, or its execution ends. */
  readonly signal: AbortSignal
  readonly callId: string
  readonly executionId: string
  /** The session that the execution runs in, if any. */
  readonly sessionId: string | undefined
  /** Name of the token that the execution was submitted with; `local` without tokens. */
  readonly caller: string
  /** The same for every try of this call: hand it to services that accept an idempotency key. */
  readonly idempotencyKey: string
  /** What the request that started the execution carries as `metadata`. */
  readonly metadata: Readonly<Record<string, unknown>>
  /**
   * Where the execution stands in a trace, to be sent on as the header `traceparent` (W3C Trace
   * Context); absent when it is in none.
   */
  readonly traceparent?: string | undefined
  /** Tells watchers of the execution how far the call is: any JSON value. Not kept. */
  progress(value: unknown): void
}

/** What a tool does to the world; an absent mark promises nothing. */
export interface ToolAnnotations {
  /** Changes nothing: may be called again at will. */
  readonly readOnly?: boolean
  readonly destructive?: boolean
  /** May be called again with the same `idempotencyKey` without a second effect. */
  readonly idempotent?: boolean
}

/** How often a tool is tried that fails, and when it is left alone. */
export interface RetryRule {
  /** Tries in all, 1 to 20. An error that says `retryable: false` ends them. */
  readonly attempts: number
  /** Milliseconds before the second try, about; each further pause is about twice as long. 200. */
  readonly backoffMs?: number
  /** Longest pause in milliseconds; 30 000. */
  readonly maxBackoffMs?: number
  /**
   * After so many `failures` in a row (5), calls fail at once with `ToolUnavailableError`; after
   * `openMs` (30 000) one call is let through, and decides whether others follow. Counted for the
   * tool, whoever calls it.
   */
  readonly circuitBreaker?: { readonly failures?: number; readonly openMs?: number }
}

/** A tool as its author writes it. The schemas are zod, any Standard Schema, or JSON Schema. */
export interface ToolDefinition<Input = never, Value = unknown> {
  /** What the guest calls it. Any text; the global's name is made a valid identifier. */
  readonly name: string
  readonly description: string
  readonly inputSchema?: StandardSchema<Input> | JsonSchema
  readonly outputSchema?: StandardSchema | JsonSchema
  /** Gives a value, a promise of one, or an async iterable, which the guest sees as a stream. */
  execute(input: Input, context: ToolContext): Value
  /**
   * What it belongs to: `crm` makes the tool `crm.find-contact` programs' `crm.find_contact` as well.
   */
  readonly namespace?: string
  /** Milliseconds that one call may take; `'none'` for no bound but the execution's `wallMs`. */
  readonly timeoutMs?: number | 'none'
  /**
   * Calls that one execution may make; a further one throws `ToolLimitError` in the guest, which a
   * program can catch. Calls whose input does not fit are not counted. As many as it likes when absent.
   */
  readonly maxCallsPerExecution?: number
  readonly annotations?: ToolAnnotations
  /** For tools that are `readOnly` or `idempotent`; `timeoutMs` covers all tries. Absent: one try. */
  readonly retry?: RetryRule
  /**
   * Whether a call waits until a person has approved it: always, or as this says of its input. A
   * rejection throws `ApprovalRejectedError` in the guest, with the reason.
   */
  readonly needsApproval?: boolean | ((input: Input, context: ToolContext) => unknown)
  /** Milliseconds that a person has for the decision; as long as the execution lasts by default. */
  readonly approvalTimeoutMs?: number
  /**
   * Asked after a restart whether a call that was under way took effect, for a tool that is neither
   * `readOnly` nor `idempotent`. Nothing: nobody knows, and the guest gets `CallInterruptedError`.
   */
  probe?(input: Input, context: ToolContext): ProbeAnswer | Promise<ProbeAnswer>
}

/** What is known of a call whose answer was lost: it never ran, it ran and gave this, or nothing. */
export type ProbeAnswer =
  | { readonly ran: false }
  | { readonly ran: true; readonly value: unknown }
  | undefined

/** What can be told of a tool to a guest, a model or a client: everything but its code. */
export interface ToolDescriptor {
  readonly name: string
  readonly description: string
  /** Absent when the tool takes positional arguments without a schema. */
  readonly inputSchema?: JsonSchema
  readonly outputSchema?: JsonSchema
  readonly annotations?: ToolAnnotations
  /** Whether its calls may wait for a person. */
  readonly needsApproval?: boolean
  /** What of its schemas is not enforced, for whoever runs the tool; absent: all of them is. */
  readonly warnings?: readonly string[]
  /**
   * Whether its user did not choose its name, as of a tool of an MCP server: one that is a standard
   * global's then gets `_` after it, where a tool of the user's own is refused.
   */
  readonly isImported?: boolean
  /** What it belongs to, as a server or a document: programs find it as a member of that too. */
  readonly namespace?: string
  /** Calls that one execution may make; absent: as many as it likes. */
  readonly maxCallsPerExecution?: number
}
