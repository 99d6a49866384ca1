/** The code tool as the AI SDK takes it, without importing the AI SDK. */

import { type CodeToolInput, inputSchema } from './input.ts'
import type { CodeToolResult } from './result.ts'

/** A tool of the AI SDK: the result of `tool({ … })` of the package `ai`. */
export interface AiTool {
  readonly description: string
  readonly inputSchema: typeof inputSchema
  execute(
    input: CodeToolInput,
    options?: { readonly abortSignal?: AbortSignal | undefined },
  ): Promise<CodeToolResult>
}

/** Makes the tool. @param run executes one call */
export function aiTool(
  description: string,
  run: (input: CodeToolInput, signal: AbortSignal | undefined) => Promise<CodeToolResult>,
): AiTool {
  return {
    description,
    inputSchema,
    execute: (input, options) => run(input, options?.abortSignal),
  }
}
