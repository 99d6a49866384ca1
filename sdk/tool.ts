/** Defines a tool, whose types of input and value come from its schemas. */

import type { JsonSchema, StandardSchema } from '../protocol/schema.ts'
import type { ToolContext, ToolDefinition } from '../protocol/tool/wire-tool.ts'

/** A schema library's types: `input` is what its validation takes, `output` what it returns. */
type TypesOf<Schema> = Schema extends {
  '~standard': { types?: infer Types | undefined }
}
  ? NonNullable<Types>
  : unknown

/** The input of `execute`: the value of the schema, with its defaults and transforms. */
type InputOf<Schema> =
  TypesOf<Schema> extends { output: infer Output }
    ? Output
    : Schema extends StandardSchema<infer Output>
      ? Output
      : // JSON Schema carries no type: the author says it where `execute` is written.
        never

/** The values that `execute` may return: the input of the output schema; any value without one. */
type ValueOf<Schema> = TypesOf<Schema> extends { input: infer Input } ? Input : unknown

/** The return type of `execute`: a value, a promise of one, or a stream of them. */
type Returned<Value> = Value | PromiseLike<Value> | AsyncIterable<Value> | Iterator<Value>

type Definition<Input, Output, Value> = Omit<
  ToolDefinition<InputOf<Input>, Value>,
  'inputSchema' | 'outputSchema' | 'execute'
> & {
  /** The input from the guest: zod, any Standard Schema, or plain JSON Schema. */
  readonly inputSchema: Input
  /** The output for the guest; the value of `execute` is checked against it. */
  readonly outputSchema?: Output
  /** Returns a value, a promise of one, or an async iterable, which the guest sees as a stream. */
  execute(input: InputOf<Input>, context: ToolContext): Value
}

/**
 * Defines a tool. It does nothing but give types: plain objects of the same shape are tools too.
 *
 * ```ts
 * const add = tool({
 *   name: 'add',
 *   description: 'Adds two numbers.',
 *   inputSchema: z.object({ a: z.number(), b: z.number() }),
 *   outputSchema: z.number(),
 *   execute: async ({ a, b }) => a + b,
 * })
 * ```
 */
export function tool<
  Input extends StandardSchema | JsonSchema,
  Value extends Returned<ValueOf<Output>>,
  Output extends StandardSchema | JsonSchema = JsonSchema,
>(definition: Definition<Input, Output, Value>): ToolDefinition<InputOf<Input>, Value> {
  return definition as never
}
