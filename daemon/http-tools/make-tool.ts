/** A tool of an operation. */

import { checkToolName } from '../../protocol/tool/identifier.ts'
import { normalizeTool } from '../../protocol/tool/normalize.ts'
import type { Tool } from '../../protocol/tool/tool.ts'
import type { ToolContext } from '../../protocol/tool/wire-tool.ts'
import type { HttpOperation } from './operation.ts'

/** Sends the request of an operation; resolves with the value of the call. */
export type SendOperation = (
  operation: HttpOperation,
  input: unknown,
  context: ToolContext,
) => Promise<unknown>

/**
 * Makes the tool of an operation.
 *
 * Its answers are not held against the output schema: a request has had its effect by then, and
 * what servers answer differs from what their documents say.
 *
 * @param namespace the group of the tool; absent: it has a name of its own
 * @throws {LatchdError} `TOOL_INVALID` for a name that no program could use
 */
export function toolOfOperation(
  operation: HttpOperation,
  send: SendOperation,
  {
    namespace,
    timeoutMs,
  }: { readonly namespace?: string; readonly timeoutMs?: number | undefined },
): Tool {
  const { name, description, inputSchema, outputSchema, annotations } = operation
  const tool = normalizeTool({
    name,
    ...(namespace !== undefined && { namespace }),
    description,
    inputSchema,
    ...(outputSchema !== undefined && { outputSchema }),
    annotations,
    ...(timeoutMs !== undefined && { timeoutMs }),
    execute: (input: unknown, context: ToolContext) => send(operation, input, context),
  } as never)
  const made: Tool = {
    ...tool,
    validateOutput: undefined,
    // The document has chosen the name of the operation, not the operator.
    ...(namespace !== undefined && { isImported: true }),
  }
  checkToolName(made)
  return made
}
