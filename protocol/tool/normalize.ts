/** Makes a {@link Tool} of everything that apps call one. */

import { kindWords } from '../base/kind-words.ts'
import { shownValue } from '../base/shown-value.ts'
import { LatchdError } from '../errors.ts'
import type { JsonSchema } from '../schema.ts'
import { readRecordInput } from './argument-rules.ts'
import { jsonText } from './json-text.ts'
import { fromMcpResult, readHints } from './mcp.ts'
import { recordValidator } from './record-input.ts'
import { readRetry, withRetry } from './retry.ts'
import { isRecord, readSchema } from './schema.ts'
import { textValue } from './text-value.ts'
import type { Tool } from './tool.ts'
import {
  readAnnotations,
  readDescription,
  readProbe,
  refuseMisspelt,
  settingsOf,
} from './tool-fields.ts'
import { plainValue, ToolResult } from './tool-result.ts'
import { type ToolLike, type ToolSet, toolEntries } from './tool-set.ts'
import type { ToolContext } from './wire-tool.ts'

/** Tools that were read before: reading a schema costs, and apps send the same tools again. */
const known = new WeakMap<object, Map<string | undefined, Tool>>()

/**
 * Reads one tool.
 *
 * @param key its key in a record, which is its name, also when it has another one itself
 * @throws {LatchdError} `TOOL_INVALID` for another value
 */
export function normalizeTool(like: ToolLike, key?: string): Tool {
  const cached = known.get(like)?.get(key)
  if (cached !== undefined) return cached
  const tool = read(like, key)
  const byKey = known.get(like) ?? new Map()
  known.set(like, byKey.set(key, tool))
  // A tool that was read before is taken as it is.
  known.set(tool, new Map([[undefined, tool]]))
  return tool
}

/**
 * Reads an array or object of tools; names in an array are looked up.
 *
 * @throws {LatchdError} `TOOL_INVALID`, or what `lookUp` throws
 */
export function normalizeTools(set: ToolSet, lookUp: (name: string) => Tool): Tool[] {
  return toolEntries(set).map(([key, like]) =>
    typeof like === 'string' && key === undefined
      ? lookUp(like)
      : normalizeTool(like as ToolLike, key),
  )
}

function read(like: ToolLike, key: string | undefined): Tool {
  if (typeof like !== 'function' && !isRecord(like)) throw invalid(key, `it is ${kindWords(like)}`)
  const tool = readForm(like as AnyFunction | Record<string, unknown>, key)
  const isDefinition = isRecord(like) && !isRecord(like.function) && !isForward(like)
  refuseMisspelt(like, isDefinition, tool.name)
  return tool
}

function readForm(like: AnyFunction | Record<string, unknown>, key: string | undefined): Tool {
  if (typeof like === 'function') return fromFunction(like, key)
  if (isRecord(like.function)) return fromOpenAIFunction(like, like.function, key)
  if (isForward(like)) return fromForward(like, like.forward, key)
  if (like.type === 'function' && typeof like.invoke === 'function')
    return fromAgentsTool(like, key)
  if (typeof like.execute === 'function')
    return fromDefinition(like, like.execute as AnyFunction, key)
  if (typeof like.handler === 'function') return fromMcpTool(like, like.handler as AnyFunction, key)
  throw invalid(key ?? String(like.name), 'it has neither execute nor forward')
}

const isForward = (
  like: Record<string, unknown>,
): like is Record<string, unknown> & { readonly forward: AnyFunction } =>
  typeof like.forward === 'function'

type AnyFunction = (...args: unknown[]) => unknown

function invalid(name: string | undefined, why: string): LatchdError {
  return new LatchdError(
    'TOOL_INVALID',
    `Cannot use ${name === undefined ? 'a tool' : `tool "${name}"`}: ${why}`,
  )
}

interface ToolParts {
  readonly name: unknown
  readonly description: unknown
  readonly inputSchema?: unknown
  readonly outputSchema?: unknown
  readonly annotations?: unknown
  readonly timeoutMs?: unknown
  readonly maxCallsPerExecution?: unknown
  readonly retry?: unknown
  readonly needsApproval?: unknown
  readonly approvalTimeoutMs?: unknown
  readonly probe?: unknown
  readonly isImported?: boolean
  readonly namespace?: unknown
  readonly execute: Execute
  /** Makes a `ToolResult` of what a tool of another protocol answers. */
  readonly readAnswer?: ReadAnswer
}

type Execute = (input: unknown, context: ToolContext) => unknown
type ReadAnswer = (answer: unknown, outputSchema: JsonSchema | undefined) => unknown

/** Makes a tool from the parts of a source. */
function assemble(parts: ToolParts): Tool {
  const { name, timeoutMs, namespace, readAnswer } = parts
  if (typeof name !== 'string' || name === '') throw invalid(undefined, 'it has no name')
  const input = parts.inputSchema == null ? undefined : readSchema(parts.inputSchema, 'input', name)
  const output =
    parts.outputSchema == null ? undefined : readSchema(parts.outputSchema, 'output', name)
  const record = input && readRecordInput(input.json)
  if (timeoutMs !== undefined && timeoutMs !== 'none' && !isDuration(timeoutMs)) {
    throw invalid(
      name,
      `timeoutMs is ${shownValue(timeoutMs)}; a positive number of milliseconds or 'none' is allowed`,
    )
  }
  if (namespace !== undefined && (typeof namespace !== 'string' || namespace === '')) {
    throw invalid(name, `namespace is ${shownValue(namespace)}; a name is allowed`)
  }
  const annotations = readAnnotations(parts.annotations, name)
  const retry = readRetry(parts.retry, annotations, name)
  const once: Execute =
    readAnswer === undefined
      ? parts.execute
      : async (input, context) => readAnswer(await parts.execute(input, context), output?.json)
  const execute = retry === undefined ? once : withRetry(name, retry, once)
  return {
    name,
    description: readDescription(parts.description, name),
    ...(input && { inputSchema: input.json }),
    ...(output && { outputSchema: output.json }),
    inputForm: input === undefined ? 'list' : record === undefined ? 'value' : 'record',
    parameters: record?.parameters ?? [],
    ...(record && { rules: record.rules }),
    ...warningsOf(name, input?.warnings, output?.warnings),
    ...(parts.isImported === true && { isImported: true }),
    ...(input?.isConverting && { isConverting: true }),
    ...(namespace !== undefined && { namespace }),
    annotations,
    timeoutMs: timeoutMs as Tool['timeoutMs'],
    ...readMaxCalls(parts.maxCallsPerExecution, name),
    ...readApproval(parts, name),
    answer: undefined,
    waitMs: undefined,
    probe: readProbe(parts.probe, name),
    validateInput:
      input && record ? recordValidator(name, record, input.validate) : input?.validate,
    validateOutput: output?.validate,
    ...(readAnswer === undefined
      ? { execute }
      : {
          execute: async (input, context) => plainValue(await execute(input, context)),
          executeRaw: execute,
        }),
  }
}

/** Warnings that name the tool, so that each stands alone. */
function warningsOf(
  tool: string,
  input: readonly string[] = [],
  output: readonly string[] = [],
): Pick<Tool, 'warnings'> {
  const warnings = [
    ...input.map(text => `Tool ${tool}: ${text}`),
    ...output.map(text => `Tool ${tool}, output: ${text}`),
  ]
  return warnings.length === 0 ? {} : { warnings }
}

function readMaxCalls(count: unknown, name: string): Pick<Tool, 'maxCallsPerExecution'> {
  if (count === undefined) return {}
  if (typeof count === 'number' && Number.isInteger(count) && count > 0) {
    return { maxCallsPerExecution: count }
  }
  throw invalid(
    name,
    `maxCallsPerExecution is ${shownValue(count)}; a whole number from 1 is allowed`,
  )
}

const isDuration = (value: unknown): value is number => typeof value === 'number' && value > 0

function readApproval(
  parts: ToolParts,
  name: string,
): Pick<Tool, 'approvalRule' | 'approvalTimeoutMs'> {
  const { needsApproval, approvalTimeoutMs } = parts
  const isFunction = typeof needsApproval === 'function'
  if (needsApproval !== undefined && typeof needsApproval !== 'boolean' && !isFunction) {
    throw invalid(
      name,
      `needsApproval is ${kindWords(needsApproval)}; a boolean or a function is allowed`,
    )
  }
  if (approvalTimeoutMs !== undefined && !isDuration(approvalTimeoutMs)) {
    throw invalid(
      name,
      `approvalTimeoutMs is ${shownValue(approvalTimeoutMs)}; a positive number of milliseconds is allowed`,
    )
  }
  return {
    approvalRule: needsApproval === false ? undefined : (needsApproval as Tool['approvalRule']),
    approvalTimeoutMs,
  }
}

/** Spreads positional arguments, and nothing more: a further one would undo a default. */
function positional(call: AnyFunction): ToolParts['execute'] {
  return input => call(...(input as unknown[]))
}

/** As {@link positional}, with the context in the last parameter when the call leaves that free. */
function positionalWithContext(call: AnyFunction, parameters: number): ToolParts['execute'] {
  return (input, context) => {
    const args = input as unknown[]
    if (args.length >= parameters) return call(...args)
    const padding = new Array<undefined>(parameters - 1 - args.length).fill(undefined)
    return call(...args, ...padding, context)
  }
}

/** Our own definition, and the AI SDK's (`inputSchema` or `parameters`, `execute(input, options)`). */
function fromDefinition(
  like: Record<string, unknown>,
  execute: AnyFunction,
  key: string | undefined,
  more: Pick<ToolParts, 'annotations' | 'isImported' | 'readAnswer'> = {},
): Tool {
  const name = key ?? like.name
  const inputSchema = like.inputSchema ?? like.parameters
  return assemble({
    ...settingsOf(like),
    name,
    description: like.description,
    inputSchema,
    outputSchema: like.outputSchema,
    namespace: like.namespace,
    isImported: like.isImported === true,
    ...more,
    execute:
      inputSchema == null
        ? positionalWithContext(execute.bind(like), execute.length)
        : execute.bind(like),
  })
}

function fromFunction(call: AnyFunction, key: string | undefined): Tool {
  const name = key ?? call.name
  return assemble({ ...settingsOf(call), name, description: '', execute: positional(call) })
}

/** An object with `forward(...)`, as smolagents has them: positional, `inputs` by name and type. */
function fromForward(
  like: Record<string, unknown>,
  forward: AnyFunction,
  key: string | undefined,
): Tool {
  if (like.inputs != null && !isRecord(like.inputs)) {
    throw invalid(
      String(key ?? like.name),
      `inputs is ${kindWords(like.inputs)}; an object is allowed`,
    )
  }
  const inputs = like.inputs ?? undefined
  const call = forward.bind(like)
  const names = Object.keys(inputs ?? {})
  return assemble({
    ...settingsOf(like),
    name: key ?? like.name,
    description: like.description,
    inputSchema: inputs && forwardSchema(inputs),
    execute:
      inputs === undefined
        ? positional(call)
        : input => call(...names.map(name => (input as Record<string, unknown>)[name])),
  })
}

/** The types of smolagents' `inputs` that JSON Schema does not know; `any` and `image` stay open. */
const openTypes = new Set(['any', 'image', 'audio'])

function forwardSchema(inputs: Record<string, unknown>): object {
  const properties: Record<string, unknown> = {}
  const required: string[] = []
  for (const [name, input] of Object.entries(inputs)) {
    const { type, description, nullable } = (isRecord(input) ? input : {}) as Record<
      string,
      unknown
    >
    const types = [type].flat().filter(one => typeof one === 'string' && !openTypes.has(one))
    const isTyped = types.length > 0 && types.length === [type].flat().length
    properties[name] = {
      ...(isTyped && {
        type: nullable === true ? [...types, 'null'] : types.length === 1 ? types[0] : types,
      }),
      ...(typeof description === 'string' && { description }),
    }
    if (nullable !== true) required.push(name)
  }
  return { type: 'object', properties, required, additionalProperties: false }
}

/** MCP: `{name, description, inputSchema, annotations?, handler(args)}`, as servers register them. */
function fromMcpTool(
  like: Record<string, unknown>,
  handler: AnyFunction,
  key: string | undefined,
): Tool {
  return fromDefinition(like, handler, key, {
    annotations: readHints(like.annotations),
    isImported: true,
    readAnswer: fromMcpResult,
  })
}

/** OpenAI Agents: `{type: 'function', name, parameters, invoke(runContext, argumentsJson)}`. */
function fromAgentsTool(like: Record<string, unknown>, key: string | undefined): Tool {
  const invoke = (like.invoke as AnyFunction).bind(like)
  const { needsApproval } = like
  return assemble({
    ...settingsOf(like),
    name: key ?? like.name,
    description: like.description,
    inputSchema: like.parameters,
    isImported: true,
    // `invoke` keeps to the maker's own.
    timeoutMs: undefined,
    needsApproval:
      typeof needsApproval === 'function'
        ? (input: unknown, { callId }: ToolContext) => needsApproval(undefined, input, callId)
        : needsApproval,
    execute: (input, context) =>
      invoke(undefined, jsonText(input ?? {}), { signal: context.signal }),
    readAnswer: fromTextAnswer,
  })
}

/** Tools of OpenAI Agents answer with a string, which is often JSON, or with a value. */
function fromTextAnswer(answer: unknown, outputSchema: JsonSchema | undefined): unknown {
  if (typeof answer !== 'string') return answer
  const value = textValue(answer, outputSchema)
  return new ToolResult({ value, text: answer, files: [], links: [] })
}

/** openai's `zodFunction`: `{type: 'function', function: {name, parameters}, $parseRaw, $callback}`. */
function fromOpenAIFunction(
  like: Record<string, unknown>,
  described: Record<string, unknown>,
  key: string | undefined,
): Tool {
  const { description, parameters } = described
  const name = key ?? described.name
  const callback = (like.$callback ?? described.function) as AnyFunction | undefined
  if (typeof callback !== 'function')
    throw invalid(String(name), 'its function has no code to call')
  const parse = like.$parseRaw as ((text: string) => unknown) | undefined
  return assemble({
    ...settingsOf(like),
    name,
    description,
    inputSchema: parameters,
    execute: (input, context) => callback(parse ? parse(jsonText(input)) : input, context),
  })
}
