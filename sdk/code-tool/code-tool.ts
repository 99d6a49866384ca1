/** Code mode as one tool for an app's own model loop. */

import type { CodeTool, CodeToolOptions } from './code-tool-types.ts'
import { ProgramTool } from './program-tool.ts'

/**
 * Makes one tool of an executor and its tools: the model writes a program, the program calls the
 * tools. A program that waits for a person gives `{status: 'waiting', approvalId, executionId}`; the
 * app has the approval decided, and the model's next call, with that `executionId`, goes on.
 *
 * ```ts
 * const code = codeTool({ executor: latchd, tools: [fetch_user, delete_user] })
 * await generateText({ model, instructions: await code.prompt(), tools: { run_program: code.aiTool }, prompt })
 * ```
 */
export function codeTool(options: CodeToolOptions): CodeTool {
  return new ProgramTool(options)
}
