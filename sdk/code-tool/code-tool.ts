/** Code mode as one tool for an app's own model loop. */

import { isRecord } from '../../protocol/base/predicates.ts'
import { LatchdError } from '../../protocol/errors.ts'
import { checkOptions } from '../../protocol/execution/check-options.ts'
import { type CodeTool, type CodeToolOptions, codeToolOptionNames } from './code-tool-types.ts'
import { ProgramCells } from './exec-tool.ts'
import { type ExecTool, type ExecToolOptions, execToolOptionNames } from './exec-types.ts'
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
 *
 * @throws {LatchdError} `INVALID_REQUEST` for an unknown option or a value that is not allowed
 */
export function codeTool(options: ExecToolOptions): ExecTool
export function codeTool(options: CodeToolOptions): CodeTool
export function codeTool(options: CodeToolOptions | ExecToolOptions): CodeTool | ExecTool {
  const what = 'make a code tool'
  const style = isRecord(options) ? options.style : undefined
  if (style === undefined) {
    checkOptions(what, options, codeToolOptionNames)
    return new ProgramTool(options as CodeToolOptions)
  }
  if (style !== 'exec') {
    const message = `Cannot ${what} of the style ${JSON.stringify(style)}: "exec" is expected, or none`
    throw new LatchdError('INVALID_REQUEST', message)
  }
  checkOptions(what, options, execToolOptionNames)
  return new ProgramCells(options as ExecToolOptions)
}
