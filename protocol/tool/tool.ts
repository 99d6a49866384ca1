/** A tool as the executor holds it, whatever it was made from. */

import type { Approval } from '../approval.ts'
import type { Validator } from '../json-schema/validation.ts'
import type { JsonSchema } from '../schema.ts'
import type { ArgumentRules } from './argument-rules.ts'
import type { ToolAnnotations, ToolContext, ToolDefinition, ToolDescriptor } from './wire-tool.ts'

/**
 * How the arguments of a call become the tool's input:
 * `record`: an object of the schema's properties; `list`: the positional arguments as a list, for
 * tools without a schema; `value`: the first argument alone, for schemas that are no record.
 */
export type InputForm = 'record' | 'list' | 'value'

export interface Tool extends Omit<ToolDescriptor, 'needsApproval'> {
  readonly inputForm: InputForm
  /** Properties of the input schema in declared order; empty unless the form is `record`. */
  readonly parameters: readonly string[]
  /** Of the form `record`: how arguments become it. */
  readonly rules?: ArgumentRules | undefined
  readonly timeoutMs: number | 'none' | undefined
  readonly annotations: ToolAnnotations
  /** Whether a call waits for a person first; absent: never. */
  readonly approvalRule: ((input: unknown, context: ToolContext) => unknown) | true | undefined
  /** How long a person has for the decision; absent: as long as the execution may last. */
  readonly approvalTimeoutMs: number | undefined
  /**
   * What a decision gives, for a tool that is nothing but a question to a person; `undefined` for a
   * refusal that is thrown.
   */
  readonly answer: ((approval: Approval) => unknown) | undefined
  /** Whether an approval has to come with a text, which is what the call gives. */
  readonly needsAnswer?: true
  /** Milliseconds that a call waits and does nothing else, for a tool that is nothing but a wait. */
  readonly waitMs: ((input: unknown) => number) | undefined
  /** Why the tool cannot be called by an execution that knew another one; absent when it can. */
  readonly change?: string
  /** Why a call took too long, when that is not the tool's doing; absent: nothing is known of it. */
  readonly overdue?: (callId: string) => Error | undefined
  /** Whether a client brings it; absent: it is of the daemon or the app. */
  readonly isOfClient?: true
  /** Asked whether an interrupted call took effect; see `ToolDefinition.probe`. */
  readonly probe: ToolDefinition<unknown>['probe'] | undefined
  validateInput: Validator | undefined
  validateOutput: Validator | undefined
  /** Runs the tool; for the form `list` the input is an array. */
  execute(input: unknown, context: ToolContext): unknown
  /** As `execute`, for a tool that answers more than a value: gives a `ToolResult`. */
  executeRaw?(input: unknown, context: ToolContext): unknown
}

/** What can be told of a tool. */
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
 * The properties that a schema is told by, in declared order; `undefined` when it is told as one value,
 * as are those of open objects that declare none.
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
