import type { ClientToolInput } from '../../protocol/connect/client-tool.ts'
import type { Tool } from '../../protocol/tool/tool.ts'

/** A tool of this process as the daemon gets it: everything but its code. */
export function wireTool(tool: Tool): ClientToolInput {
  const { name, description, inputSchema, outputSchema, annotations, isImported, namespace } = tool
  const { timeoutMs, maxCallsPerExecution, approvalRule, approvalTimeoutMs } = tool
  const { readOnly, destructive, idempotent } = annotations
  const marks = Object.entries({ readOnly, destructive, idempotent }).filter(
    ([, mark]) => typeof mark === 'boolean',
  )
  return {
    name,
    description,
    ...(inputSchema && { inputSchema }),
    ...(outputSchema && { outputSchema }),
    ...(marks.length > 0 && { annotations: Object.fromEntries(marks) }),
    ...(timeoutMs !== undefined && { timeoutMs }),
    ...(maxCallsPerExecution !== undefined && { maxCallsPerExecution }),
    ...(approvalRule !== undefined && { needsApproval: approvalRule === true || 'ask' }),
    ...(approvalTimeoutMs !== undefined && { approvalTimeoutMs }),
    ...(tool.isConverting && { isConverting: true as const }),
    ...(isImported === true && { isImported }),
    ...(namespace !== undefined && { namespace }),
  }
}
