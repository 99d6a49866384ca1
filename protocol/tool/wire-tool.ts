/** A tool: its definition for authors, and its description for all others. */

import type { JsonSchema, StandardSchema } from '../schema.ts'

/** The context that a tool's `execute` gets beside its input. */
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
  /** The `metadata` of the request that started the execution. */
  readonly metadata: Readonly<Record<string, unknown>>
  /**
   * The place of the execution in a trace, for the header `traceparent` (W3C Trace Context); absent
   * without one.
   */
  readonly traceparent?: string | undefined
  /**
   * Reports the progress of the call to watchers of the execution: any JSON value. It is not
   * stored.
   */
  progress(value: unknown): void
}

/** A tool's effect on the world; an absent mark promises nothing. */
export interface ToolAnnotations {
  /** Changes nothing: may be called again at will. */
  readonly readOnly?: boolean
  readonly destructive?: boolean
  /** May be called again with the same `idempotencyKey` without a second effect. */
  readonly idempotent?: boolean
}

/** How often a failing tool is tried, and when it is paused. */
export interface RetryRule {
  /** Tries in all, 1 to 20. An error with `retryable: false` ends them. */
  readonly attempts: number
  /** Milliseconds before the second try, about; each further pause is about twice as long. 200. */
  readonly backoffMs?: number
  /** Longest pause in milliseconds; 30 000. */
  readonly maxBackoffMs?: number
  /**
   * After so many `failures` in a row (5), calls fail at once with `ToolUnavailableError`. After
   * `openMs` (30 000) one call goes through, and decides whether others follow. Counted for the
   * tool, over all callers.
   */
  readonly circuitBreaker?: { readonly failures?: number; readonly openMs?: number }
}

/** A tool as its author writes it. The schemas are zod, any Standard Schema, or JSON Schema. */
export interface ToolDefinition<Input = never, Value = unknown> {
  /** The tool's name in the guest. Any text; the global's name is made a valid identifier. */
  readonly name: string
  readonly description: string
  readonly inputSchema?: StandardSchema<Input> | JsonSchema
  readonly outputSchema?: StandardSchema | JsonSchema
  /** Returns a value, a promise of one, or an async iterable, which the guest sees as a stream. */
  execute(input: Input, context: ToolContext): Value
  /** A group: `crm` makes the tool `crm.find-contact` also `crm.find_contact` in programs. */
  readonly namespace?: string
  /** Milliseconds that one call may take; `'none'` for no bound but the execution's `wallMs`. */
  readonly timeoutMs?: number | 'none'
  /**
   * Calls that one execution may make; absent: no bound. A further one throws `ToolLimitError` in
   * the guest, which a program can catch. Calls whose input does not fit are not counted.
   */
  readonly maxCallsPerExecution?: number
  readonly annotations?: ToolAnnotations
  /** For tools that are `readOnly` or `idempotent`; `timeoutMs` covers all tries. Absent: one try. */
  readonly retry?: RetryRule
  /**
   * Whether a call waits for the approval of a person: always, or as this function decides from its
   * input. A rejection throws `ApprovalRejectedError` in the guest, with the reason.
   */
  readonly needsApproval?: boolean | ((input: Input, context: ToolContext) => unknown)
  /** Milliseconds that a person has for the decision; as long as the execution lasts by default. */
  readonly approvalTimeoutMs?: number
  /**
   * Called after a restart to find out whether a call under way took effect, for a tool that is
   * neither `readOnly` nor `idempotent`. Without a return value it is unknown, and the guest gets
   * `CallInterruptedError`.
   */
  probe?(input: Input, context: ToolContext): ProbeAnswer | Promise<ProbeAnswer>
}

/** What a probe found out about a call with a lost answer: it never ran, it ran, or `undefined`: unknown. */
export type ProbeAnswer =
  | { readonly ran: false }
  | { readonly ran: true; readonly value: unknown }
  | undefined

/** The public description of a tool, for a guest, a model or a client: everything but its code. */
export interface ToolDescriptor {
  readonly name: string
  readonly description: string
  /** Absent when the tool takes positional arguments without a schema. */
  readonly inputSchema?: JsonSchema
  readonly outputSchema?: JsonSchema
  readonly annotations?: ToolAnnotations
  /** Whether its calls may wait for a person. */
  readonly needsApproval?: boolean
  /**
   * The parts of its schemas that are not enforced, for the operator of the tool; absent: all are.
   */
  readonly warnings?: readonly string[]
  /**
   * Whether its user did not choose its name, as of a tool of an MCP server. When such a name is
   * that of a standard global, it gets a `_`; a tool of the user's own is refused.
   */
  readonly isImported?: boolean
  /** Its group, such as a server or a document: programs find it as a member of that too. */
  readonly namespace?: string
  /** Calls that one execution may make; absent: as many as it likes. */
  readonly maxCallsPerExecution?: number
}
