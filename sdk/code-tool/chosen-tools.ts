/** The tools that programs will see, as far as they are known. */

import { LatchdError } from '../../protocol/errors.ts'
import type { Executor, ToolLike, ToolSet } from '../../protocol/execution/executor.ts'
import { checkToolName } from '../../protocol/tool/identifier.ts'
import { normalizeTool } from '../../protocol/tool/normalize.ts'
import { describeTool } from '../../protocol/tool/tool.ts'
import type { NamedTool } from '../../protocol/tool/tool-globals.ts'
import { toolEntries } from '../../protocol/tool/tool-set.ts'
import type { ToolDescriptor } from '../../protocol/tool/wire-tool.ts'

/**
 * Describes a set of tools; the executor describes those that are names.
 *
 * @param tools absent: all of the executor
 * @throws {LatchdError} `UNKNOWN_TOOL` for a name that the executor does not have, `TOOL_INVALID`
 */
export async function chosenTools(
  executor: Executor,
  tools: ToolSet | undefined,
): Promise<readonly ToolDescriptor[]> {
  if (tools === undefined) return await executor.tools()
  const entries = toolEntries(tools)
  const isNamed = entries.some(([, like]) => typeof like === 'string')
  const known = new Map(isNamed ? (await executor.tools()).map(tool => [tool.name, tool]) : [])
  return entries.map(([key, like]) => {
    if (typeof like !== 'string') return describeTool(normalizeTool(like, key))
    const tool = known.get(like)
    if (tool !== undefined) return tool
    throw new LatchdError('UNKNOWN_TOOL', `There is no tool "${like}"`)
  })
}

/**
 * A set of tools as far as it is known at once: of names only that they are.
 *
 * @throws {LatchdError} `TOOL_INVALID`
 */
export function namedTools(tools: ToolSet | undefined): NamedTool[] {
  return toolEntries(tools === undefined ? [] : tools).map(([key, like]) =>
    typeof like === 'string' ? { name: like } : checkedTool(like, key),
  )
}

function checkedTool(like: ToolLike, key: string | undefined): NamedTool {
  const tool = normalizeTool(like, key)
  checkToolName(tool)
  return tool
}
