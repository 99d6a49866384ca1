/** The code tool as the AI SDK takes it, without importing the AI SDK. */

import type { AnswerImage } from '../../protocol/answer/answer-images.ts'
import { type AiOutput, aiOutput } from './images.ts'
import { type CodeToolInput, inputSchema } from './input.ts'
import type { CodeToolResult } from './result.ts'
import { type AiCallOptions, type RunOptions, runOptionsOf } from './run-options.ts'

/** A tool of the AI SDK: the result of `tool({ … })` of the package `ai`. */
export interface AiTool {
  readonly description: string
  readonly inputSchema: typeof inputSchema
  execute(input: CodeToolInput, options?: AiCallOptions): Promise<CodeToolResult>
  /** The result as the model gets it: with the images that the program gave out. */
  toModelOutput(options: { readonly output: CodeToolResult }): Promise<AiOutput>
}

/** Makes the tool. @param run executes one call @param images reads those of a result */
export function aiTool(
  description: string,
  run: (input: CodeToolInput, options: RunOptions) => Promise<CodeToolResult>,
  images: (result: CodeToolResult) => Promise<readonly AnswerImage[]>,
): AiTool {
  return {
    description,
    inputSchema,
    execute: (input, options) => run(input, runOptionsOf(options)),
    toModelOutput: async ({ output }) => aiOutput(output, await images(output)),
  }
}
