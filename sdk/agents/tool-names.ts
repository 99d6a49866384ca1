/** Tools that a model calls directly. */

import type { JsonSchema } from '../../protocol/schema.ts'
import { recordProperties } from '../../protocol/tool/tool.ts'
import type { ToolDescriptor } from '../../protocol/tool/wire-tool.ts'
import type { ModelTool } from './model.ts'

/** A tool with what a model knows of it. */
export interface CallableTool {
  readonly tool: ToolDescriptor
  readonly modelTool: ModelTool
  /**
   * How the model's arguments, always an object, become those of the tool. `record`: they are the
   * input. `value`: their `input` is the input. `list`: their `args` are the positional arguments.
   */
  readonly form: 'record' | 'value' | 'list'
}

/** Ends a run of an agent that calls tools. */
export const finalAnswerTool = {
  name: 'final_answer',
  description:
    'Gives the answer of the whole task and ends it. Call it alone, once the answer is known.',
  inputSchema: {
    type: 'object',
    properties: { answer: { description: 'The answer: any value' } },
    required: ['answer'],
    additionalProperties: false,
  },
} as const satisfies ModelTool

/** Longest name of a function at OpenAI's services. */
const MAX_NAME = 64

/** The tools by the names that a model has for them. */
export function callableTools(
  descriptors: readonly ToolDescriptor[],
): ReadonlyMap<string, CallableTool> {
  const byName = new Map<string, CallableTool>()
  for (const tool of descriptors) {
    const name = freeName(tool.name, byName)
    const form = formOf(tool)
    const modelTool = { name, description: tool.description, inputSchema: parametersOf(tool, form) }
    byName.set(name, { tool, modelTool, form })
  }
  return byName
}

/** A name that services accept, and that no tool before has. */
function freeName(name: string, taken: ReadonlyMap<string, unknown>): string {
  const cleaned = name.replace(/[^\w-]/g, '_').slice(0, MAX_NAME)
  for (let count = 1; ; count++) {
    const suffix = count === 1 ? '' : `_${count}`
    const free = `${cleaned.slice(0, MAX_NAME - suffix.length)}${suffix}`
    if (!taken.has(free) && free !== finalAnswerTool.name) return free
  }
}

function formOf({ inputSchema }: ToolDescriptor): CallableTool['form'] {
  if (inputSchema === undefined) return 'list'
  return recordProperties(inputSchema) === undefined ? 'value' : 'record'
}

function parametersOf({ inputSchema }: ToolDescriptor, form: CallableTool['form']): JsonSchema {
  if (form === 'list') {
    const args = { type: 'array', items: {}, description: 'The arguments, in order' }
    return { type: 'object', properties: { args }, required: ['args'] }
  }
  if (form === 'record') return { type: 'object', ...inputSchema }
  // References point to the root, so what they refer to moves there.
  const { $defs, definitions, $schema, ...input } = inputSchema as JsonSchema
  return {
    type: 'object',
    properties: { input },
    required: ['input'],
    ...($defs !== undefined && { $defs }),
    ...(definitions !== undefined && { definitions }),
  }
}
