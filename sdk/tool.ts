/** Defines a tool, with the types of its input taken from its schema. */

import type { JsonSchema, StandardSchema } from '../protocol/schema.ts'
import type { ToolContext, ToolDefinition } from '../protocol/tool.ts'

/** What `execute` gets: the schema's output type; unknown properties for plain JSON Schema. */
type InputOf<Schema> = Schema extends {
  '~standard': { types?: { output: infer Output } | undefined }
}
  ? Output
  : Schema extends StandardSchema<infer Output>
    ? Output
    : // JSON Schema carries no type: the author says it where `execute` is written.
      never

type Definition<Schema, Value> = Omit<ToolDefinition<never, Value>, 'inputSchema' | 'execute'> & {
  readonly inputSchema: Schema
  execute(input: InputOf<Schema>, context: ToolContext): Value
}

/**
 * Defines a tool. It does nothing but give types: plain objects of the same shape are tools too.
 *
 * ```ts
 * const add = tool({
 *   name: 'add',
 *   description: 'Adds two numbers.',
 *   inputSchema: z.object({ a: z.number(), b: z.number() }),
 *   execute: async ({ a, b }) => a + b,
 * })
 * ```
 */
export function tool<Schema extends StandardSchema | JsonSchema, Value>(
  definition: Definition<Schema, Value>,
): ToolDefinition<InputOf<Schema>, Value> {
  return definition as never
}
