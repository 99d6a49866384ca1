/** A tool as the executor holds it, whatever it was made from. */

import type { Approval } from '../approval.ts'
import type { Validator } from '../json-schema/validation.ts'
import type { JsonSchema } from '../schema.ts'
import type { ArgumentRules } from './argument-rules.ts'
import type { ToolAnnotations, ToolContext, ToolDefinition, ToolDescriptor } from './wire-tool.ts'

/**
 * How the arguments of a call become the tool's input. `record`: an object of the schema's
 * properties. `list`: the positional arguments as a list, for tools without a schema. `value`: the
 * first argument alone, for schemas that are not records.
 */
export type InputForm = 'record' | 'list' | 'value'

/** A tool that is ready to be called: its options are resolved and its validators made. */
export interface Tool extends Omit<ToolDescriptor, 'needsApproval'> {
  readonly inputForm: InputForm
  /** Properties of the input schema in declared order; empty unless the form is `record`. */
  readonly parameters: readonly string[]
  /** For the form `record`: how arguments become a record. */
  readonly rules?: ArgumentRules | undefined
  readonly timeoutMs: number | 'none' | undefined
  readonly annotations: ToolAnnotations
  /** Whether a call waits for a person first; absent: never. */
  readonly approvalRule: ((input: unknown, context: ToolContext) => unknown) | true | undefined
  /** How long a person has for the decision; absent: as long as the execution may last. */
  readonly approvalTimeoutMs: number | undefined
  /**
   * Maps a decision to the value of the call, for a tool that only asks a person; `undefined` for a
   * refusal, which is thrown.
   */
  readonly answer: ((approval: Approval) => unknown) | undefined
  /** Whether an approval must have a text, which becomes the value of the call. */
  readonly needsAnswer?: true
  /** Milliseconds of a call that only waits, for a tool that does nothing else. */
  readonly waitMs: ((input: unknown) => number) | undefined
  /** Why the tool cannot be called by an execution that knew another one; absent when it can. */
  readonly change?: string
  /** Why a call took too long, when the tool is not the cause; absent: unknown. */
  readonly timeoutReason?: (callId: string) => Error | undefined
  /** Whether a client runs it; absent: the daemon or the app does. */
  readonly isOfClient?: true
  /** Asked whether an interrupted call took effect; see `ToolDefinition.probe`. */
  readonly probe: ToolDefinition<unknown>['probe'] | undefined
  /** Whether its input schema takes values that the JSON Schema refuses, as `z.coerce` does. */
  readonly isConverting?: true
  validateInput: Validator | undefined
  validateOutput: Validator | undefined
  /** Runs the tool; for the form `list` the input is an array. */
  execute(input: unknown, context: ToolContext): unknown
  /** As `execute`, for a tool that answers with more than a value: returns a `ToolResult`. */
  executeRaw?(input: unknown, context: ToolContext): unknown
}

/** The public part of a tool. */
export function describeTool(tool: Tool): ToolDescriptor {
  const { name, description, inputSchema, outputSchema, annotations, warnings } = tool
  const { isImported, namespace, maxCallsPerExecution } = tool
  return {
    name,
    description,
    ...(inputSchema === undefined ? {} : { inputSchema }),
    ...(outputSchema === undefined ? {} : { outputSchema }),
    ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
    ...(maxCallsPerExecution === undefined ? {} : { maxCallsPerExecution }),
    ...(tool.approvalRule === undefined && tool.answer === undefined
      ? {}
      : { needsApproval: true }),
    ...(warnings === undefined ? {} : { warnings }),
    ...(isImported === true && { isImported }),
    ...(namespace !== undefined && { namespace }),
  }
}

/**
 * The properties by which a schema is shown, in declared order; `undefined` when it is shown as one
 * value, as are open objects without declared properties.
 */
export function recordProperties(schema: JsonSchema): readonly string[] | undefined {
  const { properties, type } = schema
  if (typeof properties !== 'object' || properties === null) {
    const isClosed = type === 'object' && schema.additionalProperties === false
    return isClosed ? [] : undefined
  }
  const names = Object.keys(properties)
  return names.length > 0 || !schema.additionalProperties ? names : undefined
}
