/** Code mode as one tool for an app's own model loop. */

import type { CodeTool, CodeToolOptions } from './code-tool-types.ts'
import { ProgramCells } from './exec-tool.ts'
import type { ExecTool, ExecToolOptions } from './exec-types.ts'
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
 *
 * With `style: 'exec'` it makes the two tools `exec` and `wait`, as models of the Codex family know
 * them.
 */
export function codeTool(options: ExecToolOptions): ExecTool
export function codeTool(options: CodeToolOptions): CodeTool
export function codeTool(options: CodeToolOptions | ExecToolOptions): CodeTool | ExecTool {
  return 'style' in options ? new ProgramCells(options) : new ProgramTool(options)
}
