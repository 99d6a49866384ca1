/** Defines a tool, with the types of its input and of what it gives taken from its schemas. */

import type { JsonSchema, StandardSchema } from '../protocol/schema.ts'
import type { ToolContext, ToolDefinition } from '../protocol/tool/wire-tool.ts'

/** What a schema library says of its types; `input` is what its validation takes, `output` what it gives. */
type TypesOf<Schema> = Schema extends {
  '~standard': { types?: infer Types | undefined }
}
  ? NonNullable<Types>
  : unknown

/** What `execute` gets: the input as the schema gives it, with its defaults and transforms. */
type InputOf<Schema> =
  TypesOf<Schema> extends { output: infer Output }
    ? Output
    : Schema extends StandardSchema<infer Output>
      ? Output
      : // JSON Schema carries no type: the author says it where `execute` is written.
        never

/** What `execute` may give: what the output schema takes; anything without one. */
type ValueOf<Schema> = TypesOf<Schema> extends { input: infer Input } ? Input : unknown

/** What `execute` returns for such values: one, a promise of one, or a stream of them. */
type Returned<Value> = Value | PromiseLike<Value> | AsyncIterable<Value> | Iterator<Value>

type Definition<Input, Output, Value> = Omit<
  ToolDefinition<InputOf<Input>, Value>,
  'inputSchema' | 'outputSchema' | 'execute'
> & {
  /** What the guest gives: zod, any Standard Schema, or plain JSON Schema. */
  readonly inputSchema: Input
  /** What the guest gets; what `execute` gives is held against it. */
  readonly outputSchema?: Output
  /** Gives a value, a promise of one, or an async iterable, which the guest sees as a stream. */
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
